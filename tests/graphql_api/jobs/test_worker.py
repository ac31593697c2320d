"""Workers: every job is done once, whatever happens to the worker that runs it (N9)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from db.sessions import Writing
from domain.events import EventKind
from domain.jobs.failures import JobNotFound
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.jobs.policy import WorkerPolicy
from graphql_api.jobs.worker import JobWorker
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from resolvers.jobs.running import JobCanceled, JobLost, JobStopped, RunningJob
from resolvers.jobs.tasks import LEADER_TASKS
from resolvers.outbox.append import append_event
from resolvers.tasks import TaskPolicy
from tests.support.clock import TestClock
from tests.support.jobs import Numbers, count_up, enqueue, numbers_done, query, stored, worker
from tests.support.world import World

ENDED = "status, done, total, attempts, failures, error"


class Stall:
    """A handler that counts up, and waits at a number until it may go on."""

    def __init__(self, at: int, *, within: bool = False) -> None:
        self.at, self.within = at, within
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self.stopped: JobStopped | None = None

    async def run(self, job: RunningJob[Numbers]) -> None:
        """Count up; note why it was stopped."""
        try:
            for number in range((job.checkpoint or 0) + 1, job.parameters.count + 1):
                await self._wait(number, within=False)
                async with job.writing() as session, job.operation() as operation:
                    await append_event(operation, session, EventKind.PRODUCT_SAVED, UUID(int=number))
                    await self._wait(number, within=True)
                    await job.save_checkpoint(session, number, done=number)
            await self._wait(job.parameters.count + 1, within=False)
        except JobStopped as stopped:
            self.stopped = stopped
            raise

    async def _wait(self, number: int, *, within: bool) -> None:
        if number == self.at and within is self.within:
            self.reached.set()
            await self.go_on.wait()


@asynccontextmanager
async def stalled(
    environment: Environment, stall: Stall, policy: WorkerPolicy | None = None
) -> AsyncIterator[JobWorker]:
    """A worker whose job has reached the number; nothing extends its lease."""
    first = worker(environment, stall.run, *(() if policy is None else (policy,)))
    assert await first.take() == 1
    await asyncio.wait_for(stall.reached.wait(), 10)
    yield first
    await first.stop()


async def idle(running: JobWorker) -> None:
    """Wait until a worker runs no job."""
    for _ in range(1000):
        if not running.running:
            return
        await asyncio.sleep(0.005)
    pytest.fail("the job did not end")


async def run_all(environment: Environment, run: Callable[[RunningJob[Numbers]], Awaitable[None]] = count_up) -> int:
    """Run what is due now with another worker, and return how many jobs it took."""
    other = worker(environment, run)
    taken = await other.take()
    await idle(other)
    await other.stop()
    return taken


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


async def test_accounts_take_turns(environment: Environment, world: World, clock: TestClock) -> None:
    """A hundred jobs of one account delay the job of another by one job at most, even with one slot."""
    many = [await enqueue(environment, world.viewer(Role.ADMIN)) for _ in range(100)]
    late = [await enqueue(environment, world.viewer(Role.INTEGRATION)) for _ in range(2)]
    servers_own = await enqueue(environment, None)
    single = worker(environment, policy=WorkerPolicy(slots=1, per_account=2))
    for _ in range(6):
        assert await single.take() == 1
        await idle(single)
        clock.advance(seconds=1)
    order = "SELECT id FROM job WHERE started_at IS NOT NULL ORDER BY started_at"
    assert await query(environment, order) == [many[0], late[0], servers_own, many[1], late[1], many[2]]


async def test_an_account_has_only_so_many_jobs_running_in_all_processes(
    environment: Environment, world: World
) -> None:
    """Others still find free slots."""
    for _ in range(5):
        await enqueue(environment, world.viewer(Role.ADMIN))
    stalls = [Stall(1), Stall(1)]
    first, second = (worker(environment, stall.run) for stall in stalls)
    assert await first.take() == 2
    assert await second.take() == 0
    await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await second.take() == 1
    await first.stop()
    await second.stop()


async def test_two_workers_that_take_at_once_never_take_the_same_job(environment: Environment, world: World) -> None:
    """Nor more than the limit of an account together."""
    for role in (Role.ADMIN, Role.INTEGRATION, Role.OPERATIONS):
        for _ in range(4):
            await enqueue(environment, world.viewer(role))
    workers = [worker(environment, Stall(1).run, WorkerPolicy(slots=3, per_account=2)) for _ in range(4)]
    assert sorted(await asyncio.gather(*(each.take() for each in workers))) == [0, 0, 3, 3]
    running = "SELECT count(*), count(DISTINCT lease), max(attempts) FROM job WHERE status = 'RUNNING'"
    assert await query(environment, running) == [(6, 6, 1)]
    for each in workers:
        await each.stop()


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
