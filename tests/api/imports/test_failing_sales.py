"""A sale that fails stops no other sale of its file, whatever the error is; too many of them stop the import (R20)."""

from typing import Any

import asyncpg
import pytest
import structlog

from db.sessions import Writing
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports import recording
from resolvers.imports.jobs import JOBS
from resolvers.jobs.retry_job import RetryJob, retry_job
from tests.support.clock import TestClock
from tests.support.imports import ImportDesk, csv_file, row
from tests.support.jobs import query, run_due
from tests.support.world import World

SALES = 12
FILE = csv_file(*[row(f"s-{number:02}", sold_at=f"2026-03-12T10:{number:02}:00Z") for number in range(SALES)])


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """The errors that sales meet when they are recorded, by external ID."""
    errors: dict[str, Exception] = {}
    record = recording.record_staged

    async def failing(operation: Any, session: Writing, running: Any, sales: Any) -> Any:
        found = await record(operation, session, running, sales)
        for one in sales:
            if one.sale.external_id in errors:
                raise errors[one.sale.external_id]
        return found

    monkeypatch.setattr(recording, "record_staged", failing)
    return errors


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_sale_that_meets_a_bug_is_rejected_alone(
    desk: ImportDesk,
    bad: dict[str, Exception],
    dry_run: bool,  # noqa: FBT001 - an example
) -> None:
    """R20: with its line and a reference, behind which the log has the error."""
    error = bad["s-07"] = LookupError("a bug")
    with structlog.testing.capture_logs() as logs:
        done = await desk.run(FILE, dry_run=dry_run)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": SALES - 1, "rejected": 1})
    assert (done.counts.points, done.counts.failed) == (30 * (SALES - 1), 1)
    (logged,) = [one for one in logs if one["event"] == "operation failed"]
    assert (logged["exc_info"], logged["source"], logged["external_id"]) == (error, "till", "s-07")
    assert logged["sales_import"] == str(done.row.id)
    sentence = f"Something went wrong on our side. Quote the reference {logged['reference']} when you report it."
    assert done.reasons == [(9, "s-07", sentence)]


async def test_too_many_bugs_fail_the_import_and_a_retry_continues(
    desk: ImportDesk, bad: dict[str, Exception], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: at the sale behind the limit, which is recorded once the bug is mended."""
    monkeypatch.setattr(recording, "ERRORS_LIMIT", 2)
    bad.update({f"s-{number:02}": LookupError("a bug") for number in (1, 3, 5, 7)})
    done = await desk.run(FILE)
    assert (done.status, done.outcomes, done.row.finished_at) == ("FAILED", {"recorded": 3, "rejected": 2}, None)
    assert done.error is not None
    assert done.error.startswith(
        "100 sales of this file met an unexpected error on our side, so the import stopped at the next one. Report it "
        "with the reference "
    )
    facts = await query(
        desk.environment,
        "SELECT fact->>'error', fact->'outcomes'->>'recorded' FROM notification WHERE kind = 'JOB_FAILED'",
    )
    assert facts == [(done.error, "3")]
    bad.clear()
    await retry_job(desk.environment.operation(world.viewer(Role.INTEGRATION)), RetryJob(done.row.job_id))
    await run_due(desk.environment, JOBS, 60)
    done = await desk.read(done.row.id)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": SALES - 2, "rejected": 2})
    assert [(line, external_id) for line, external_id, _ in done.reasons] == [(3, "s-01"), (5, "s-03")]


async def test_a_database_in_trouble_rejects_no_sale(
    desk: ImportDesk, bad: dict[str, Exception], environment: Environment, clock: TestClock
) -> None:
    """N6: a full disk is no fault of the sale that met it; the import tries again."""
    bad["s-07"] = asyncpg.DiskFullError("no space left on device")
    half = await desk.run(FILE)
    assert (half.status, half.outcomes) == ("QUEUED", {})
    assert await query(environment, "SELECT count(*) FROM sales_import_rejection") == [0]
    bad.clear()
    clock.advance(seconds=60)
    await run_due(environment, JOBS, 60)
    done = await desk.read(half.row.id)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": SALES})
