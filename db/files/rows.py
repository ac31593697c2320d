"""Rows of files: uploads, stored files, and what an account has begun to upload."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct


class UploadRow(Struct, frozen=True):
    """An upload that an account began; with its file once it is finished."""

    id: UUID
    account_id: UUID
    purpose: str
    file_name: str
    content_type: str
    byte_size: int
    created_at: datetime
    expires_at: datetime
    file_id: UUID | None
    used_at: datetime | None


class StoredFileRow(Struct, frozen=True):
    """A stored file. Its content lies in the store under its SHA-256."""

    id: UUID
    name: str
    content_type: str
    byte_size: int
    sha256: bytes
    created_at: datetime
    created_by: UUID | None


class UploadTotalsRow(NamedTuple):
    """How many uploads of an account are unfinished, and the bytes that it began to upload since a moment."""

    unfinished: int
    begun_bytes: int
