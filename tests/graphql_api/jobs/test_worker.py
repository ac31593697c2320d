"""Workers: every job is done once, whatever happens to the worker that runs it (N9)."""

import asyncio
from datetime import timedelta

import pytest

from db.sessions import Writing
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from resolvers.jobs.running import JobCanceled, JobLost, RunningJob
from resolvers.jobs.tasks import LEADER_TASKS
from resolvers.tasks import TaskPolicy
from tests.support.clock import TestClock
from tests.support.jobs import (
    ENDED,
    Stall,
    enqueue,
    idle,
    numbers_done,
    query,
    run_all,
    stalled,
    stored,
    worker,
)
from tests.support.world import World


async def test_a_worker_runs_a_job_to_its_end(environment: Environment, world: World) -> None:
    """It takes jobs as they come, and stores the progress."""
    running = worker(environment)
    running.start()
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    for _ in range(500):
        if await stored(environment, "status", job_id) == "SUCCEEDED":
            break
        await asyncio.sleep(0.01)
    await running.stop()
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 3, 3, 1, 0, None)
    assert await stored(environment, "lease, due_at", job_id) == (None, None)
    assert await numbers_done(environment) == [1, 2, 3]
    kinds = "SELECT kind FROM event WHERE subject_ids = ARRAY[$1::uuid] AND subject_kinds = '{JOB}' ORDER BY xid, id"
    assert await query(environment, kinds, job_id) == ["JOB_PROGRESSED", "JOB_PROGRESSED", "JOB_FINISHED"]


