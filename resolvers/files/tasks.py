"""The job that deletes uploads that were never used, and what nothing names in the store; the leader queues it."""

from datetime import timedelta
from typing import Final

from msgspec import Struct

from db.files.changes import delete_uploads
from db.files.reads import LOCK_CONTENT, LOCK_EXPIRED_UPLOADS, NAMED_CONTENTS, RESUMABLE_UPLOADS
from domain.files.failures import FilesUnavailable
from domain.jobs.facts import JobKind
from resolvers.context import Operation
from resolvers.file_store import StoredContent
from resolvers.jobs.enqueue import enqueue_unless_open
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob
from resolvers.tasks import LeaderTask, TaskPolicy

# A content that nothing names may belong to a transaction that is about to commit.
GRACE: Final = timedelta(days=1)
_INTERVAL_S: Final = 3600.0
_PAGE: Final = 200


class DeletionParameters(Struct, frozen=True):
    """Nothing: the job looks for itself."""


async def queue_deletion(operation: Operation, _policy: TaskPolicy) -> None:
    """Queue the job, unless the one before has not ended."""
    async with operation.writing() as session:
        await enqueue_unless_open(operation, session, JobKind.ORPHANED_FILES, DeletionParameters())


async def run_deletion(job: RunningJob[DeletionParameters]) -> None:
    """Delete what is orphaned now. A job that begins again finds what is left."""
    async with job.operation() as operation:
        await delete_orphans(operation)


async def delete_orphans(operation: Operation) -> None:
    """Delete expired uploads with their files, their parts on disk, and contents that no file names."""
    while await _delete_expired_uploads(operation):
        pass
    try:
        await _discard_parts(operation)
        async for page in operation.files.pages():
            await _delete_unnamed(operation, page)
    except FilesUnavailable:
        return


async def _delete_expired_uploads(operation: Operation) -> bool:
    """Delete a page of uploads that expired without being used. Returns whether there may be more."""
    async with operation.writing() as session:
        expired = await session.fetch(LOCK_EXPIRED_UPLOADS, now=operation.now, size=_PAGE)
        if expired:
            await delete_uploads(session, expired)
    return len(expired) == _PAGE


async def _discard_parts(operation: Operation) -> None:
    """Delete the parts of uploads that are finished, expired, or unknown."""
    async for ids in operation.files.spooled_pages():
        needed = set(await operation.fetch(RESUMABLE_UPLOADS, ids=ids, now=operation.now))
        for upload_id in ids:
            if upload_id not in needed:
                await operation.files.discard(upload_id)


async def _delete_unnamed(operation: Operation, page: list[StoredContent]) -> None:
    old = [content.sha256 for content in page if _is_old(operation, content)]
    if not old:
        return
    named = set(await operation.fetch(NAMED_CONTENTS, sha256s=old))
    for sha256 in old:
        if sha256 not in named:
            await _delete_content(operation, sha256)


async def _delete_content(operation: Operation, sha256: bytes) -> None:
    """Delete a content unless a file has come to name it, or it was written again.

    The transaction that adds a file takes the same lock, and looks for the content behind it.
    """
    async with operation.writing() as session:
        await session.fetch(LOCK_CONTENT, sha256=sha256)
        found = await operation.files.find(sha256)
        if found is None or not _is_old(operation, found):
            return
        if not await session.fetch(NAMED_CONTENTS, sha256s=[sha256]):
            await operation.files.delete(sha256)


def _is_old(operation: Operation, content: StoredContent) -> bool:
    return content.written_at < operation.now - GRACE


LEADER_TASKS: Final = (
    LeaderTask(name="queue the deletion of orphaned files", interval=lambda _policy: _INTERVAL_S, run=queue_deletion),
)
JOBS: Final = (JobHandler(kind=JobKind.ORPHANED_FILES, parameters=DeletionParameters, run=run_deletion),)
