"""Files that arrive in one request count as uploads: what an account may still send today, and how a file is stored."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from db.files.changes import add_upload
from db.files.reads import LOCK_UPLOADER, UPLOAD_TOTALS
from db.files.rows import StoredFileRow, UploadRow
from db.sessions import Writing
from domain.files.facts import UPLOAD_LIFETIME, UploadPurpose
from domain.files.failures import DailyBytesExceeded, TooManyUploads
from resolvers.context import Operation
from resolvers.files.stored_contents import add_stored_file

_DAY: Final = timedelta(days=1)


class SentFile(Struct, frozen=True):
    """A whole file on disk, as it was received."""

    path: Path
    sha256: bytes
    name: str
    content_type: str
    byte_size: int


async def require_room(operation: Operation, session: Writing, byte_size: int) -> int:
    """Let uploads of the viewer wait for each other, and return the bytes that are left for today.

    Raises TooManyUploads, and DailyBytesExceeded if they are fewer than `byte_size`.
    """
    limits, account_id = operation.files.limits, operation.viewer.account_id
    await session.fetch(LOCK_UPLOADER, account_id=account_id)
    since = operation.now - _DAY
    (totals,) = await session.fetch(UPLOAD_TOTALS, account_id=account_id, now=operation.now, since=since)
    if totals.unfinished >= limits.open_per_account:
        raise TooManyUploads(limits.open_per_account, UPLOAD_LIFETIME)
    left = max(0, limits.bytes_per_day - totals.begun_bytes)
    if byte_size > left:
        raise DailyBytesExceeded(limits.bytes_per_day, left)
    return left


async def store_sent(operation: Operation, session: Writing, file: SentFile, purpose: UploadPurpose) -> StoredFileRow:
    """Store a file, whose content was just added to the store, as one of an upload that is used at once.

    Raises DailyBytesExceeded and TooManyUploads.
    """
    await require_room(operation, session, file.byte_size)
    account_id, file_id = operation.viewer.account_id, operation.new_id()
    stored = StoredFileRow(
        id=file_id,
        name=file.name,
        content_type=file.content_type,
        byte_size=file.byte_size,
        sha256=file.sha256,
        created_at=operation.now,
        created_by=account_id,
    )
    await add_stored_file(operation, session, stored, file.path)
    upload = UploadRow(
        id=file_id,
        account_id=account_id,
        purpose=purpose.value,
        file_name=file.name,
        content_type=file.content_type,
        byte_size=file.byte_size,
        created_at=operation.now,
        expires_at=operation.now + UPLOAD_LIFETIME,
        file_id=file_id,
        used_at=operation.now,
    )
    await add_upload(session, upload)
    return stored
