"""What the server and the process that inspects a file send each other."""

from typing import Any

from msgspec import Raw, Struct


class Request(Struct, frozen=True):
    """A function by module and name, its arguments, and the limits of the process."""

    module: str
    name: str
    args: tuple[Any, ...]
    seconds: int
    memory: int


class Output(Struct, frozen=True, tag=True):
    """What the function returned."""

    value: Raw


class Rejection(Struct, frozen=True, tag=True):
    """The failure that the function declares."""

    file_name: str
    fault: str
    detail: str


class OutOfMemory(Struct, frozen=True, tag=True):
    """The function needed more memory than it may use."""


class Crash(Struct, frozen=True, tag=True):
    """The function raised something else: the end of its traceback."""

    traceback: str


Reply = Output | Rejection | OutOfMemory | Crash
