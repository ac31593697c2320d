"""Jobs for tests: a handler that counts, the ways in which workers run it, and what it has done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct

from domain.events import EventKind
from domain.jobs.facts import JobKind
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.jobs.policy import WorkerPolicy
from graphql_api.jobs.worker import JobWorker
from resolvers.jobs.enqueue import enqueue_job
from resolvers.jobs.handlers import JobHandler, handlers_by_kind
from resolvers.jobs.running import JobStopped, RunningJob
from resolvers.outbox.append import append_event

KIND = JobKind.EPCIS_CAPTURE
# The columns that say how a job ended.
ENDED = "status, done, total, attempts, failures, error"
POLICY = WorkerPolicy(slots=4, per_account=2, poll_s=0.01, heartbeat_s=0.02)


class Numbers(Struct, frozen=True):
    """Append an event for each number up to `count`."""

    count: int


async def count_up(job: RunningJob[Numbers]) -> None:
    """Append an event for each number, each in its own transaction with a checkpoint."""
    for number in range((job.checkpoint or 0) + 1, job.parameters.count + 1):
        async with job.operation() as operation, operation.writing() as session:
            await append_event(operation, session, EventKind.PRODUCT_SAVED, UUID(int=number))
            await job.save_checkpoint(session, number, done=number)


def handler(run: Callable[[RunningJob[Numbers]], Awaitable[None]] = count_up, **options: Any) -> JobHandler[Numbers]:
    """The handler of `KIND` that runs this function."""
    return JobHandler(kind=KIND, parameters=Numbers, checkpoint=int, run=run, **options)


def worker(
    environment: Environment,
    run: Callable[[RunningJob[Numbers]], Awaitable[None]] = count_up,
    policy: WorkerPolicy = POLICY,
    **options: Any,
) -> JobWorker:
    """A worker for `KIND`, which is not started."""
    return JobWorker(environment, {KIND: handler(run, **options)}, policy)


async def enqueue(environment: Environment, viewer: Viewer | None, count: int = 3, kind: JobKind = KIND) -> UUID:
    """Queue a job of a viewer, or of the server."""
    operation = environment.operation(viewer)
    async with operation.writing() as session:
        job_id = await enqueue_job(operation, session, kind, Numbers(count), total=count)
    await operation.close()
    return job_id


async def stored(environment: Environment, columns: str, job_id: UUID) -> Any:
    """Columns of one job as they are stored."""
    return (await query(environment, f"SELECT {columns} FROM job WHERE id = $1", job_id))[0]


async def query(environment: Environment, sql: str, *arguments: Any) -> Sequence[Any]:
    """Rows as tuples; a row of one column is its value."""
    async with environment.database.writing() as session:
        found = await session._driver.fetch(sql, *arguments)  # noqa: SLF001 - a statement of the test
    return [tuple(row) if len(row) > 1 else row[0] for row in found]


async def numbers_done(environment: Environment) -> list[int]:
    """The numbers whose events are committed, in order of their commits."""
    sql = "SELECT object_id FROM event WHERE kind = 'PRODUCT_SAVED' ORDER BY xid, id"
    return [found.int for found in await query(environment, sql)]


class Stall:
    """A handler that counts up, and waits at a number until it may go on."""

    def __init__(self, at: int, *, within: bool = False, long: bool = False) -> None:
        self.at, self.within, self.long = at, within, long
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self.stopped: JobStopped | None = None

    async def run(self, job: RunningJob[Numbers]) -> None:
        """Count up; note why it was stopped."""
        try:
            for number in range((job.checkpoint or 0) + 1, job.parameters.count + 1):
                await self._wait(number, within=False)
                opened = job.long_operation() if self.long else job.operation()
                async with opened as operation, operation.writing() as session:
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


async def idle(running: JobWorker, seconds: float = 5) -> None:
    """Wait until a worker runs no job."""
    for _ in range(round(200 * seconds)):
        if not running.running:
            return
        await asyncio.sleep(0.005)
    pytest.fail("the job did not end")


async def run_all(environment: Environment, run: Callable[[RunningJob[Numbers]], Awaitable[None]] = count_up) -> int:
    """Run what is due now with another worker, and return how many jobs it took."""
    return await _run_due(worker(environment, run))


async def run_due(environment: Environment, handlers: Sequence[JobHandler[Any]], seconds: float = 5) -> int:
    """Run the jobs of an area that are due now, within so many seconds, and return how many there were."""
    return await _run_due(JobWorker(environment, handlers_by_kind(handlers), POLICY), seconds)


async def _run_due(other: JobWorker, seconds: float = 5) -> int:
    taken = await other.take()
    await idle(other, seconds)
    await other.stop()
    return taken
