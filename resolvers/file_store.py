"""The store of contents as operations see it: contents by their SHA-256, and the parts of unfinished uploads."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from domain.files.facts import UploadLimits
from domain.files.failures import FilesUnavailable
from domain.files.ranges import ByteRange
from domain.requests import Overloaded, RequestError


class StoredContent(Struct, frozen=True):
    """A content in the store, and when it was last written."""

    sha256: bytes
    written_at: datetime


class ContentMissing(Exception):
    """The store does not have a content that a stored file names."""


class StoreUnavailable(RequestError):
    """The store does not answer."""

    code = Overloaded.code

    def __init__(self) -> None:
        super().__init__("The store of files does not answer. Try again in a few seconds.", retryable=True)


class FileStore(Protocol):
    """Stores contents by their SHA-256. Adding a content again only renews the moment at which it was written.

    Every function may raise StoreUnavailable.
    """

    @property
    def limits(self) -> UploadLimits:
        """The limits of uploads."""
        ...

    async def add(self, source: Path | bytes, sha256: bytes) -> None:
        """Store a content from a complete file on disk, which stays, or from memory."""
        ...

    async def find(self, sha256: bytes) -> StoredContent | None:
        """Find a content; None without it."""
        ...

    def read(self, sha256: bytes, part: ByteRange) -> AsyncGenerator[bytes]:
        """Read a part of a content in chunks. Raises ContentMissing."""
        ...

    def open_path(self, sha256: bytes, size: int) -> AbstractAsyncContextManager[Path]:
        """Give the path of a file on disk with the content, to read only within the block. Raises ContentMissing."""
        ...

    def pages(self) -> AsyncIterator[list[StoredContent]]:
        """List all contents, page by page."""
        ...

    async def delete(self, sha256: bytes) -> None:
        """Delete a content, if it is there."""
        ...

    def spooled_pages(self) -> AsyncIterator[list[UUID]]:
        """List the uploads whose parts lie on this machine, page by page."""
        ...

    async def discard(self, upload_id: UUID) -> None:
        """Delete the parts of an upload, unless a request is adding to them at the moment."""
        ...


class NoFileStore:
    """Stands in for the store where there is none: the demo data, and tools of the command line."""

    limits = UploadLimits()

    def __getattr__(self, name: str) -> object:
        """Every use fails with a sentence. Raises FilesUnavailable."""
        raise FilesUnavailable
