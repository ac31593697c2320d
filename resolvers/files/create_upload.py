"""The mutation createUpload."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.files.changes import add_upload
from db.files.reads import LOCK_UPLOADER, UPLOAD_TOTALS
from db.files.rows import UploadRow
from db.sessions import Writing
from domain.files.facts import PURPOSE_RULES, UPLOAD_LIFETIME, UploadPurpose
from domain.files.failures import DailyBytesExceeded, TooManyUploads
from domain.files.inputs import upload_problems
from domain.links import Link, LinkKind
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.validation import reject_invalid

# Where the server takes the bytes of uploads.
UPLOADS_PATH: Final = "/uploads"
_DAY: Final = timedelta(days=1)


class CreateUpload(Struct, frozen=True):
    """Begin to upload a file."""

    file_name: str
    content_type: str
    byte_size: int
    purpose: UploadPurpose


class BegunUpload(Struct, frozen=True):
    """An upload, where to send its bytes, and until when."""

    id: UUID
    url: str
    expires_at: datetime


async def create_upload(operation: Operation, command: CreateUpload) -> BegunUpload:
    """Begin an upload of the viewer.

    Raises InvalidInput, Forbidden without the permission of the purpose, TooManyUploads, DailyBytesExceeded, and
    LinksUnavailable.
    """
    files, account_id = operation.files, operation.viewer.account_id
    name, content_type = trim_text(command.file_name), command.content_type.strip().lower()
    reject_invalid(upload_problems(command.purpose, name, content_type, command.byte_size, files.limits))
    operation.require(PURPOSE_RULES[command.purpose].permission)
    upload = UploadRow(
        id=operation.new_id(),
        account_id=account_id,
        purpose=command.purpose.value,
        file_name=name,
        content_type=content_type,
        byte_size=command.byte_size,
        created_at=operation.now,
        expires_at=operation.now + UPLOAD_LIFETIME,
        file_id=None,
        used_at=None,
    )
    url = _sign(operation, upload)
    async with operation.writing() as session:
        await require_room(operation, session, command.byte_size)
        await add_upload(session, upload)
    return BegunUpload(upload.id, url, expires_at=upload.expires_at)


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


def _sign(operation: Operation, upload: UploadRow) -> str:
    link = Link(
        kind=LinkKind.UPLOAD,
        id=upload.id,
        subject_id=upload.id,
        account_id=upload.account_id,
        expires_at=upload.expires_at,
    )
    return f"{UPLOADS_PATH}/{operation.links.sign(link)}"
