"""The mutation createUpload."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.files.changes import add_upload
from db.files.rows import UploadRow
from domain.files.facts import PURPOSE_RULES, UPLOAD_LIFETIME, UploadPurpose
from domain.files.inputs import stated_type, upload_problems
from domain.links import Link, LinkKind
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.files.sent_files import require_room
from resolvers.validation import reject_invalid

# Where the server takes the bytes of uploads.
UPLOADS_PATH: Final = "/uploads"


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
    name = trim_text(command.file_name)
    content_type = stated_type(command.purpose, name, command.content_type)
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


def _sign(operation: Operation, upload: UploadRow) -> str:
    link = Link(
        kind=LinkKind.UPLOAD,
        id=upload.id,
        subject_id=upload.id,
        account_id=upload.account_id,
        expires_at=upload.expires_at,
    )
    return f"{UPLOADS_PATH}/{operation.links.sign(link)}"
