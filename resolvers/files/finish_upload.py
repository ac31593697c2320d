"""The way of an upload outside of GraphQL: who may add to it, and the file that it becomes."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from db.files.changes import delete_uploads, set_upload_file
from db.files.reads import LOCK_UPLOAD, UPLOAD_BY_ID
from db.files.rows import StoredFileRow, UploadRow
from domain.files.facts import PURPOSE_RULES, UploadPurpose
from domain.files.failures import UploadMissing
from domain.links import Link
from resolvers.context import Operation
from resolvers.files.stored_contents import add_stored_file

_PATH: Final = ("link",)


class ReceivedContent(Struct, frozen=True):
    """A whole content on disk, as it was received."""

    path: Path
    sha256: bytes


class UploadFinished(Exception):
    """A request to another machine, which has parts of its own, finished the upload first."""


async def find_upload(operation: Operation, link: Link) -> UploadRow:
    """Find the upload of a link; the viewer must still have the permission of its purpose.

    Raises UploadMissing, and Forbidden.
    """
    rows = await operation.fetch(UPLOAD_BY_ID, id=link.subject_id)
    if not rows or rows[0].account_id != link.account_id:
        raise UploadMissing(_PATH)
    operation.require(PURPOSE_RULES[UploadPurpose(rows[0].purpose)].permission)
    return rows[0]


async def finish_upload(operation: Operation, upload: UploadRow, received: ReceivedContent) -> StoredFileRow:
    """Store the content of an upload and make its file, which has the id of the upload.

    Raises UploadMissing if the upload expired and was deleted in the meantime, and UploadFinished.
    """
    await operation.files.add(received.path, received.sha256)
    file = StoredFileRow(
        id=upload.id,
        name=upload.file_name,
        content_type=upload.content_type,
        byte_size=upload.byte_size,
        sha256=received.sha256,
        created_at=operation.now,
        created_by=upload.account_id,
    )
    async with operation.writing() as session:
        rows = await session.fetch(LOCK_UPLOAD, id=upload.id)
        if not rows:
            raise UploadMissing(_PATH)
        if rows[0].file_id is not None:
            raise UploadFinished
        await add_stored_file(operation, session, file, received.path)
        await set_upload_file(session, upload.id, file.id)
    return file


async def discard_upload(operation: Operation, upload: UploadRow) -> None:
    """Delete an upload that is not finished."""
    async with operation.writing() as session:
        rows = await session.fetch(LOCK_UPLOAD, id=upload.id)
        if rows and rows[0].file_id is None:
            await delete_uploads(session, rows)
