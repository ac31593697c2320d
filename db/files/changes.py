"""Changes to uploads and stored files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import any_, delete, insert, update

from db.files.rows import StoredFileRow, UploadRow
from db.files.tables import StoredFileTable, UploadTable
from db.sessions import Writing
from db.statement import Change, uuid, uuids

_ADD_UPLOAD: Final = Change(insert(UploadTable), UploadRow.__struct_fields__)
_ADD_FILE: Final = Change(insert(StoredFileTable), StoredFileRow.__struct_fields__)
_FINISH: Final = Change(update(UploadTable).where(UploadTable.id == uuid("own_id")), ("file_id",))
_USE: Final = Change(update(UploadTable).where(UploadTable.id == uuid("own_id")), ("used_at",))
_DELETE_UPLOADS: Final = Change(delete(UploadTable).where(UploadTable.id == any_(uuids("ids"))))
_DELETE_FILES: Final = Change(delete(StoredFileTable).where(StoredFileTable.id == any_(uuids("ids"))))

_DELETE_UPLOADS_OF: Final = Change(delete(UploadTable).where(UploadTable.file_id == any_(uuids("ids"))))


async def add_upload(session: Writing, upload: UploadRow) -> None:
    """Insert an upload."""
    await session.run(_ADD_UPLOAD, **asdict(upload))


async def add_file(session: Writing, file: StoredFileRow) -> None:
    """Insert a stored file."""
    await session.run(_ADD_FILE, **asdict(file))


async def set_upload_file(session: Writing, upload_id: UUID, file_id: UUID) -> None:
    """Store the file that an upload became."""
    await session.run(_FINISH, own_id=upload_id, file_id=file_id)


async def set_upload_used(session: Writing, upload_id: UUID, at: datetime) -> None:
    """Mark an upload as used."""
    await session.run(_USE, own_id=upload_id, used_at=at)


async def delete_uploads(session: Writing, uploads: Sequence[UploadRow]) -> None:
    """Delete uploads that were never used, together with their files."""
    await session.run(_DELETE_UPLOADS, ids=[upload.id for upload in uploads])
    await session.run(_DELETE_FILES, ids=[upload.file_id for upload in uploads if upload.file_id is not None])


async def delete_files(session: Writing, ids: Sequence[UUID]) -> None:
    """Delete files that nothing else names, with the uploads that they came from."""
    await session.run(_DELETE_UPLOADS_OF, ids=list(ids))
    await session.run(_DELETE_FILES, ids=list(ids))
