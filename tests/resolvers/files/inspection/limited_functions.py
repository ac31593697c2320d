"""Functions for tests of `run_limited`, one for each way to end."""

import mmap
import os
import time
from pathlib import Path

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType, Inspection


def describe(path: Path, content_type: ContentType, name: str) -> Inspection:
    """Return typed data, after printing, which must not disturb the answer."""
    print("noise", flush=True)  # noqa: T201
    os.write(1, b"more noise")
    assert isinstance(path, Path)
    return Inspection(content_type, width=len(name))


def reject(name: str) -> None:
    raise ContentRejected(name, ContentFault.TOO_LARGE, "20 MB")


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(60)


def allocate() -> int:
    return len(bytearray(2**30))


def map_memory() -> int:
    return len(mmap.mmap(-1, 2**30))


def abort() -> None:
    os.abort()


def flood() -> bytes:
    return bytes(9 * 2**20)


def write(path: Path) -> None:
    path.write_bytes(b"x")


def variables() -> list[str]:
    return sorted(os.environ)


def fail() -> None:
    raise LookupError("a bug")
