"""Contents in a folder: one file for each, written once."""

import contextlib
import errno
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from domain.files.names import CONTENT_PREFIX, content_key, sha256_of_key
from domain.files.ranges import ByteRange
from graphql_api.files.threads import run_blocking
from resolvers.file_store import ContentMissing, StoredContent

CHUNK_BYTES: Final = 2**18
PAGE_SIZE: Final = 1_000
# File systems without hard links answer one of these.
_NO_LINKS: Final = (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


class LocalContents:
    """The contents beneath a folder, as `sha256/ab/cdef…`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def add(self, source: Path | bytes, sha256: bytes) -> None:
        """Store a content, or renew its time. It appears at once, complete and on disk."""
        await run_blocking(self._add, source, self._path(sha256))

    async def find(self, sha256: bytes) -> StoredContent | None:
        """Find a content; None without it."""
        try:
            status = await run_blocking(self._path(sha256).stat)
        except FileNotFoundError:
            return None
        return StoredContent(sha256, _moment(status.st_mtime))

    async def read(self, sha256: bytes, part: ByteRange) -> AsyncGenerator[bytes]:
        """Read a part of a content in chunks. Raises ContentMissing."""
        with _missing():
            descriptor = await run_blocking(os.open, self._path(sha256), os.O_RDONLY | os.O_CLOEXEC)
        try:
            position, end = part.first, part.first + part.length
            while position < end:
                chunk = await run_blocking(os.pread, descriptor, min(CHUNK_BYTES, end - position), position)
                if not chunk:
                    raise ContentMissing
                yield chunk
                position += len(chunk)
        finally:
            os.close(descriptor)

    @asynccontextmanager
    async def open_path(self, sha256: bytes, size: int) -> AsyncIterator[Path]:
        """Give the path of the content itself. Raises ContentMissing."""
        path = self._path(sha256)
        with _missing():
            status = await run_blocking(path.stat)
        if status.st_size != size:
            raise ContentMissing
        yield path

    async def pages(self) -> AsyncIterator[list[StoredContent]]:
        """List all contents, page by page."""
        found = self._list()
        while page := await run_blocking(lambda: list(islice(found, PAGE_SIZE))):
            yield page

    async def delete(self, sha256: bytes) -> None:
        """Delete a content, if it is there."""
        await run_blocking(self._path(sha256).unlink, missing_ok=True)

    def _path(self, sha256: bytes) -> Path:
        return self._folder / content_key(sha256)

    def _add(self, source: Path | bytes, path: Path) -> None:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size == size:
                os.utime(path)
                return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if isinstance(source, bytes):
            self._replace(path, lambda partial: partial.write_bytes(source))
        else:
            self._link(source, path)
        _sync_folder(path.parent)
        _sync_folder(path.parent.parent)

    def _link(self, source: Path, path: Path) -> None:
        """Give the file of an upload its name as a content, too; where there are no hard links, copy it."""
        try:
            os.link(source, path)
            os.utime(path)
        except FileExistsError:
            # Added in the meantime, or a content that a crash of the machine cut off.
            if path.stat().st_size != source.stat().st_size:
                self._replace(path, lambda partial: shutil.copyfile(source, partial))
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._replace(path, lambda partial: shutil.copyfile(source, partial))

    @staticmethod
    def _replace(path: Path, write: Callable[[Path], object]) -> None:
        """Write a file beside the content, and rename it when it is complete and on disk."""
        with NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as partial:
            try:
                write(Path(partial.name))
                os.fsync(partial.fileno())
                Path(partial.name).replace(path)
            except BaseException:
                Path(partial.name).unlink(missing_ok=True)
                raise

    def _list(self) -> Iterator[StoredContent]:
        root = self._folder / CONTENT_PREFIX
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                sha256 = sha256_of_key(f"{CONTENT_PREFIX}/{folder.name}/{path.name}")
                if sha256 is not None:
                    with contextlib.suppress(FileNotFoundError):
                        yield StoredContent(sha256, _moment(path.stat().st_mtime))


@contextlib.contextmanager
def _missing() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ContentMissing from None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _sync_folder(folder: Path) -> None:
    """Write the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
