"""An import goes on where it ended: after a crash, a cancellation, and a retry (R20, N6)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.sessions import Writing
from domain.permissions import Role
from domain.requests import DatabaseUnavailable
from graphql_api.context import Environment
from resolvers.imports import recording
from resolvers.imports.cleanup import forget_abandoned
from resolvers.imports.jobs import JOBS
from resolvers.imports.recording import record_staged
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from resolvers.jobs.retry_job import RetryJob, retry_job
from resolvers.tasks import TaskPolicy
from tests.support.clock import TestClock
from tests.support.imports import ImportDesk, csv_file, row
from tests.support.jobs import query, run_due
from tests.support.world import World

SALES = 12
FILE = csv_file(*[row(f"s-{number:02}", sold_at=f"2026-03-12T10:{number:02}:00Z") for number in range(SALES)])


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "CHUNK", 2)


async def job_of(environment: Environment, import_id: UUID) -> UUID:
    """The job of an import."""
    (found,) = await query(environment, "SELECT job_id FROM sales_import WHERE id = $1", import_id)
    return UUID(str(found))


def interrupt(monkeypatch: pytest.MonkeyPatch, at: int, action: Any) -> None:
    """Let something happen in the transaction that records the chunk with this number."""
    chunks = 0

    async def interrupted(operation: Any, session: Writing, *given: Any) -> Any:
        nonlocal chunks
        chunks += 1
        found = await record_staged(operation, session, *given)
        if chunks == at:
            await action()
        return found

    monkeypatch.setattr(recording, "record_staged", interrupted)


async def test_an_attempt_that_fails_is_continued(
    desk: ImportDesk, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N6: what was committed is not tried again, and what was not is."""

    async def fail() -> None:
        raise DatabaseUnavailable

    interrupt(monkeypatch, 4, fail)
    import_id = await desk.begin(FILE)
    await run_due(desk.environment, JOBS, 60)
    half = await desk.read(import_id)
    assert (half.status, half.outcomes) == ("QUEUED", {"recorded": 6})
    clock.advance(seconds=60)
    await run_due(desk.environment, JOBS, 60)
    done = await desk.read(import_id)
    assert (done.status, done.outcomes, done.counts.points) == ("SUCCEEDED", {"recorded": SALES}, 30 * SALES)


async def test_a_canceled_import_keeps_what_was_recorded(
    desk: ImportDesk, world: World, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: the transaction that was open ends, no other follows, and a retry records the rest."""
    viewer = world.viewer(Role.INTEGRATION)
    import_id = await desk.begin(FILE)
    job_id = await job_of(desk.environment, import_id)

    async def cancel() -> None:
        await cancel_job(desk.environment.operation(viewer), CancelJob(job_id))

    interrupt(monkeypatch, 3, cancel)
    await run_due(desk.environment, JOBS, 60)
    half = await desk.read(import_id)
    assert (half.status, half.outcomes) == ("CANCELED", {"recorded": 6})
    assert half.row.finished_at is None
    await retry_job(desk.environment.operation(viewer), RetryJob(job_id))
    await run_due(desk.environment, JOBS, 60)
    done = await desk.read(import_id)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": SALES})


async def test_an_attempt_that_lost_its_job_commits_nothing_more(
    desk: ImportDesk, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N6: a worker that was silent for too long is replaced, and its streams end."""
    import_id = await desk.begin(FILE)

    async def take_over() -> None:
        await query(desk.environment, "UPDATE job SET lease = gen_random_uuid() RETURNING 1")

    interrupt(monkeypatch, 3, take_over)
    await run_due(desk.environment, JOBS, 60)
    half = await desk.read(import_id)
    assert (half.status, half.outcomes) == ("RUNNING", {"recorded": 6})
    clock.advance(seconds=60)
    await run_due(desk.environment, JOBS, 60)
    done = await desk.read(import_id)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": SALES})


async def test_staged_sales_of_a_canceled_import_are_deleted_after_a_day(
    desk: ImportDesk, world: World, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: a retry then reads the file again, and records only what is not recorded."""
    viewer = world.viewer(Role.INTEGRATION)
    broken = FILE + csv_file("s-99,x").partition(b"\n")[2]
    import_id = await desk.begin(broken)
    job_id = await job_of(desk.environment, import_id)

    async def cancel() -> None:
        await cancel_job(desk.environment.operation(viewer), CancelJob(job_id))

    interrupt(monkeypatch, 3, cancel)
    await run_due(desk.environment, JOBS, 60)
    staged = "SELECT count(*) FROM sales_import_sale"
    policy = TaskPolicy(event_retention=timedelta(days=1), revision_interval=60)
    await forget_abandoned(desk.environment.operation(None), policy)
    assert await query(desk.environment, staged) == [SALES]
    clock.advance(hours=25)
    await forget_abandoned(desk.environment.operation(None), policy)
    assert await query(desk.environment, staged) == [0]
    await retry_job(desk.environment.operation(viewer), RetryJob(job_id))
    await run_due(desk.environment, JOBS, 60)
    done = await desk.read(import_id)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": SALES, "rejected": 1})
    assert [number for number, *_ in done.reasons] == [SALES + 2]
