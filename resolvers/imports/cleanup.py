"""Deletes what imports need no longer: staged sales, and later their files. Lets an import begin again without them."""

from datetime import timedelta
from typing import Final

from db.files.changes import delete_files
from db.imports.changes import (
    ReadSoFar,
    forget_checkpoint,
    forget_rejections,
    forget_staged,
    save_read,
    set_import,
)
from db.imports.reads import ABANDONED, EXPIRED
from domain.imports.facts import FILE_RETENTION, ImportPhase
from resolvers.context import Operation
from resolvers.imports.running import RunningImport
from resolvers.tasks import TaskPolicy

# For so long, the retry of an import that failed or was canceled continues where it ended.
GRACE: Final = timedelta(days=1)
# Rows of one transaction.
_ROWS: Final = 20_000


async def forget_all(running: RunningImport) -> None:
    """Delete what was staged, in pieces."""
    while True:
        async with running.writing() as session:
            if not await forget_staged(session, running.id, _ROWS):
                await set_import(session, running.id, is_staged=False)
                return


async def begin_reading(running: RunningImport) -> None:
    """Prepare an attempt without a checkpoint. What an earlier one recorded stays, with the places of its streams."""
    await forget_all(running)
    async with running.writing() as session:
        await save_read(session, running.id, ReadSoFar())
        values = {"phase": ImportPhase.READING, "error": None, "finished_at": None}
        await set_import(session, running.id, is_staged=True, **values)


async def forget_abandoned(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete the staged sales of imports whose jobs failed or were canceled more than a day ago."""
    while await _forget_piece(operation):
        pass


async def _forget_piece(operation: Operation) -> bool:
    """Delete some of them. Returns whether there may be more."""
    async with operation.writing() as session:
        for found in await session.fetch(ABANDONED, before=operation.now - GRACE):
            if found.has_job and not await forget_checkpoint(session, found.job_id):
                # Somebody retried it at this moment.
                return False
            if not await forget_staged(session, found.id, _ROWS):
                await set_import(session, found.id, is_staged=False)
            return True
    return False


async def forget_files(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete the files and the rejected rows of imports that began more than 90 days ago and have ended."""
    while await _forget_file(operation):
        pass


async def _forget_file(operation: Operation) -> bool:
    """Delete some rejected rows of an import, or its files behind the last of them. Returns whether there may be more.

    What the files contain is deleted by the job that deletes contents which no file names.
    """
    async with operation.writing() as session:
        for found in await session.fetch(EXPIRED, before=operation.now - FILE_RETENTION):
            if found.has_job and not await forget_checkpoint(session, found.job_id):
                # Somebody retried it at this moment.
                return False
            if not await forget_rejections(session, found.id, _ROWS):
                await set_import(session, found.id, file_id=None, rejected_file_id=None)
                ids = (found.file_id, found.rejected_file_id)
                await delete_files(session, [file_id for file_id in ids if file_id is not None])
            return True
    return False
