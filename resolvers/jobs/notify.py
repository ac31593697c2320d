"""Append the events of jobs, and notify the owner of one that ended."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from db.jobs.reads import SUBJECT_OF_JOB
from db.jobs.rows import JobRow
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.jobs.events import about_job
from domain.jobs.facts import JOBS, JobKind
from domain.jobs.stored_facts import JobCanceled, JobFailed, JobFinished
from domain.notifications.stored_facts import NotificationFact
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.jobs.running import JobAttempt
from resolvers.notifications.notify import append_and_notify
from resolvers.outbox.append import append_event

# Writes the fact for the owner of a job that fails with this sentence, in the transaction that ends it.
ExplainFailure = Callable[[Operation, Writing, JobAttempt, str], Awaitable[NotificationFact]]


async def append_job_event(operation: Operation, session: Writing, kind: EventKind, job_id: UUID) -> None:
    """Append an event of a job."""
    await append_events(session, [NewEvent(kind, job_id, about_job(job_id))], operation.now)


async def notify_of_success(operation: Operation, session: Writing, attempt: JobAttempt) -> None:
    """Append the event, and notify the owner if the kind asks for it."""
    fact = JobFinished(attempt.kind) if JOBS[attempt.kind].notifies else None
    await _notify(operation, session, EventKind.JOB_FINISHED, attempt, fact)


async def notify_of_failure(
    operation: Operation, session: Writing, attempt: JobAttempt, error: str, explain: ExplainFailure | None
) -> None:
    """Append the event, and notify the owner: with a fact of the kind, if it has its own."""
    fact: NotificationFact = JobFailed(attempt.kind, error)
    if explain is not None:
        fact = await explain(operation, session, attempt, error)
    await _append_early_end(operation, session, attempt.kind, attempt.id)
    await _notify(operation, session, EventKind.JOB_FAILED, attempt, fact)


async def notify_of_cancellation(
    operation: Operation, session: Writing, job: JobRow, fact: NotificationFact | None = None
) -> None:
    """Append the event, and notify the owner of a job that the viewer, somebody else, canceled."""
    viewer_id, owner_id = operation.viewer.account_id, job.owner_id
    stored = fact or JobCanceled(JobKind(job.kind))
    await _append_early_end(operation, session, JobKind(job.kind), job.id)
    facts = {} if owner_id == viewer_id else await _fact_for(session, owner_id, stored)
    event = NewEvent(EventKind.JOB_CANCELED, job.id, about_job(job.id))
    await append_and_notify(operation, session, event, facts, actor_id=viewer_id)


async def _append_early_end(operation: Operation, session: Writing, kind: JobKind, job_id: UUID) -> None:
    """Append the event of what a job was about that ends before its end, for those who wait for it."""
    if (early_end := JOBS[kind].early_end) is None:
        return
    event, parameter = early_end
    (subject_id,) = await session.fetch(SUBJECT_OF_JOB, id=job_id, name=parameter)
    await append_event(operation, session, event, subject_id)


async def _notify(
    operation: Operation, session: Writing, kind: EventKind, attempt: JobAttempt, fact: NotificationFact | None
) -> None:
    facts = await _fact_for(session, attempt.owner_id, fact)
    event = NewEvent(kind, attempt.id, about_job(attempt.id))
    await append_and_notify(operation, session, event, facts, actor_id=None)


async def _fact_for(
    session: Writing, owner_id: UUID | None, fact: NotificationFact | None
) -> dict[UUID, NotificationFact | None]:
    """The fact for an owner who can sign in."""
    if owner_id is None or fact is None or owner_id not in await load_viewers(session, [owner_id]):
        return {}
    return {owner_id: fact}
