"""Cancels and retries locked jobs, for mutations that have decided who may do it."""

from uuid import UUID

from db.jobs import changes
from db.jobs.reads import lock_job as select_locked_job
from db.jobs.rows import JobRow
from db.sessions import Writing
from domain.events import EventKind
from domain.failures import Path
from domain.notifications.stored_facts import NotificationFact
from resolvers.context import Operation
from resolvers.jobs.enqueue import require_room
from resolvers.jobs.notify import append_job_event, notify_of_cancellation


async def lock_job(session: Writing, job_id: UUID) -> JobRow | None:
    """Lock a job of any account; None if it was deleted."""
    rows = await session.fetch(select_locked_job(own=False), id=job_id)
    return rows[0] if rows else None


async def cancel_locked(
    operation: Operation, session: Writing, job: JobRow, fact: NotificationFact | None = None
) -> None:
    """Cancel a job, and notify its owner if that is somebody else, with a `fact` or in general words."""
    await changes.cancel(session, job.id, operation.now)
    await notify_of_cancellation(operation, session, job, fact)


async def retry_locked(operation: Operation, session: Writing, job: JobRow, path: Path) -> None:
    """Queue a job again. Raises TooManyJobs."""
    await require_room(session, job.owner_id, path)
    await changes.retry(session, job.id, operation.now)
    await append_job_event(operation, session, EventKind.JOB_PROGRESSED, job.id)
