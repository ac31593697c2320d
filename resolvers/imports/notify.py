"""Says what became of a file: appends the event of its end, and notifies the owner of the import."""

from db.imports.reads import COUNTS_BY_ID, IMPORT_OF_JOB, IMPORTS_BY_ID
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.events import EventKind
from domain.imports.stored_facts import SalesImportFailed, SalesImportFinished
from domain.jobs.stored_facts import JobFailed
from domain.notifications.stored_facts import NotificationFact
from resolvers.context import Operation
from resolvers.imports.loaders import outcomes_of
from resolvers.imports.running import RunningImport
from resolvers.jobs.running import JobAttempt
from resolvers.notifications.notify import append_and_notify


async def announce_end(operation: Operation, session: Writing, running: RunningImport) -> None:
    """Append the event of a file that was imported to its end, and notify the owner."""
    (row,) = await session.fetch(IMPORTS_BY_ID, ids=[running.id])
    (counts,) = await session.fetch(COUNTS_BY_ID, ids=[running.id])
    fact = SalesImportFinished(
        file_name=running.file.name,
        source=running.row.source,
        dry_run=running.row.dry_run,
        outcomes=outcomes_of(counts, running.checkpoint.read.rejected),
        is_cut=row.is_cut,
    )
    event = NewEvent(EventKind.SALES_IMPORT_FINISHED, running.id)
    await append_and_notify(operation, session, event, {running.row.created_by: fact}, actor_id=None)


async def explain_failure(_operation: Operation, session: Writing, attempt: JobAttempt, error: str) -> NotificationFact:
    """What the owner reads of an import that failed: the file, what became of its sales, and what to do."""
    found = await session.fetch(IMPORT_OF_JOB, job_id=attempt.id)
    if not found:
        return JobFailed(attempt.kind, error)
    (row,) = found
    (counts,) = await session.fetch(COUNTS_BY_ID, ids=[row.id])
    return SalesImportFailed(
        file_name=row.file_name,
        source=row.source,
        dry_run=row.dry_run,
        outcomes=outcomes_of(counts, row.rejected),
        error=error,
        is_unreadable=row.finished_at is not None,
    )
