"""Changes to jobs. Those of a worker name its lease, and change nothing once another attempt has the job."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, null, select, update

from db.jobs.rows import NewJob, Progress
from db.jobs.tables import JobTable
from db.sessions import Writing
from db.statement import Change, moment, number, string, uuid
from domain.jobs.facts import JobStatus

_LEASED: Final = JobTable.lease == uuid("held")
_START: Final = Change(
    update(JobTable)
    .where(JobTable.id == uuid("job_id"))
    .values(
        status=JobStatus.RUNNING.value,
        lease=uuid("lease"),
        attempts=JobTable.attempts + 1,
        failures=number("failures"),
        due_at=moment("until"),
        started_at=moment("at"),
    )
)
_EXTEND: Final = Change(update(JobTable).where(_LEASED).values(due_at=moment("until")))
_PROGRESS: Final = Change(
    update(JobTable).where(_LEASED).values(done=number("done"), total=number("total"), due_at=moment("until"))
)
_SUCCEED: Final = Change(
    update(JobTable)
    .where(_LEASED)
    .values(
        status=JobStatus.SUCCEEDED.value,
        lease=null(),
        due_at=null(),
        error=null(),
        done=number("done"),
        total=number("total"),
        finished_at=moment("at"),
    )
)
_FAIL: Final = Change(
    update(JobTable)
    .where(JobTable.id == uuid("job_id"))
    .values(
        status=JobStatus.FAILED.value,
        lease=null(),
        due_at=null(),
        failures=number("failures"),
        error=string("error"),
        finished_at=moment("at"),
    )
)
_POSTPONE: Final = Change(
    update(JobTable)
    .where(JobTable.id == uuid("job_id"))
    .values(
        status=JobStatus.QUEUED.value,
        lease=null(),
        due_at=moment("due_at"),
        failures=number("failures"),
        error=string("error"),
    )
)
_GIVE_BACK: Final = Change(
    update(JobTable).where(_LEASED).values(status=JobStatus.QUEUED.value, lease=null(), due_at=moment("at"))
)
_CANCEL: Final = Change(
    update(JobTable)
    .where(JobTable.id == uuid("job_id"))
    .values(status=JobStatus.CANCELED.value, lease=null(), due_at=null(), finished_at=moment("at"))
)
_RETRY: Final = Change(
    update(JobTable)
    .where(JobTable.id == uuid("job_id"))
    .values(status=JobStatus.QUEUED.value, due_at=moment("at"), failures=0, error=null(), finished_at=null())
)


async def add_job(session: Writing, job: NewJob) -> None:
    """Queue a job that may start at once."""
    values = {
        "id": job.id,
        "kind": job.kind.value,
        "owner_id": job.owner_id,
        "parameters": job.parameters,
        "status": JobStatus.QUEUED.value,
        "done": 0,
        "total": job.total,
        "checkpoint": None,
        "attempts": 0,
        "failures": 0,
        "due_at": job.created_at,
        "created_at": job.created_at,
    }
    await session.execute(insert(JobTable), [values])


async def start_attempt(
    session: Writing, job_id: UUID, lease: UUID, failures: int, span: tuple[datetime, datetime]
) -> None:
    """Start the next attempt of a locked job, under a new lease. `span` is from now until the end of the lease."""
    at, until = span
    await session.run(_START, job_id=job_id, lease=lease, failures=failures, at=at, until=until)


async def extend_lease(session: Writing, lease: UUID, until: datetime) -> bool:
    """Lock the job and extend the lease; False if the attempt no longer has it."""
    return await session.run(_EXTEND, held=lease, until=until) == 1


async def extend_leases(session: Writing, leases: list[UUID], until: datetime) -> None:
    """Extend leases, except of jobs that are locked: those are written at this moment."""
    free = select(JobTable.id).where(JobTable.lease.in_(leases)).with_for_update(skip_locked=True)
    await session.execute(update(JobTable).where(JobTable.id.in_(free.scalar_subquery())).values(due_at=until))


async def save_progress(session: Writing, lease: UUID, progress: Progress, until: datetime) -> bool:
    """Store the progress and extend the lease; False if the attempt no longer has it."""
    return await session.run(_PROGRESS, held=lease, done=progress.done, total=progress.total, until=until) == 1


async def save_checkpoint(session: Writing, lease: UUID, checkpoint: object, progress: Progress) -> bool:
    """Store the checkpoint with the progress, which ends a row of failures; False without the lease."""
    values = {"checkpoint": checkpoint, "failures": 0, "done": progress.done, "total": progress.total}
    saved = update(JobTable).where(JobTable.lease == lease).values(values).returning(JobTable.id)
    return bool(await session.returning(saved))


async def succeed(session: Writing, lease: UUID, progress: Progress, at: datetime) -> bool:
    """Finish a job; False if the attempt no longer has it."""
    return await session.run(_SUCCEED, held=lease, done=progress.done, total=progress.total, at=at) == 1


async def fail(session: Writing, job_id: UUID, failures: int, error: str, at: datetime) -> None:
    """End a locked job as failed."""
    await session.run(_FAIL, job_id=job_id, failures=failures, error=error, at=at)


async def postpone(session: Writing, job_id: UUID, failures: int, error: str, due_at: datetime) -> None:
    """Queue a locked job again after a failed attempt."""
    await session.run(_POSTPONE, job_id=job_id, failures=failures, error=error, due_at=due_at)


async def give_back(session: Writing, lease: UUID, at: datetime) -> bool:
    """Queue a job again whose worker stops; False if the attempt no longer has it."""
    return await session.run(_GIVE_BACK, held=lease, at=at) == 1


async def cancel(session: Writing, job_id: UUID, at: datetime) -> None:
    """Cancel a locked job. An attempt that runs loses its lease, so it commits nothing more."""
    await session.run(_CANCEL, job_id=job_id, at=at)


async def retry(session: Writing, job_id: UUID, at: datetime) -> None:
    """Queue a locked job again that failed or was canceled; it continues after its last checkpoint."""
    await session.run(_RETRY, job_id=job_id, at=at)


async def delete_finished(session: Writing, before: datetime, limit: int) -> int:
    """Delete at most `limit` jobs that ended before a moment; return the number of deleted ones."""
    old = select(JobTable.id).where(JobTable.finished_at < before).order_by(JobTable.finished_at).limit(limit)
    return len(await session.returning(delete(JobTable).where(JobTable.id.in_(old)).returning(JobTable.id)))
