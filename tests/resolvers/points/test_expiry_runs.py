"""The expiry of points as a job: queued once, in pieces, beside settlements (R22)."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from db.database import Database
from db.jobs.reads import OPEN_OF_KIND
from domain.jobs.facts import JobKind
from domain.permissions import Role
from domain.points.ledger import LedgerAccount
from graphql_api.context import Environment
from resolvers.points.posting import expire
from resolvers.points.posting.expire import JOBS, ExpiryPlace, expire_piece
from resolvers.points.tasks import queue_expiry
from resolvers.tasks import TaskPolicy
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.expiry_desk import ExpiryDesk
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.jobs import run_due
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_rows import LedgerRows
from tests.support.ledger_verification import find_faults
from tests.support.world import World

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 100
AVAILABLE, SETTLING, PAID = LedgerAccount.AVAILABLE, LedgerAccount.SETTLING, LedgerAccount.PAID


async def test_the_job_runs_once_a_day_however_often_it_is_queued(
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock, cleaner: Cleaner
) -> None:
    """The leader queues one job, and none while nothing is due; a second run of the same day finds nothing."""
    environment = desk.environment
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 5))
    assert (await _queue(environment), await _queue(environment)) == (1, 1)
    assert await run_due(environment, JOBS) == 1
    assert await _queue(environment) == 0
    clock.now += (DAYS + 1) * DAY
    assert await _queue(environment) == 1
    assert await run_due(environment, JOBS) == 1
    assert await expiry.balance() == (0, 50)
    assert await _queue(environment) == 0
    entries = await cleaner.fetch("SELECT points FROM points_entry WHERE kind = 6")
    assert [points for (points,) in entries] == [50]


async def _queue(environment: Environment) -> int:
    """Let the leader look, and return how many jobs are open."""
    operation = environment.operation(None)
    await queue_expiry(operation, TaskPolicy(event_retention=DAY, revision_interval=1))
    await operation.close()
    async with environment.database.writing() as session:
        return len(await session.fetch(OPEN_OF_KIND, kind=JobKind.EXPIRY))


async def test_frozen_points_do_not_expire_while_a_settlement_is_open(  # noqa: PLR0913, PLR0917 - fixtures
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock, cleaner: Cleaner, world: World
) -> None:
    """Otherwise an ECP would be paid what has expired. What a rejected settlement froze expires the next day."""
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 5))
    clock.now += (DAYS + 1) * DAY
    insert = """INSERT INTO settlement (id, scheme_id, number, status, made_at, made_by, open_discrepancies,
        open_parked_sales, open_adjustments, open_valuations) VALUES ($1, $2, 1, 'PREPARING', $3, $4, 0, 0, 0, 0)"""
    manager = world.accounts[Role.PROGRAM_MANAGER].id
    await cleaner.fetch(insert, uuid4(), expiry.scheme_id, clock.now, manager)
    assert not await expiry.is_due()
    await expiry.expire()
    assert await expiry.balance() == (50, 0)
    await cleaner.fetch("UPDATE settlement SET status = 'WITHDRAWN', decided_at = made_at")
    assert await expiry.is_due()
    await expiry.expire()
    assert await expiry.balance() == (0, 50)


async def test_an_attempt_that_dies_loses_and_doubles_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    expiry: ExpiryDesk,
    desk: LedgerDesk,
    enrollments: EnrollmentFactory,
    clock: TestClock,
    cleaner: Cleaner,
    monkeypatch: pytest.MonkeyPatch,
    rows: LedgerRows,
) -> None:
    """Each piece is one transaction: one that is undone is done again, and one that is committed is not."""
    monkeypatch.setattr(expire, "PIECE", 1)
    for number in range(3):
        ecp_id = await enrollments.ecps.verified(f"Ecp {number}")
        await expiry.adjust(ecp_id, 10 * number + 10)
    clock.now += (DAYS + 1) * DAY
    async with desk.posting() as (operation, session):
        await expire_piece(operation, session, ExpiryPlace())
    with suppress(ZeroDivisionError):
        async with desk.posting() as (operation, session):
            await expire_piece(operation, session, ExpiryPlace())
            raise ZeroDivisionError
    expired = "SELECT expired FROM points_account ORDER BY ecp"
    assert [points for (points,) in await cleaner.fetch(expired)] == [10, 0, 0]
    assert await expiry.expire() == 2
    assert [points for (points,) in await cleaner.fetch(expired)] == [10, 20, 30]
    await rows.check()


async def test_the_verification_finds_nothing_wrong(
    expiry: ExpiryDesk, desk: LedgerDesk, ecp_id: UUID, clock: TestClock, database: Database
) -> None:
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 5))
    clock.now += (DAYS + 1) * DAY
    await expiry.expire()
    assert await find_faults(database) == []
