"""A job while a worker runs it: what its handler reads and calls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from db.jobs import changes
from db.jobs.reads import HELD_LEASES, STATUS_OF_JOB
from db.jobs.rows import Progress
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.jobs.events import about_job
from domain.jobs.facts import JobKind, JobStatus
from domain.jobs.failures import OwnerDisabled
from domain.jobs.retries import LEASE
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.jobs.enqueue import to_document

ParametersT_co = TypeVar("ParametersT_co", covariant=True)

# Seconds between two reports that are stored; those between them are kept in memory.
REPORT_INTERVAL_S: Final = 1.0
# Seconds that a function may run in another process, unless its caller says otherwise.
PROCESS_TIME_LIMIT_S: Final = 30.0


class JobStopped(Exception):
    """This attempt may write no more: what it has not committed is undone."""


class JobCanceled(JobStopped):
    """An account canceled the job."""


class JobLost(JobStopped):
    """Another worker took the job over, because this one was silent for too long, or the job was queued again."""


class RunInProcess(Protocol):
    """Runs a function in another process, so that it does not block the server."""

    def __call__(self, function: Callable[..., Any], *arguments: Any, time_limit: float) -> Awaitable[Any]:
        """Return what the function returns. Raises FunctionRaised and ProcessFailed."""
        ...


class RunPart(Protocol):
    """Runs a part of a job in another process, with its own connections to the database."""

    def __call__(self, job: "RunningJob[Any]", function: "Part", number: int) -> Awaitable[None]:
        """Return when the function has. Raises what it raises: JobStopped, PartRejected, and ProcessFailed."""
        ...


class ProcessFailed(Exception):
    """A function in another process took too long, needed too much memory, or brought its process down."""


class FunctionRaised(ProcessFailed):
    """A function in another process raised an error, of this kind and with this text."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text


class JobTools(Struct, frozen=True):
    """What a worker gives to every job: new operations of nobody that read the primary, the clock, and processes.

    Without `run_part`, parts of jobs run in the process of the worker.
    """

    new_operation: Callable[[], Operation]
    clock: Callable[[], datetime]
    run_in_process: RunInProcess
    run_part: RunPart | None = None


class JobAttempt(Struct, frozen=True, kw_only=True):
    """One attempt at a job: `lease` is its right to write, and `number` counts the attempts from 1."""

    id: UUID
    kind: JobKind
    owner_id: UUID | None
    lease: UUID
    number: int
    progress: Progress


