"""The mutation cancelImport."""

from uuid import UUID

from msgspec import Struct

from db.imports.reads import COUNTS_BY_ID, LOCK_STREAMS
from db.imports.rows import ListedImportRow
from db.sessions import Writing
from domain.imports.facts import ImportStatus
from domain.imports.failures import ImportEnded
from domain.imports.guards import IMPORT_GUARDS, ImportAction
from domain.imports.stored_facts import SalesImportCanceled
from resolvers.context import Operation
from resolvers.imports.loaders import outcomes_of
from resolvers.imports.locking import lock_import
from resolvers.jobs.control import cancel_locked


class CancelImport(Struct, frozen=True):
    """End an import that waits or runs."""

    import_id: UUID


async def cancel_import(operation: Operation, command: CancelImport) -> UUID:
    """Cancel an import. What it has recorded stays. Its owner is notified if somebody else cancels it.

    Raises ImportNotFound, ImportOfAnother, and ImportEnded.
    """
    async with operation.writing() as session:
        found, job = await lock_import(operation, session, command.import_id)
        IMPORT_GUARDS.check(ImportAction.CANCEL, found.facts, operation.viewer)
        if job is None:
            raise ImportEnded(ImportStatus(found.status))
        await cancel_locked(operation, session, job, await _fact(session, found))
    return command.import_id


async def _fact(session: Writing, found: ListedImportRow) -> SalesImportCanceled:
    """The state of the import after the transactions that are open now have ended."""
    await session.fetch(LOCK_STREAMS, import_id=found.id)
    (counts,) = await session.fetch(COUNTS_BY_ID, ids=[found.id])
    return SalesImportCanceled(
        file_name=found.file_name,
        source=found.source,
        dry_run=found.dry_run,
        outcomes=outcomes_of(counts, found.rejected),
    )
