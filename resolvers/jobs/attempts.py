"""Begin and end attempts at jobs: take the next jobs, keep them, finish them, fail them, and give them back."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct

from db.jobs import changes
from db.jobs.reads import ANY_DUE, HELD_LEASES, LOCK_LEASED_JOB
from db.jobs.rows import DueJobRow, Progress
from db.jobs.turn_reads import LOCK_CHOOSING, NEXT_JOBS
from db.sessions import Writing
from domain.events import EventKind
from domain.jobs.facts import JobKind, JobStatus
from domain.jobs.retries import LEASE, is_exhausted, next_attempt
from domain.jobs.sentences import lost_sentence
from resolvers.context import Operation
from resolvers.jobs.notify import ExplainFailure, append_job_event, notify_of_failure, notify_of_success
from resolvers.jobs.running import JobAttempt


class TakenJob(Struct, frozen=True):
    """A job that this process runs now, with its parameters and checkpoint as they are stored."""

    attempt: JobAttempt
    parameters_json: str
    checkpoint_json: str | None


async def take_jobs(
    operation: Operation,
    kinds: Sequence[JobKind],
    limit: int,
    per_account: int,
    *,
    explain: Mapping[JobKind, ExplainFailure] = MappingProxyType({}),
) -> list[TakenJob]:
    """Take at most `limit` jobs that are due or whose worker is silent, in turns between accounts.

    No account has more than `per_account` jobs running in all processes. A job whose workers were lost too many times
    in a row fails instead, which the owner reads as the kind explains it. Raises TransactionConflict.
    """
    named = [kind.value for kind in kinds]
    if not await operation.fetch(ANY_DUE, now=operation.now, kinds=named):
        return []
    async with operation.writing() as session:
        await session.fetch(LOCK_CHOOSING)
        due = await session.fetch(NEXT_JOBS, now=operation.now, kinds=named, limit=limit, per_account=per_account)
        taken = [await _take(operation, session, row, explain) for row in due]
    return [job for job in taken if job is not None]


async def keep_jobs(operation: Operation, leases: Sequence[UUID]) -> frozenset[UUID]:
    """Extend leases, and return those that this process still has. Raises TransactionConflict."""
    async with operation.writing() as session:
        await changes.extend_leases(session, list(leases), operation.now + LEASE)
        return frozenset(await session.fetch(HELD_LEASES, leases=list(leases)))


async def finish_job(operation: Operation, attempt: JobAttempt, progress: Progress) -> bool:
    """End a job as finished; False if the attempt no longer has it. Raises TransactionConflict."""
    done = progress.done if progress.total is None else progress.total
    async with operation.writing() as session:
        has_job = await changes.succeed(session, attempt.lease, Progress(done, progress.total), operation.now)
        if has_job:
            await notify_of_success(operation, session, attempt)
    return has_job


async def fail_attempt(  # noqa: PLR0913 - how the attempt failed, and what follows
    operation: Operation,
    attempt: JobAttempt,
    error: str,
    *,
    jitter: float,
    retries: bool = True,
    explain: ExplainFailure | None = None,
) -> bool:
    """Queue the job again for later, or end it as failed; False if the attempt no longer has it.

    `error` is a sentence for the owner, and `jitter` a random number from 0 to 1. Raises TransactionConflict.
    """
    async with operation.writing() as session:
        found = await session.fetch(LOCK_LEASED_JOB, lease=attempt.lease)
        if not found:
            return False
        failures = found[0].failures + 1
        due_at = next_attempt(failures, operation.now, jitter) if retries else None
        if due_at is None:
            await _fail(operation, session, attempt, (failures, error), explain)
        else:
            await changes.postpone(session, attempt.id, failures, error, due_at)
            await append_job_event(operation, session, EventKind.JOB_PROGRESSED, attempt.id)
    return True


async def give_back_job(operation: Operation, attempt: JobAttempt) -> bool:
    """Queue a job again at once, because its worker stops; False if the attempt no longer has it."""
    async with operation.writing() as session:
        has_job = await changes.give_back(session, attempt.lease, operation.now)
        if has_job:
            await append_job_event(operation, session, EventKind.JOB_PROGRESSED, attempt.id)
    return has_job


async def _take(
    operation: Operation, session: Writing, row: DueJobRow, explain: Mapping[JobKind, ExplainFailure]
) -> TakenJob | None:
    lost = row.status == JobStatus.RUNNING
    failures = row.failures + lost
    attempt = JobAttempt(
        id=row.id,
        kind=JobKind(row.kind),
        owner_id=row.owner_id,
        lease=operation.new_id(),
        number=row.attempts + 1,
        progress=Progress(row.done, row.total),
    )
    if is_exhausted(failures):
        await _fail(operation, session, attempt, (failures, lost_sentence(failures)), explain.get(attempt.kind))
        return None
    await changes.start_attempt(session, row.id, attempt.lease, failures, (operation.now, operation.now + LEASE))
    await append_job_event(operation, session, EventKind.JOB_PROGRESSED, row.id)
    return TakenJob(attempt, row.parameters_json, row.checkpoint_json)


async def _fail(
    operation: Operation,
    session: Writing,
    attempt: JobAttempt,
    failed: tuple[int, str],
    explain: ExplainFailure | None,
) -> None:
    failures, error = failed
    await changes.fail(session, attempt.id, failures, error, operation.now)
    await notify_of_failure(operation, session, attempt, error, explain)
