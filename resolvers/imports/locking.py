"""Lock the import that a mutation names, by its job."""

from uuid import UUID

from db.imports import pages
from db.imports.rows import ListedImportRow
from db.jobs.rows import JobRow
from db.sessions import Writing
from domain.imports.failures import ImportNotFound
from resolvers.context import Operation
from resolvers.imports.loaders import scope_parameters
from resolvers.jobs.control import lock_job


async def lock_import(operation: Operation, session: Writing, import_id: UUID) -> tuple[ListedImportRow, JobRow | None]:
    """Lock the job of an import that the viewer sees. Return both; the job may be deleted. Raises ImportNotFound."""
    scope = scope_parameters(operation.viewer)
    find = pages.imports_by_id(own=bool(scope))
    rows = await session.fetch(find, ids=[import_id], **scope)
    if not rows:
        raise ImportNotFound
    job = await lock_job(session, rows[0].job_id)
    if job is None:
        return rows[0], None
    # The job may have changed while this transaction waited for it.
    (row,) = await session.fetch(find, ids=[import_id], **scope)
    return row, job
