"""Append the events of jobs, and notify the owner of one that ended."""

from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.jobs.events import about_job
from domain.jobs.facts import JOBS
from domain.jobs.stored_facts import JobFailed, JobFinished, StoredJobFact
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.jobs.running import JobAttempt
from resolvers.notifications.notify import append_and_notify


async def append_job_event(operation: Operation, session: Writing, kind: EventKind, job_id: UUID) -> None:
    """Append an event of a job."""
    await append_events(session, [NewEvent(kind, job_id, about_job(job_id))], operation.now)


async def notify_of_success(operation: Operation, session: Writing, attempt: JobAttempt) -> None:
    """Append the event, and notify the owner if the kind asks for it."""
    fact = JobFinished(attempt.kind) if JOBS[attempt.kind].notifies else None
    await _notify(operation, session, EventKind.JOB_FINISHED, attempt, fact)


async def notify_of_failure(operation: Operation, session: Writing, attempt: JobAttempt, error: str) -> None:
    """Append the event, and notify the owner."""
    await _notify(operation, session, EventKind.JOB_FAILED, attempt, JobFailed(attempt.kind, error))


async def _notify(
    operation: Operation, session: Writing, kind: EventKind, attempt: JobAttempt, fact: StoredJobFact | None
) -> None:
    owner_id = attempt.owner_id
    facts = {}
    if owner_id is not None and fact is not None and owner_id in await load_viewers(session, [owner_id]):
        facts[owner_id] = fact
    event = NewEvent(kind, attempt.id, about_job(attempt.id))
    await append_and_notify(operation, session, event, facts, actor_id=None)