class RunningJob(Generic[ParametersT_co]):
    """A job and the attempt at it. Every transaction of its operations first checks that the attempt still has the job.

    So nothing is done twice: an attempt that lost the job commits nothing more, and the next one continues after the
    last checkpoint, which is stored in the transaction of the work before it.
    """

    def __init__(
        self,
        attempt: JobAttempt,
        parameters: ParametersT_co,
        checkpoint: Any,
        *,
        tools: JobTools,
    ) -> None:
        """Take the attempt with the decoded parameters and checkpoint, which is None before the first one."""
        self.attempt = attempt
        self.parameters = parameters
        self.checkpoint = checkpoint
        self.progress = attempt.progress
        self._tools = tools
        self._reported_at = -REPORT_INTERVAL_S

    @property
    def id(self) -> UUID:
        """The id of the job."""
        return self.attempt.id

    @asynccontextmanager
    async def operation(self, fence: Callable[[Writing], Awaitable[None]] | None = None) -> AsyncIterator[Operation]:
        """Open an operation at this moment, signed in as the owner of the job with their present roles.

        Open a new one for each piece of work: an operation stays at its moment. It belongs to nobody if the job is the
        server's own. Raises OwnerDisabled; its `writing()` raises JobCanceled and JobLost.

        Transactions lock the job, one at a time. A job that writes several at once gives each of them a `fence` of its
        own, which locks a row that only this attempt may lock, and calls `raise_stopped` where it may not.
        """
        operation = self._tools.new_operation()
        try:
            if (owner_id := self.attempt.owner_id) is not None:
                viewers = await load_viewers(operation, [owner_id])
                if owner_id not in viewers:
                    raise OwnerDisabled
                operation.sign_in(viewers[owner_id])
            operation.fence = fence or self._fence
            yield operation
        finally:
            await operation.close()

    @asynccontextmanager
    async def long_operation(self) -> AsyncIterator[Operation]:
        """Open an operation whose transactions have statements that take long: they lock the job only at their end.

        So an account can cancel the job at once. The worker ends the statement when it notices, and what the
        transaction wrote is undone.
        """
        async with self.operation(self._check) as operation:
            operation.seal = self._fence
            yield operation

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """Open one transaction of an operation of its own. Raises JobCanceled, JobLost, and OwnerDisabled."""
        async with self.operation() as operation, operation.writing() as session:
            yield session

    async def save_checkpoint(
        self, session: Writing, checkpoint: object, *, done: int | None = None, total: int | None = None
    ) -> None:
        """Store where the next attempt continues, in the transaction of the work before it.

        The checkpoint has the type that the handler declares; it must be small. A checkpoint is progress, so the count
        of failed attempts begins again. Raises JobCanceled, JobLost, and ValueError for one that is too large.
        """
        progress = self._progress(done, total)
        if not await changes.save_checkpoint(session, self.attempt.lease, to_document(checkpoint), progress):
            await self.raise_stopped(session)
        self.checkpoint, self.progress = checkpoint, progress

    async def report(self, done: int, total: int | None = None) -> None:
        """Store how much is done, at most once a second, and extend the lease. Raises JobCanceled and JobLost.

        Without `total` the one before stays. The last report is stored when the job finishes, in any case.
        """
        self.progress = self._progress(done, total)
        if monotonic() - self._reported_at < REPORT_INTERVAL_S:
            return
        operation = self._tools.new_operation()
        try:
            async with operation.writing() as session:
                until = operation.now + LEASE
                if not await changes.save_progress(session, self.attempt.lease, self.progress, until):
                    await self.raise_stopped(session)
                event = NewEvent(EventKind.JOB_PROGRESSED, self.id, about_job(self.id))
                await append_events(session, [event], operation.now)
        finally:
            await operation.close()
        self._reported_at = monotonic()

    async def run_in_process(
        self, function: Callable[..., Any], *arguments: Any, time_limit: float = PROCESS_TIME_LIMIT_S
    ) -> Any:
        """Run a function of a module in another process, which is killed after `time_limit` seconds.

        Arguments and the result are None, booleans, numbers, texts, bytes, lists, and dictionaries of these. Raises
        FunctionRaised and ProcessFailed.
        """
        return await self._tools.run_in_process(function, *arguments, time_limit=time_limit)

    async def run_part(self, function: "Part", number: int, *, apart: bool) -> None:
        """Run a function of a module for a part of the job; `apart` in a process of its own, if the worker has some.

        The function gets this job, with the same attempt, and the number of the part. Parts that write at the same time
        need fences of their own: see `operation`.
        """
        if apart and self._tools.run_part is not None:
            await self._tools.run_part(self, function, number)
        else:
            await function(self, number)

    def _progress(self, done: int | None, total: int | None) -> Progress:
        before = self.progress
        return Progress(before.done if done is None else done, before.total if total is None else total)

    async def _fence(self, session: Writing) -> None:
        """Lock the job until the transaction ends, so that nobody takes it over or cancels it meanwhile."""
        if not await changes.extend_lease(session, self.attempt.lease, self._tools.clock() + LEASE):
            await self.raise_stopped(session)

    async def _check(self, session: Writing) -> None:
        """Look whether this attempt still has the job, and lock nothing."""
        if not await session.fetch(HELD_LEASES, leases=[self.attempt.lease]):
            await self.raise_stopped(session)

    async def raise_stopped(self, session: Writing) -> NoReturn:
        """Raise JobCanceled or JobLost, for an attempt that no longer has the job."""
        found = await session.fetch(STATUS_OF_JOB, id=self.id)
        raise JobCanceled if found == [JobStatus.CANCELED] else JobLost


# A function of a module that does a part of a job.
Part = Callable[[RunningJob[Any], int], Awaitable[None]]
