"""Contents of stored files: add one, and open one on disk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from db.files.changes import add_file
from db.files.reads import LOCK_CONTENT
from db.files.rows import StoredFileRow
from db.sessions import Writing
from resolvers.context import Operation


async def store_bytes(
    operation: Operation, session: Writing, content: bytes, *, name: str, content_type: str
) -> StoredFileRow:
    """Store a file that the server made. It exists once the transaction commits."""
    digest = sha256(content).digest()
    await operation.files.add(content, digest)
    file = StoredFileRow(
        id=operation.new_id(),
        name=name,
        content_type=content_type,
        byte_size=len(content),
        sha256=digest,
        created_at=operation.now,
        created_by=None,
    )
    await add_stored_file(operation, session, file, content)
    return file


async def add_stored_file(operation: Operation, session: Writing, file: StoredFileRow, source: Path | bytes) -> None:
    """Insert a file whose content was just added to the store from `source`.

    Deleting a content takes the same lock. If the content was deleted before this transaction had the lock, it is added
    again; afterwards nothing deletes it, because the file names it.
    """
    await session.fetch(LOCK_CONTENT, sha256=file.sha256)
    if await operation.files.find(file.sha256) is None:
        await operation.files.add(source, file.sha256)
    await add_file(session, file)


@asynccontextmanager
async def open_file(operation: Operation, file: StoredFileRow) -> AsyncIterator[Path]:
    """Give the path of a file on disk with the content of a stored file, to read only within the block.

    Raises ContentMissing.
    """
    async with operation.files.open_path(file.sha256, file.byte_size) as path:
        yield path
