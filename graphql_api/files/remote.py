"""Contents in an object store, such as a bucket of S3: one object for each, through obstore."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from domain.files.names import CONTENT_PREFIX, content_key, sha256_of_key
from domain.files.ranges import ByteRange
from graphql_api.files.threads import run_blocking
from resolvers.file_store import ContentMissing, StoredContent, StoreUnavailable

CHUNK_BYTES: Final = 2**18
PAGE_SIZE: Final = 1_000
# Large contents go in parts of this size, two at a time: memory stays flat however large they are.
PART_BYTES: Final = 8 * 2**20
_PARTS_AT_A_TIME: Final = 2
_log = structlog.get_logger("tessera.files")


class RemoteContents:
    """The contents of an object store, as `sha256/ab/cdef…` beneath its prefix."""

    def __init__(self, store: ObjectStore, copies: Path) -> None:
        """Take the store, and a folder on disk for contents that are opened as files."""
        self._store = store
        self._copies = copies

    async def add(self, source: Path | bytes, sha256: bytes) -> None:
        """Store a content, or renew its time."""
        with _answering():
            await obstore.put_async(
                self._store, content_key(sha256), source, chunk_size=PART_BYTES, max_concurrency=_PARTS_AT_A_TIME
            )

    async def find(self, sha256: bytes) -> StoredContent | None:
        """Find a content; None without it."""
        try:
            with _answering():
                found = await obstore.head_async(self._store, content_key(sha256))
        except ContentMissing:
            return None
        return StoredContent(sha256, found["last_modified"])

    async def read(self, sha256: bytes, part: ByteRange) -> AsyncGenerator[bytes]:
        """Read a part of a content in chunks. Raises ContentMissing."""
        wanted = (part.first, part.first + part.length)
        with _answering():
            found = await obstore.get_async(self._store, content_key(sha256), options={"range": wanted})
            async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    @asynccontextmanager
    async def open_path(self, sha256: bytes, size: int) -> AsyncIterator[Path]:
        """Copy a content to disk for the length of the block. Raises ContentMissing."""
        await run_blocking(lambda: self._copies.mkdir(mode=0o700, parents=True, exist_ok=True))
        with NamedTemporaryFile(dir=self._copies, prefix="copy-") as copy:
            async for chunk in self.read(sha256, ByteRange(0, size)):
                await run_blocking(copy.write, chunk)
            await run_blocking(copy.flush)
            yield Path(copy.name)

    async def pages(self) -> AsyncIterator[list[StoredContent]]:
        """List all contents, page by page."""
        with _answering():
            async for page in obstore.list(self._store, CONTENT_PREFIX, chunk_size=PAGE_SIZE):
                named = [(sha256_of_key(found["path"]), found["last_modified"]) for found in page]
                yield [StoredContent(sha256, written_at) for sha256, written_at in named if sha256 is not None]

    async def delete(self, sha256: bytes) -> None:
        """Delete a content, if it is there."""
        with contextlib.suppress(ContentMissing), _answering():
            await obstore.delete_async(self._store, content_key(sha256))


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Turn errors of the store into ContentMissing and StoreUnavailable."""
    try:
        yield
    except FileNotFoundError:
        raise ContentMissing from None
    except BaseError as error:
        _log.warning("the store of files does not answer", exc_info=error)
        raise StoreUnavailable from error