async def test_a_silent_worker_commits_nothing_after_another_has_its_job(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """The other one continues after the last checkpoint."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    stall = Stall(2)
    async with stalled(environment, stall) as first:
        clock.advance(seconds=29)
        assert await run_all(environment) == 0
        clock.advance(seconds=2)
        assert await run_all(environment) == 1
        stall.go_on.set()
        await idle(first)
    assert type(stall.stopped) is JobLost
    assert await numbers_done(environment) == [1, 2, 3]
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 3, 3, 2, 0, None)


async def test_without_the_fence_the_work_would_be_done_twice(
    environment: Environment, world: World, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault: so the test above would notice a missing fence."""

    async def no_fence(_self: object, _session: Writing) -> None:
        """Let everything pass."""

    async def no_check(*_arguments: object, **_named: object) -> bool:
        return True

    await enqueue(environment, world.viewer(Role.INTEGRATION))
    stall = Stall(2)
    async with stalled(environment, stall) as first:
        clock.advance(seconds=31)
        assert await run_all(environment) == 1
        monkeypatch.setattr(RunningJob, "_fence", no_fence)
        monkeypatch.setattr("db.jobs.changes.save_checkpoint", no_check)
        stall.go_on.set()
        await idle(first)
    assert await numbers_done(environment) == [1, 2, 3, 2, 3]


async def test_a_job_is_not_taken_over_while_its_worker_writes(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """However long it was silent, its transaction commits; the next one is too late only if another has the job."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    stall = Stall(2, within=True)
    async with stalled(environment, stall) as first:
        clock.advance(minutes=10)
        assert await run_all(environment) == 0
        stall.go_on.set()
        await idle(first)
    assert stall.stopped is None
    assert await numbers_done(environment) == [1, 2, 3]
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 3, 3, 1, 0, None)


async def test_a_worker_that_ends_before_it_records_the_end_repeats_nothing(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """All work is committed, but the job is not finished: the next worker only finishes it."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    stall = Stall(4)
    async with stalled(environment, stall):
        assert await numbers_done(environment) == [1, 2, 3]
        clock.advance(seconds=31)
        assert await run_all(environment) == 1
    assert await numbers_done(environment) == [1, 2, 3]
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 3, 3, 2, 1, None)


async def test_heartbeats_keep_a_job_and_end_an_attempt_that_lost_it(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """A handler that waits for long is no silent worker."""
    await enqueue(environment, world.viewer(Role.INTEGRATION))
    stall = Stall(2)
    async with stalled(environment, stall) as first:
        for _ in range(3):
            clock.advance(seconds=20)
            await first.keep()
        assert await run_all(environment) == 0
        assert first.running == 1
        clock.advance(seconds=31)
        assert await run_all(environment) == 1
        await first.keep()
        await idle(first)
    assert await numbers_done(environment) == [1, 2, 3]


async def test_a_worker_that_stops_gives_its_job_back(environment: Environment, world: World) -> None:
    """Another one takes it at once, and no failure is counted."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    async with stalled(environment, Stall(3)):
        assert await stored(environment, "status", job_id) == "RUNNING"
    assert await stored(environment, "status, failures, checkpoint", job_id) == ("QUEUED", 0, "2")
    assert await run_all(environment) == 1
    assert await numbers_done(environment) == [1, 2, 3]


async def test_a_canceled_job_commits_nothing_more(environment: Environment, world: World) -> None:
    """What it has committed stays; a heartbeat ends the attempt even if the handler writes nothing."""
    owner = world.viewer(Role.INTEGRATION)
    job_id = await enqueue(environment, owner)
    stall = Stall(2)
    async with stalled(environment, stall) as first:
        await cancel_job(environment.operation(owner), CancelJob(job_id))
        stall.go_on.set()
        await idle(first)
    assert type(stall.stopped) is JobCanceled
    assert await numbers_done(environment) == [1]
    assert await stored(environment, "status, done, lease", job_id) == ("CANCELED", 1, None)
    other = await enqueue(environment, owner)
    async with stalled(environment, Stall(2)) as second:
        await cancel_job(environment.operation(world.viewer(Role.ADMIN)), CancelJob(other))
        await second.keep()
        await idle(second)
    assert await stored(environment, "status", other) == "CANCELED"


async def test_cancellation_waits_for_the_open_transaction(environment: Environment, world: World) -> None:
    """So an answer to the client is true: nothing is committed after it."""
    owner = world.viewer(Role.INTEGRATION)
    job_id = await enqueue(environment, owner)
    stall = Stall(2, within=True)
    async with stalled(environment, stall) as first:
        canceling = asyncio.create_task(cancel_job(environment.operation(owner), CancelJob(job_id)))
        await asyncio.sleep(0.05)
        assert not canceling.done()
        stall.go_on.set()
        await canceling
        done = await numbers_done(environment)
        await idle(first)
    assert done == await numbers_done(environment)
    assert done[:2] == [1, 2]


async def test_cancellation_does_not_wait_for_a_long_transaction(environment: Environment, world: World) -> None:
    """What it wrote is undone, so the answer is true here too."""
    owner = world.viewer(Role.INTEGRATION)
    job_id = await enqueue(environment, owner)
    stall = Stall(2, within=True, long=True)
    async with stalled(environment, stall) as first:
        await asyncio.wait_for(cancel_job(environment.operation(owner), CancelJob(job_id)), 2)
        stall.go_on.set()
        await idle(first)
    assert type(stall.stopped) is JobCanceled
    assert await numbers_done(environment) == [1]
    assert await stored(environment, "status, checkpoint", job_id) == ("CANCELED", "1")


async def test_a_silent_worker_commits_no_long_transaction(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """Another one has the job then, and does the same work."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    stall = Stall(2, within=True, long=True)
    async with stalled(environment, stall) as first:
        clock.advance(seconds=31)
        assert await run_all(environment) == 1
        stall.go_on.set()
        await idle(first)
    assert type(stall.stopped) is JobLost
    assert await numbers_done(environment) == [1, 2, 3]
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 3, 3, 2, 0, None)


async def test_old_jobs_are_forgotten(environment: Environment, world: World, clock: TestClock) -> None:
    """30 days after they ended."""
    ended = await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await run_all(environment) == 1
    clock.advance(days=31)
    waiting = await enqueue(environment, world.viewer(Role.INTEGRATION))
    (task,) = LEADER_TASKS
    operation = environment.operation(None, fresh=True)
    await task.run(operation, TaskPolicy(event_retention=timedelta(days=7), revision_interval=1))
    await operation.close()
    assert await query(environment, "SELECT id FROM job") == [waiting]
    assert ended != waiting
