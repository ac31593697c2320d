"""Attempts that fail: repeated later, up to five times in a row, or ended by a declared failure (N9)."""

from datetime import timedelta
from uuid import UUID

from domain.events import EventKind
from domain.jobs.failures import JobNotFound
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.jobs.running import RunningJob
from resolvers.outbox.append import append_event
from tests.support.clock import TestClock
from tests.support.jobs import (
    ENDED,
    Numbers,
    Stall,
    count_up,
    enqueue,
    idle,
    numbers_done,
    query,
    run_all,
    stored,
    worker,
)
from tests.support.world import World


async def test_a_failed_attempt_is_repeated_later_after_its_checkpoint(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """The pause grows with each failure in a row; a checkpoint ends the row."""
    failures = 1

    async def sometimes(job: RunningJob[Numbers]) -> None:
        nonlocal failures
        if job.checkpoint == 1 and failures:
            failures -= 1
            raise RuntimeError("a bug")
        await count_up_to_one_first(job)

    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    for attempt, (least, most) in enumerate(((5, 6), (30, 36)), 1):
        assert await run_all(environment, sometimes) == 1
        if attempt == 1:
            # The first run only reached its checkpoint, and then failed.
            assert await numbers_done(environment) == [1]
        status, failed, due_at, error = await stored(environment, "status, failures, due_at, error", job_id)
        assert (status, failed) == ("QUEUED", attempt)
        assert timedelta(seconds=least) <= due_at - clock.now <= timedelta(seconds=most)
        assert error.startswith("Something went wrong on our side. Quote the reference ")
        assert await run_all(environment, sometimes) == 0
        clock.now = due_at
    assert await run_all(environment, sometimes) == 1
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 3, 3, 3, 0, None)
    assert await numbers_done(environment) == [1, 2, 3]


async def count_up_to_one_first(job: RunningJob[Numbers]) -> None:
    """Count up, but fail behind the first number of a new job."""
    if job.checkpoint is None:
        async with job.operation() as operation, operation.writing() as session:
            await append_event(operation, session, EventKind.PRODUCT_SAVED, UUID(int=1))
            await job.save_checkpoint(session, 1, done=1)
        raise RuntimeError("a bug behind the first number")
    await count_up(job)


async def test_a_job_that_always_fails_ends_and_its_owner_is_notified(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """After five attempts."""

    async def broken(_job: RunningJob[Numbers]) -> None:
        raise RuntimeError("a bug")

    owner = world.viewer(Role.INTEGRATION)
    job_id = await enqueue(environment, owner)
    for _ in range(5):
        assert await run_all(environment, broken) == 1
        clock.advance(minutes=15)
    assert await run_all(environment, broken) == 0
    assert await stored(environment, "status, attempts, failures", job_id) == ("FAILED", 5, 5)
    notified = "SELECT account_id, kind, fact->>'kind' FROM notification"
    assert await query(environment, notified) == [(owner.account_id, "JOB_FAILED", "jobFailed")]


async def test_a_job_that_takes_its_workers_down_ends(environment: Environment, world: World, clock: TestClock) -> None:
    """A worker that ends counts as a failed attempt, because the job may be the reason."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    lost = []
    for _ in range(5):
        stall = Stall(1)
        lost.append(worker(environment, stall.run))
        assert await lost[-1].take() == 1
        await stall.reached.wait()
        clock.advance(seconds=31)
    assert await run_all(environment) == 0
    assert await stored(environment, "status, attempts, error", job_id) == (
        "FAILED",
        5,
        "The server stopped working on this job 5 times in a row without any progress.",
    )
    for each in lost:
        await each.stop()
    assert await numbers_done(environment) == []
    assert await stored(environment, "status", job_id) == "FAILED"


async def test_a_declared_failure_is_final(environment: Environment, world: World) -> None:
    """Its sentence is the error of the job."""

    async def reject(_job: RunningJob[Numbers]) -> None:
        raise JobNotFound

    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await run_all(environment, reject) == 1
    assert await stored(environment, ENDED, job_id) == ("FAILED", 0, 3, 1, 1, "This job does not exist.")


async def test_an_attempt_has_a_time_limit(environment: Environment, world: World) -> None:
    """A handler that never returns does not hold a slot for ever."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    running = worker(environment, Stall(1).run, time_limit=0.05)
    assert await running.take() == 1
    await idle(running)
    assert await stored(environment, "status, error", job_id) == ("QUEUED", "It took longer than 0 seconds.")
