"""Runs functions in other processes: they do not block the server, and one that takes too long is killed.

A process is started when it is needed and kept for further calls. Function and arguments go to it, and the result comes
back, as MessagePack, which cannot carry code: a process that a hostile file has taken over can only return data.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec

from graphql_api.jobs.messages import LENGTH, MESSAGE_LIMIT, Answer, Call
from resolvers.jobs.running import FunctionRaised, ProcessFailed

# A process is replaced after so many calls, so that what it leaks does not add up.
CALLS_LIMIT: Final = 200


class Processes:
    """Up to `limit` processes; further calls wait for one to become free. Each may use `memory_limit` bytes."""

    def __init__(self, limit: int, memory_limit: int) -> None:
        self._free = asyncio.Semaphore(limit)
        self._memory_limit = memory_limit
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()

    async def run(self, function: Callable[..., Any], *arguments: Any, time_limit: float) -> Any:
        """Return what a function of a module returns. Raises FunctionRaised and ProcessFailed.

        A canceled call kills its process, because it would go on.
        """
        call = msgspec.msgpack.encode(Call(function.__module__, function.__qualname__, arguments))
        async with self._free:
            process = self._idle.pop() if self._idle else await self._start()
            try:
                async with asyncio.timeout(time_limit):
                    answer = await process.answer(call)
            except TimeoutError:
                await self._end(process)
                raise ProcessFailed(f"It took longer than {time_limit:g} seconds.") from None
            except (OSError, asyncio.IncompleteReadError, msgspec.MsgspecError):
                await self._end(process)
                raise ProcessFailed("The process that did it ended unexpectedly.") from None
            except BaseException:
                await self._end(process)
                raise
            if process.calls < CALLS_LIMIT:
                self._idle.append(process)
            else:
                await self._end(process)
        if answer.raised is not None:
            kind, text = answer.raised
            raise FunctionRaised(kind, text)
        if answer.error is not None:
            raise ProcessFailed(answer.error)
        return answer.result

    async def close(self) -> None:
        """Kill every process."""
        for process in list(self._all):
            await self._end(process)
        self._idle.clear()

    async def _start(self) -> "_Process":
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "graphql_api.jobs.process",
            str(self._memory_limit),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C goes to every process of a terminal, but the server decides when these stop.
            start_new_session=True,
        )
        process = _Process(child)
        self._all.add(process)
        return process

    async def _end(self, process: "_Process") -> None:
        self._all.discard(process)
        await process.kill()


class _Process:
    """A running process that answers one call at a time."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child
        self.calls = 0

    async def answer(self, call: bytes) -> Answer:
        """Send a call and wait for its answer. Raises OSError, IncompleteReadError, and MsgspecError."""
        self.calls += 1
        reader, writer = self._child.stdout, self._child.stdin
        if reader is None or writer is None:
            raise BrokenPipeError
        writer.write(LENGTH.pack(len(call)) + call)
        await writer.drain()
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        if length > MESSAGE_LIMIT:
            raise OSError(f"an answer of {length} bytes")
        return msgspec.msgpack.decode(await reader.readexactly(length), type=Answer)

    async def kill(self) -> None:
        """Kill the process and wait for its end."""
        with suppress(ProcessLookupError):
            self._child.kill()
        await self._child.wait()
