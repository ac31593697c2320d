"""A database with the demo data, made once for all workers: loading takes seconds, and a copy does not."""

import asyncio
from datetime import date, time
from typing import Final

from db.database import Database
from domain.time_zones import find_calendar
from graphql_api.demo import load_demo
from tests.support.databases import filled_template

CALENDAR: Final = find_calendar("Asia/Kolkata")
TODAY: Final = date(2026, 3, 10)
# Five minutes after midnight: whatever happened "today" would lie in the future.
NOW: Final = CALENDAR.moment_of(TODAY, time(0, 5))


def demo_template(server_url: str) -> str:
    """The name of a database with the demo data, loaded at `NOW`."""
    return filled_template(server_url, "demo", _fill)


def _fill(url: str) -> None:
    async def fill() -> None:
        database = await Database.connect(url, pool_size=2)
        assert await load_demo(database, NOW)
        await database.close()

    asyncio.run(fill())
