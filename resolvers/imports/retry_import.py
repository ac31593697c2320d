"""The mutation retryImport."""

from uuid import UUID

from msgspec import Struct

from domain.imports.failures import IMPORT_PATH
from domain.imports.guards import IMPORT_GUARDS, ImportAction
from resolvers.context import Operation
from resolvers.imports.locking import lock_import
from resolvers.jobs.control import retry_locked


class RetryImport(Struct, frozen=True):
    """Continue an import that failed or was canceled."""

    import_id: UUID


async def retry_import(operation: Operation, command: RetryImport) -> UUID:
    """Queue an import again; it continues where it stopped, in the name of its owner.

    Raises ImportNotFound, ImportOfAnother, ImportNotRetryable, and TooManyJobs.
    """
    async with operation.writing() as session:
        found, job = await lock_import(operation, session, command.import_id)
        IMPORT_GUARDS.check(ImportAction.RETRY, found.facts, operation.viewer)
        if job is not None:
            await retry_locked(operation, session, job, IMPORT_PATH)
    return command.import_id
