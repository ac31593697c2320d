"""Lines that a job cannot value again wait, say why, and are valued when what stood in the way is mended (R20, R22)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from db.database import Database
from domain.jobs.facts import JobKind
from domain.rules.model import BonusRule, PointsPerUnit, VolumeClause, VolumeMeasure, VolumePeriod
from graphql_api.context import Environment
from resolvers.points.posting import revalue, waiting
from tests.resolvers.points.conftest import MakeScheme
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.jobs import run_due
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_rows import LedgerRows
from tests.support.ledger_verification import find_faults
from tests.support.world import key

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REGULARS = BonusRule(
    id=key("rule 1"),
    name="Regulars",
    condition=VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 6),
    reward=PointsPerUnit(1),
)
JOBS_SQL = "SELECT status, error FROM job WHERE kind = $1 ORDER BY created_at, id"
EXCEEDED = (
    "With sale late, the balance of ECP-2026-000001 would be 9,007,199,254,740,997 points, and a balance is at most "
    "9,007,199,254,740,991. Lines of this ECP are not valued until it fits. Correct the sale, or return units of it: "
    "that starts another job. After an adjustment, retry this one."
)
WAITING = (
    "ECP-2026-000001, SCH-2026-000001: lines from 2026-05-10 11:00:00+00 on wait to be valued again, and nothing does "
    "it: its last job ended as "
)


@pytest.fixture(autouse=True)
def _few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MAX_LATER_LINES", 1)


@pytest.fixture
async def late(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk,
    make_scheme: MakeScheme,
    ecp_id: UUID,
    clock: TestClock,
    cleaner: Cleaner,
    environment: Environment,
) -> LedgerDesk:
    """Two sales, and a late one before them that leads to a balance which is 6 points too large."""
    await make_scheme(REGULARS, ecp_ids=(ecp_id,))
    clock.now = MAY + timedelta(days=15)
    for hour, name in enumerate("ab"):
        await desk.sell(ecp_id, name, MAY + hour * HOUR, Line("AMB-1L", 2))
    await cleaner.connection.execute("UPDATE points_account SET available = $1", 2**53 - 1 - 24)
    posting = await desk.sell(ecp_id, "late", MAY - HOUR, Line("AMB-1L", 3))
    assert [sale.waits for sale in posting.sales.values()] == [True]
    await run_due(environment, revalue.JOBS)
    return desk


async def test_a_balance_beyond_its_bound_fails_the_job_with_a_reason(
    late: LedgerDesk, rows: LedgerRows, cleaner: Cleaner, environment: Environment, database: Database
) -> None:
    """R22: nothing is posted, the verification sees it, and a return of the sale starts a job that succeeds."""
    assert await jobs(cleaner) == [("FAILED", EXCEEDED)]
    assert await rows.balances() == [2**53 - 1 - 24]
    assert f"{WAITING}FAILED: {EXCEEDED}" in await find_faults(database)
    await late.give_back("late", "AMB-1L", 1, "back")
    assert [status for status, _ in await jobs(cleaner)] == ["FAILED", "QUEUED"]
    # The account waits for a job that is queued, so it gets no other one.
    await late.sell(late.sales["a"].ecp_id, "c", MAY + 3 * HOUR, Line("AMB-1L", 2))
    assert [status for status, _ in await jobs(cleaner)] == ["FAILED", "QUEUED"]
    await cleaner.connection.execute("UPDATE points_account SET available = 40")
    await run_due(environment, revalue.JOBS)
    assert [status for status, _ in await jobs(cleaner)] == ["FAILED", "SUCCEEDED"]
    assert await rows.balances() == [20 + 20 + 20 + 20 + 2]
    assert await find_faults(database) == []


async def test_a_job_that_was_canceled_is_followed_by_another(
    late: LedgerDesk, cleaner: Cleaner, environment: Environment, database: Database
) -> None:
    """R22: lines never wait for ever because their job was canceled."""
    await cleaner.connection.execute("UPDATE job SET status = 'CANCELED', error = NULL")
    await cleaner.connection.execute("UPDATE points_account SET available = 40")
    assert await find_faults(database) == [f"{WAITING}CANCELED."]
    await late.correct("late", Line("AMB-1L", 4))
    await run_due(environment, revalue.JOBS)
    assert [status for status, _ in await jobs(cleaner)] == ["CANCELED", "SUCCEEDED"]
    assert await find_faults(database) == []


async def jobs(cleaner: Cleaner) -> list[tuple[str, str | None]]:
    """The status and the error of each valuation."""
    return [tuple(row) for row in await cleaner.connection.fetch(JOBS_SQL, JobKind.REVALUATION)]
