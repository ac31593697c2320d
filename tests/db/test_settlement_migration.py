"""Stages from before settlements wait for the end of the grace period after the migration, as if derived (R8)."""

import asyncio
from datetime import date

import pytest

from db.database import Database
from domain.channels import EarningChannel
from graphql_api.context import Environment
from migrations import run as migrations
from resolvers.schemes.verify_stages import verify_stages
from tests.support.application import application_role
from tests.support.clock import TestClock
from tests.support.databases import owner_connection
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import build_world

PAST = (date(2025, 11, 1), date(2025, 11, 5), date(2025, 11, 6), date(2025, 12, 31))
JUST_ENDED = (date(2026, 2, 1), date(2026, 2, 5), date(2026, 2, 6), date(2026, 2, 28))
SALE = (EarningChannel.SALE,)
_STAGES = """
SELECT scheme.title, stage.status FROM scheme_stage AS stage JOIN scheme ON scheme.id = scheme_id
WHERE kind = 'SETTLEMENT' AND valid_until > '9000-01-01' ORDER BY title
"""


@pytest.mark.long
async def test_what_exists_waits_for_the_end_of_the_grace_period(
    own_database: tuple[Database, str], clock: TestClock
) -> None:
    """Drafts, schemes that run, that have just ended, and that ended before they were approved; and back again."""
    database, url = own_database
    environment = Environment(database=database, clock=clock)
    schemes = SchemeFactory(environment, await build_world(environment))
    made = [
        await schemes.complete("Draft"),
        await schemes.approved(await schemes.complete("Coupons")),
        await schemes.approved(await schemes.complete("Ended", SALE, dates=JUST_ENDED)),
        await schemes.approved(await schemes.complete("Past", SALE, dates=PAST)),
    ]
    async with owner_connection(url) as connection:
        derived = [tuple(row) for row in await connection.fetch("SELECT * FROM scheme_stage ORDER BY 1, 2, 3")]
    await asyncio.to_thread(migrations.downgrade, url, "0032")
    async with owner_connection(url) as connection:
        assert {tuple(row) for row in await connection.fetch(_STAGES)} == {
            ("Draft", None),
            ("Coupons", "SETTLEMENT_PENDING"),
            ("Ended", "SETTLEMENT_PENDING"),
            ("Past", "SETTLEMENT_PENDING"),
        }
    await asyncio.to_thread(migrations.upgrade, url, application=application_role(url))
    operation = schemes.operation()
    assert [finding async for finding in verify_stages(operation, made, operation.now)] == []
    await operation.close()
    async with owner_connection(url) as connection:
        again = [tuple(row) for row in await connection.fetch("SELECT * FROM scheme_stage ORDER BY 1, 2, 3")]
    assert again == derived
