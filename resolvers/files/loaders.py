"""Loaders of uploads, and of stored files: these check no access, because objects that the viewer sees have them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.files.reads import FILES_BY_ID, UPLOADS_OF_ACCOUNT
from db.files.rows import StoredFileRow, UploadRow
from resolvers.context import Operation
from resolvers.files.file_links import file_url, link_expiry
from resolvers.loading import align_one


class FileView(Struct, frozen=True):
    """A stored file as a viewer gets it, with a link that is the viewer's own."""

    file_id: UUID
    name: str
    content_type: str
    byte_size: int
    url: str
    expires_at: datetime


async def files_by_id(operation: Operation, ids: Sequence[UUID]) -> list[StoredFileRow | None]:
    """Load stored files; None for unknown ids."""
    rows = await operation.fetch(FILES_BY_ID, ids=list(ids))
    return align_one(list(ids), rows, lambda row: row.id)


async def uploads_by_id(operation: Operation, ids: list[UUID]) -> list[UploadRow | None]:
    """Load uploads; None for unknown ids and for uploads of other accounts."""
    rows = await operation.fetch(UPLOADS_OF_ACCOUNT, ids=ids, account_id=operation.viewer.account_id)
    return align_one(ids, rows, lambda row: row.id)


async def file_views_by_id(operation: Operation, ids: list[UUID]) -> list[FileView | None]:
    """Load files with a link for the viewer. Raises LinksUnavailable."""
    rows = await files_by_id(operation, ids)
    return [None if row is None else _view(operation, row) for row in rows]


async def file_urls(operation: Operation, ids: list[UUID]) -> list[str]:
    """Sign a link for the viewer to each file. Raises LinksUnavailable."""
    return [file_url(operation, file_id) for file_id in ids]


def _view(operation: Operation, row: StoredFileRow) -> FileView:
    return FileView(
        file_id=row.id,
        name=row.name,
        content_type=row.content_type,
        byte_size=row.byte_size,
        url=file_url(operation, row.id),
        expires_at=link_expiry(operation),
    )
