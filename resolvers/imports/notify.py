"""Appends the event of the end of an import, and notifies its owner of what became of the file."""

from db.imports.reads import COUNTS_BY_ID
from db.outbox.changes import NewEvent
from db.sessions import Writing
from domain.events import EventKind
from domain.imports.stored_facts import SalesImportFinished
from resolvers.context import Operation
from resolvers.imports.loaders import outcomes_of
from resolvers.imports.running import RunningImport
from resolvers.notifications.notify import append_and_notify
from resolvers.outbox.append import append_event


async def announce_rejection(operation: Operation, session: Writing, running: RunningImport) -> None:
    """Append the event of a file that was rejected as a whole; of that, the job notifies the owner."""
    await append_event(operation, session, EventKind.SALES_IMPORT_FINISHED, running.id)


async def announce_end(operation: Operation, session: Writing, running: RunningImport) -> None:
    """Append the event of a file that was imported to its end, and notify the owner."""
    (counts,) = await session.fetch(COUNTS_BY_ID, ids=[running.id])
    fact = SalesImportFinished(
        file_name=running.file.name,
        source=running.row.source,
        dry_run=running.row.dry_run,
        outcomes=outcomes_of(counts, running.checkpoint.read.rejected),
    )
    event = NewEvent(EventKind.SALES_IMPORT_FINISHED, running.id)
    await append_and_notify(operation, session, event, {running.row.created_by: fact}, actor_id=None)
