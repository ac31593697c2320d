"""Lock the job that a mutation names."""

from uuid import UUID

from db.jobs.reads import lock_job
from db.jobs.rows import JobRow
from db.sessions import Writing
from domain.jobs.failures import JobNotFound
from resolvers.context import Operation
from resolvers.jobs.loaders import scope_parameters


async def lock_visible_job(operation: Operation, session: Writing, job_id: UUID) -> JobRow:
    """Lock a job that the viewer sees. Raises JobNotFound."""
    scope = scope_parameters(operation.viewer)
    rows = await session.fetch(lock_job(own=bool(scope)), id=job_id, **scope)
    if not rows:
        raise JobNotFound
    return rows[0]
