"""Append the events of jobs, and notify the owner of one that ended."""

from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.jobs.events import about_job
from domain.jobs.facts import JOBS, JobKind
from domain.jobs.stored_facts import JobFailed, JobFinished, StoredJobFact
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify


async def append_job_event(
    operation: Operation, session: Writing, kind: EventKind, job: tuple[UUID, UUID | None]
) -> None:
    """Append an event of a job, given by its id and its owner."""
    await append_events(session, [NewEvent(kind, job[0], about_job(*job))], operation.now)


async def notify_of_success(
    operation: Operation, session: Writing, kind: JobKind, job: tuple[UUID, UUID | None]
) -> None:
    """Append the event, and notify the owner if the kind asks for it."""
    fact = JobFinished(kind) if JOBS[kind].notifies else None
    await _notify(operation, session, NewEvent(EventKind.JOB_FINISHED, job[0], about_job(*job)), (job[1], fact))


async def notify_of_failure(
    operation: Operation, session: Writing, fact: JobFailed, job: tuple[UUID, UUID | None]
) -> None:
    """Append the event, and notify the owner."""
    await _notify(operation, session, NewEvent(EventKind.JOB_FAILED, job[0], about_job(*job)), (job[1], fact))


async def _notify(
    operation: Operation, session: Writing, event: NewEvent, about: tuple[UUID | None, StoredJobFact | None]
) -> None:
    owner_id, fact = about
    enabled = owner_id is not None and fact is not None and owner_id in await load_viewers(session, [owner_id])
    facts = {owner_id: fact} if enabled and owner_id is not None else {}
    await append_and_notify(operation, session, event, facts, actor_id=None)
