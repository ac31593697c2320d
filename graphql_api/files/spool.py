"""The parts of unfinished uploads, in one file for each upload.

A request that adds to a file holds its lock, so requests of several processes never mix their bytes. The system
releases the lock of a process that dies.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self
from uuid import UUID

_SUFFIX: Final = ".part"
_READ_SIZE: Final = 2**20
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


class SpoolBusy(Exception):
    """Another request is adding to the upload."""


class SpooledUpload:
    """The locked file of one upload. `size` is how much of the upload it has, and its SHA-256 is taken on the way."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self.path = path
        self.size = os.fstat(descriptor).st_size
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        """Keep the file open and locked."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file, which unlocks it."""
        os.close(self._descriptor)

    def resume(self) -> None:
        """Read what there is, so that the hash goes on behind it."""
        self._hash, position = hashlib.sha256(), 0
        while block := os.pread(self._descriptor, _READ_SIZE, position):
            self._hash.update(block)
            position += len(block)
        self.size = position

    def append(self, content: bytes | bytearray) -> None:
        """Write behind what there is. Raises OSError; then nothing of `content` counts."""
        view, written = memoryview(content), 0
        try:
            while written < len(view):
                written += os.pwrite(self._descriptor, view[written:], self.size + written)
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self._hash.update(view)
        self.size += len(view)

    def restart(self) -> None:
        """Forget everything that was received. Raises SpoolBusy."""
        if os.fstat(self._descriptor).st_nlink > 1:
            # Finishing was interrupted: the file is a content already, which nothing may change.
            self.path.unlink()
            descriptor = _open_locked(self.path)
            os.close(self._descriptor)
            self._descriptor = descriptor
        os.ftruncate(self._descriptor, 0)
        self._hash, self.size = hashlib.sha256(), 0

    def cut(self, size: int) -> None:
        """Forget what was received behind `size` bytes, at the end of a request."""
        os.ftruncate(self._descriptor, size)
        self.size = size

    def finish(self) -> bytes:
        """Write everything to disk and return the SHA-256."""
        os.fsync(self._descriptor)
        return self._hash.digest()

    def remove(self) -> None:
        """Delete the file; it stays locked until it is closed."""
        self.path.unlink(missing_ok=True)


class Spool:
    """The folder with the files of unfinished uploads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, upload_id: UUID) -> SpooledUpload:
        """Open and lock the file of an upload, which is made if there is none. Raises SpoolBusy."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(upload_id)
        return SpooledUpload(_open_locked(path), path)

    def size(self, upload_id: UUID) -> int:
        """How much of an upload there is."""
        try:
            return self._path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def discard(self, upload_id: UUID) -> None:
        """Delete the file of an upload unless a request is adding to it."""
        with contextlib.suppress(SpoolBusy), self.open(upload_id) as spooled:
            spooled.remove()

    def ids(self) -> Iterator[UUID]:
        """List the uploads that have a file here."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(ValueError):
                    if entry.name.endswith(_SUFFIX):
                        yield UUID(entry.name.removesuffix(_SUFFIX))

    def _path(self, upload_id: UUID) -> Path:
        return self._folder / f"{upload_id}{_SUFFIX}"


def _open_locked(path: Path) -> int:
    while True:
        descriptor = os.open(path, _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise SpoolBusy from None
        # Between opening and locking, another request may have deleted the file.
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)
