"""Functions that tests run in other processes."""

import os
import sys
import time


def double(value: int) -> int:
    """Return twice the value."""
    return value * 2


def describe(content: bytes, names: list[str]) -> dict[str, object]:
    """Return what came, and print something on the way."""
    sys.stdout.write("this is no answer\n")
    return {"size": len(content), "names": names, "nothing": None}


def own_pid() -> int:
    """Return the process that runs this."""
    return os.getpid()


def reject(text: str) -> None:
    """Raise an error."""
    raise ValueError(text)


def sleep(seconds: float) -> None:
    """Take long."""
    time.sleep(seconds)


def end_process() -> None:
    """Bring the process down."""
    os._exit(3)


def fill_memory(size: int) -> int:
    """Allocate so many bytes."""
    return len(bytearray(size))


def unencodable() -> object:
    """Return what no answer can carry."""
    return object()
