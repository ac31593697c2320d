"""The store of files of a server: contents in a folder or an object store, and the spool of unfinished uploads."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import from_url

from domain.files.facts import UploadLimits
from domain.files.ranges import ByteRange
from graphql_api.files.local import LocalContents
from graphql_api.files.remote import RemoteContents
from graphql_api.files.spool import Spool
from graphql_api.files.threads import run_blocking
from resolvers.file_store import StoredContent

_SPOOL_FOLDER: Final = "uploads"
_COPIES_FOLDER: Final = "copies"
_PAGE_SIZE: Final = 200


class StorageUnavailable(Exception):
    """The setting of the store is wrong; the message says what to do."""


class FileStorage:
    """The store of files. It implements `FileStore`; requests with bytes use its `spool`, too."""

    def __init__(self, contents: LocalContents | RemoteContents, spool: Spool, limits: UploadLimits) -> None:
        self._contents = contents
        self.spool = spool
        self.limits = limits

    async def add(self, source: Path | bytes, sha256: bytes) -> None:
        """Store a content, or renew its time."""
        await self._contents.add(source, sha256)

    async def find(self, sha256: bytes) -> StoredContent | None:
        """Find a content; None without it."""
        return await self._contents.find(sha256)

    def read(self, sha256: bytes, part: ByteRange) -> AsyncGenerator[bytes]:
        """Read a part of a content in chunks. Raises ContentMissing."""
        return self._contents.read(sha256, part)

    def open_path(self, sha256: bytes, size: int) -> AbstractAsyncContextManager[Path]:
        """Give the path of a file on disk with the content. Raises ContentMissing."""
        return self._contents.open_path(sha256, size)

    def pages(self) -> AsyncIterator[list[StoredContent]]:
        """List all contents, page by page."""
        return self._contents.pages()

    async def delete(self, sha256: bytes) -> None:
        """Delete a content, if it is there."""
        await self._contents.delete(sha256)

    async def spooled_pages(self) -> AsyncIterator[list[UUID]]:
        """List the uploads whose parts lie on this machine, page by page."""
        found = self.spool.ids()
        while page := await run_blocking(lambda: list(islice(found, _PAGE_SIZE))):
            yield page

    async def discard(self, upload_id: UUID) -> None:
        """Delete the parts of an upload, unless a request is adding to them at the moment."""
        await run_blocking(self.spool.discard, upload_id)


def open_storage(place: str, scratch: Path, limits: UploadLimits) -> FileStorage:
    """Open the store at a URL such as `s3://bucket/prefix`, or in a folder. Raises StorageUnavailable.

    `scratch` is a folder on this machine for what an object store cannot hold: parts of uploads, and copies. A folder
    has the parts of uploads beside its contents, so that finishing an upload moves nothing.
    """
    if "://" not in place:
        folder = Path(place)
        return FileStorage(LocalContents(folder), Spool(folder / _SPOOL_FOLDER), limits)
    try:
        contents = RemoteContents(from_url(place), scratch / _COPIES_FOLDER)
    except (BaseError, ValueError) as error:
        message = f"TESSERA_FILES does not name an object store: {error}"
        raise StorageUnavailable(message) from error
    return FileStorage(contents, Spool(scratch / _SPOOL_FOLDER), limits)
