"""Using a finished upload in a mutation."""

from uuid import UUID

from msgspec.structs import replace

from db.files.changes import add_file, set_upload_used
from db.files.reads import FILES_BY_ID, LOCK_UPLOAD
from db.files.rows import StoredFileRow
from db.sessions import Writing
from domain.failures import Path
from domain.files.facts import UploadPurpose
from domain.files.failures import UploadExpired, UploadMissing, UploadUnfinished, UploadUsed, WrongPurpose
from resolvers.context import Operation


async def take_upload(
    operation: Operation, session: Writing, upload_id: UUID, purpose: UploadPurpose, path: Path
) -> StoredFileRow:
    """Take the file of an upload of the viewer, which counts as used once the transaction commits.

    The file has the id of its upload. Raises what `find_upload` raises.
    """
    file = await find_upload(operation, session, upload_id, purpose, path)
    await set_upload_used(session, upload_id, operation.now)
    return file


async def copy_upload(
    operation: Operation, session: Writing, upload_id: UUID, purpose: UploadPurpose, path: Path
) -> StoredFileRow:
    """Add another file with the content of an upload of the viewer, which can still be used.

    Raises what `find_upload` raises.
    """
    file = replace(await find_upload(operation, session, upload_id, purpose, path), id=operation.new_id())
    await add_file(session, file)
    return file


async def find_upload(
    operation: Operation, session: Writing, upload_id: UUID, purpose: UploadPurpose, path: Path
) -> StoredFileRow:
    """Find the file of an upload of the viewer, and lock the upload.

    `path` leads to the argument with the upload, from `input`. Raises UploadMissing,
    also for an upload of another account, WrongPurpose, UploadUsed, UploadUnfinished, and UploadExpired.
    """
    rows = await session.fetch(LOCK_UPLOAD, id=upload_id)
    if not rows or rows[0].account_id != operation.viewer.account_id:
        raise UploadMissing(path)
    (upload,) = rows
    given = UploadPurpose(upload.purpose)
    if given is not purpose:
        raise WrongPurpose(upload.file_name, (given, purpose), path)
    if upload.used_at is not None:
        raise UploadUsed(upload.file_name, path)
    if upload.expires_at <= operation.now:
        raise UploadExpired(upload.file_name, path)
    if upload.file_id is None:
        raise UploadUnfinished(upload.file_name, path)
    (file,) = await session.fetch(FILES_BY_ID, ids=[upload.file_id])
    return file
