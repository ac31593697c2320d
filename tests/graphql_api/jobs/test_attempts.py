"""Attempts that fail: repeated later, up to five times in a row, or ended by a declared failure (N9)."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import Struct

from db.sessions import TransactionConflict
from domain.events import EventKind
from domain.jobs.failures import JobNotFound, TooManyJobs
from domain.permissions import Permission, Role
from domain.requests import DatabaseUnavailable
from graphql_api.context import Environment
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from resolvers.jobs.enqueue import enqueue_job
from resolvers.jobs.running import FunctionRaised, JobCanceled, JobStopped, ProcessFailed, RunningJob
from resolvers.outbox.append import append_event
from tests.support.clock import TestClock
from tests.support.computations import double
from tests.support.jobs import (
    ENDED,
    KIND,
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


async def test_an_owner_without_permission_or_account_ends_the_job(environment: Environment, world: World) -> None:
    """Handlers act with the present roles of the owner, and a retry would change nothing."""

    async def require(job: RunningJob[Numbers]) -> None:
        async with job.operation() as operation:
            operation.require(Permission.WEBHOOK_MANAGE)

    owner = world.viewer(Role.INTEGRATION)
    job_id = await enqueue(environment, owner)
    assert await run_all(environment, require) == 1
    forbidden = "Your roles do not allow this. It requires the role administrator."
    assert await stored(environment, ENDED, job_id) == ("FAILED", 0, 3, 1, 1, forbidden)
    job_id = await enqueue(environment, owner)
    await query(environment, "UPDATE account SET disabled_at = now() WHERE id = $1", owner.account_id)
    assert await run_all(environment) == 1
    disabled = "The account that started this job is disabled."
    assert await stored(environment, ENDED, job_id) == ("FAILED", 0, 3, 1, 1, disabled)
    # Only the first one could still be delivered.
    assert await query(environment, "SELECT count(*) FROM notification") == [1]


async def test_errors_that_pass_are_repeated_with_their_sentences(environment: Environment, world: World) -> None:
    """A bug of ours, also one within another process, shows only a reference."""
    errors: list[Exception] = [
        DatabaseUnavailable(),
        TransactionConflict(),
        ProcessFailed("It took longer than 30 seconds."),
        FunctionRaised("ValueError", "/etc/secret"),
        TimeoutError("of the handler"),
    ]
    expected = [
        "The database does not answer. Try again in a few seconds.",
        "Other work changed the same data at the same time.",
        "It took longer than 30 seconds.",
        "Something went wrong on our side. Quote the reference ",
        "Something went wrong on our side. Quote the reference ",
    ]
    for error, sentence in zip(errors, expected, strict=True):

        async def raising(_job: RunningJob[Numbers], error: Exception = error) -> None:
            raise error

        job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
        assert await run_all(environment, raising) == 1
        status, failures, found = await stored(environment, "status, failures, error", job_id)
        assert (status, failures, found[: len(sentence)]) == ("QUEUED", 1, sentence)


async def test_parameters_of_another_version_are_an_error(environment: Environment, world: World) -> None:
    """The job is repeated: perhaps by a server that knows them."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    await query(environment, "UPDATE job SET parameters = '{}'")
    assert await run_all(environment) == 1
    assert await stored(environment, "status, failures", job_id) == ("QUEUED", 1)


async def test_reports_are_stored_once_a_second_and_at_the_end(environment: Environment, world: World) -> None:
    """Each stored one is an event, so a stream of them does not flood the outbox."""

    async def report_often(job: RunningJob[Numbers]) -> None:
        for done in range(1, 51):
            await job.report(done, 50)

    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await run_all(environment, report_often) == 1
    assert await stored(environment, ENDED, job_id) == ("SUCCEEDED", 50, 50, 1, 0, None)
    events = "SELECT count(*) FROM event WHERE kind = 'JOB_PROGRESSED' AND object_id = $1"
    assert await query(environment, events, job_id) == [3]


async def test_a_report_tells_a_handler_that_its_job_was_canceled(environment: Environment, world: World) -> None:
    """Even if it writes nothing else."""
    owner = world.viewer(Role.INTEGRATION)
    job_id = await enqueue(environment, owner)
    stopped: list[type[JobStopped]] = []

    async def canceled(job: RunningJob[Numbers]) -> None:
        await cancel_job(environment.operation(owner), CancelJob(job_id))
        try:
            await job.report(1)
        except JobStopped as reason:
            stopped.append(type(reason))
            raise

    assert await run_all(environment, canceled) == 1
    assert stopped == [JobCanceled]
    assert await stored(environment, "status, done", job_id) == ("CANCELED", 0)


async def test_a_job_of_the_server_has_no_viewer(environment: Environment, world: World) -> None:
    """Nobody is notified of it."""

    async def anonymous(job: RunningJob[Numbers]) -> None:
        async with job.operation() as operation:
            assert operation.account_id is None

    job_id = await enqueue(environment, None)
    assert await run_all(environment, anonymous) == 1
    assert await stored(environment, "status, owner_id", job_id) == ("SUCCEEDED", None)
    assert await query(environment, "SELECT count(*) FROM notification") == [0]


async def test_a_job_can_compute_in_another_process(environment: Environment, world: World) -> None:
    """With data in and data out."""
    found: list[object] = []

    async def compute(job: RunningJob[Numbers]) -> None:
        found.append(await job.run_in_process(double, job.parameters.count))

    await enqueue(environment, world.viewer(Role.INTEGRATION))
    assert await run_all(environment, compute) == 1
    assert found == [6]


async def test_large_parameters_are_rejected_and_nothing_is_stored(environment: Environment, world: World) -> None:
    """They belong in a table."""

    class Large(Struct):
        text: str

    operation = environment.operation(world.viewer(Role.INTEGRATION))
    with pytest.raises(ValueError, match="65549 bytes are more than the 65536 that a job stores"):
        async with operation.writing() as session:
            await enqueue_job(operation, session, KIND, Large("x" * 65_538))
    assert await query(environment, "SELECT count(*) FROM job") == [0]


async def test_an_account_may_have_only_so_many_open_jobs(environment: Environment, world: World) -> None:
    """The server itself may have more."""
    owner = world.viewer(Role.INTEGRATION)
    await enqueue(environment, owner)
    copied = "kind, owner_id, parameters, status, done, attempts, failures, due_at, created_at"
    await query(
        environment,
        f"INSERT INTO job (id, {copied}) SELECT gen_random_uuid(), {copied} FROM job, generate_series(1, 999)",
    )
    with pytest.raises(TooManyJobs, match=r"This account already has 1,000 jobs that wait or run."):
        await enqueue(environment, owner)
    await enqueue(environment, None)
    assert await query(environment, "SELECT count(*) FROM job") == [1001]


async def test_an_attempt_has_a_time_limit(environment: Environment, world: World) -> None:
    """A handler that never returns does not hold a slot for ever."""
    job_id = await enqueue(environment, world.viewer(Role.INTEGRATION))
    running = worker(environment, Stall(1).run, time_limit=0.05)
    assert await running.take() == 1
    await idle(running)
    assert await stored(environment, "status, error", job_id) == ("QUEUED", "It took longer than 0 seconds.")
