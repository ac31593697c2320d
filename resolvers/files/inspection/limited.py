"""Running a function on a hostile file: in a process of its own, with limits of time and memory.

The process is a new Python, not a fork of the server. It gets no environment of the server, thus no secrets, and it
sends its answer as typed data, never as objects that unpickling could execute.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar, get_type_hints
from weakref import WeakKeyDictionary

import msgspec

from domain.files.content_failures import ContentFault, ContentRejected
from resolvers.files.inspection.messages import Crash, OutOfMemory, Output, Rejection, Reply, Request

R = TypeVar("R")

# Each takes a core, and the memory that its caller allows.
MAX_PROCESSES: Final = 2
MAX_REPLY_BYTES: Final = 8 * 2**20
# A process that waits for a core on a busy machine is not at fault.
WALL_SECONDS_PER_SECOND: Final = 3

_MODULE: Final = "resolvers.files.inspection.limited_process"
_KEPT_VARIABLES: Final = ("PATH", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "SYSTEMROOT")
_slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class LimitKind(StrEnum):
    """Why a process had no answer."""

    TIME = "TIME"
    MEMORY = "MEMORY"
    CRASH = "CRASH"


class LimitExceeded(Exception):
    """A process took too long, needed too much memory, or died. Its file is at fault."""

    def __init__(self, kind: LimitKind) -> None:
        super().__init__(f"The process had no answer: {kind}.")
        self.kind = kind


class FunctionFailed(Exception):
    """The function raised what it does not declare: a bug, with the traceback of the process."""


async def run_limited(function: Callable[..., R], *args: object, seconds: int, memory: int) -> R:
    """Run a function of a module in a process of its own with `seconds` of CPU and `memory` bytes of address space.

    Its arguments and its result are what msgspec can write and its annotations describe. Raises what `function`
    declares (`ContentRejected`), `LimitExceeded`, or `FunctionFailed`. At most `MAX_PROCESSES` run at a time.
    """
    request = Request(function.__module__, function.__qualname__, args=args, seconds=seconds, memory=memory)
    slots = _slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(MAX_PROCESSES))
    async with slots:
        reply = await _exchange(request)
    match reply:
        case Output(value):
            result: R = msgspec.msgpack.decode(value, type=get_type_hints(function)["return"])
            return result
        case Rejection(file_name, fault, detail):
            raise ContentRejected(file_name, ContentFault(fault), detail)
        case OutOfMemory():
            raise LimitExceeded(LimitKind.MEMORY)
        case Crash(traceback):
            raise FunctionFailed(traceback)


async def _exchange(request: Request) -> Reply:
    """Start the process, send the request, and read the reply. No process survives this function."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", _MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(request.seconds * WALL_SECONDS_PER_SECOND):
            data = await _converse(process, msgspec.msgpack.encode(request, enc_hook=str))
    except TimeoutError:
        raise LimitExceeded(LimitKind.TIME) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())
    return _read_reply(process, data)


async def _converse(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    """Write the request, and read until the process ends or its reply becomes too long."""
    if process.stdin is None or process.stdout is None:
        raise LimitExceeded(LimitKind.CRASH)
    with contextlib.suppress(ConnectionError):
        process.stdin.write(request)
        await process.stdin.drain()
    process.stdin.close()
    data = bytearray()
    while len(data) <= MAX_REPLY_BYTES and (piece := await process.stdout.read(2**16)):
        data += piece
    if len(data) > MAX_REPLY_BYTES:
        raise LimitExceeded(LimitKind.MEMORY)
    await process.wait()
    return bytes(data)


def _read_reply(process: asyncio.subprocess.Process, data: bytes) -> Reply:
    """Decode the reply. Without one, a signal says what happened."""
    try:
        reply: Reply = msgspec.msgpack.decode(data, type=Reply)
    except msgspec.DecodeError:
        is_late = process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}
        raise LimitExceeded(LimitKind.TIME if is_late else LimitKind.CRASH) from None
    return reply
