"""A database with the demo data, made once for all workers: loading takes seconds, and a copy does not.

Its history is short: some hundred sales and redemptions of the same year.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, time
from typing import Final
from unittest.mock import patch

from db.database import Database
from db.sessions import Writing
from domain.files.facts import UploadLimits
from domain.time_zones import find_calendar
from graphql_api.context import Environment
from graphql_api.demo import load, load_demo
from graphql_api.demo.history.load import HISTORY
from graphql_api.demo.history.size import HistorySize
from graphql_api.demo.load import DEMO_KEYS
from graphql_api.files.storage import open_storage
from graphql_api.serving import loop_runner
from graphql_api.transaction import TransactionDatabase
from tests.support.databases import ROOT, filled_template
from tests.support.jobs import run_due

CALENDAR: Final = find_calendar("Asia/Kolkata")
TODAY: Final = date(2026, 3, 10)
# Five minutes after midnight: whatever happened "today" would lie in the future.
NOW: Final = CALENDAR.moment_of(TODAY, time(0, 5))
# The contents of the files that the history stores, the same ones in every load.
FILES: Final = ROOT / ".tessera" / "test-demo-files"
SHORT_HISTORY: Final = HistorySize(sales=120, redemptions=40)


def demo_template(server_url: str) -> str:
    """The name of a database with the demo data, loaded at `NOW`."""
    return filled_template(server_url, "demo", _fill)


async def load_history(database: Database) -> None:
    """Run the job that loads the sales and redemptions."""
    files = open_storage(str(FILES), FILES, UploadLimits())
    environment = Environment(database=database, clock=lambda: NOW, coupon_keys=DEMO_KEYS, files=files)
    assert await run_due(environment, [HISTORY], seconds=300) == 1


class _CommittedDatabase(TransactionDatabase):
    """Commits every write: until a transaction of half a minute ends, no other test would see an event."""

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """Yield the transaction, and begin the next one after the block."""
        yield self._session
        await self._session._driver.execute("COMMIT; BEGIN")  # noqa: SLF001 - as no product does


def _fill(url: str) -> None:
    async def fill() -> None:
        database = await Database.connect(url, pool_size=4)
        with patch.object(load, "TransactionDatabase", _CommittedDatabase):
            assert await load_demo(database, NOW, history=SHORT_HISTORY)
        await load_history(database)
        await database.close()

    # As `tessera demo` does: the loop of asyncio takes longer for forty thousand statements.
    with loop_runner() as runner:
        runner.run(fill())
