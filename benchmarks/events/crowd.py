"""A thousand subscribers in a separate process, which counts the messages that they receive.

    python -m benchmarks.events.crowd PORT AUTHORIZATION SCHEME_ID

Takes commands on its standard input, and answers each with a line of JSON: `connect N` opens N more connections and
subscribes each, `count` returns the messages and bytes so far, `leave` cuts all connections.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import uvloop
from msgspec import Struct

from benchmarks.events.observing import DOCUMENT
from benchmarks.events.servers import allow_many_files
from benchmarks.events.sockets import Address, Socket
from benchmarks.servers import ROOT

# Connections opened at the same time.
_BURST: Final = 50
_NEXT: Final = b'"next"'
# The bytes at the start of a message in which the type of an event message appears.
_HEAD: Final = 64


class CrowdCounts(Struct, frozen=True):
    """The counts of the crowd so far: messages with events, their bytes, and live connections."""

    messages: int
    bytes: int
    connections: int


class Crowd:
    """The handle of the process for its parent."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def connect(self, count: int) -> CrowdCounts:
        """Open connections and subscribe; returns when all are acknowledged."""
        return self._ask(f"connect {count}")

    def read_counts(self) -> CrowdCounts:
        """Read the counts so far."""
        return self._ask("count")

    def leave(self) -> CrowdCounts:
        """Cut all connections."""
        return self._ask("leave")

    def _ask(self, command: str) -> CrowdCounts:
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("the crowd was started without pipes")
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=CrowdCounts)


@contextlib.contextmanager
def start_crowd(address: Address, scheme_id: str) -> Iterator[Crowd]:
    """Start a crowd without connections, and stop it at the end of the block."""
    command = [sys.executable, "-m", "benchmarks.events.crowd", str(address.port), address.authorization, scheme_id]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - ourselves
        try:
            yield Crowd(process)
        finally:
            process.kill()


class _Members:
    """The subscribers inside the process."""

    def __init__(self, address: Address, scheme_id: str) -> None:
        self._address = address
        self._scheme_id = scheme_id
        self._sockets: list[Socket] = []
        self._messages = self._bytes = 0

    async def run_command(self, command: str) -> CrowdCounts:
        """Run one command and return the counts."""
        word, _, number = command.partition(" ")
        if word == "connect":
            for start in range(0, int(number), _BURST):
                count = min(_BURST, int(number) - start)
                self._sockets += await asyncio.gather(*(self._join() for _ in range(count)))
        elif word == "leave":
            for socket in self._sockets:
                socket.abort()
            self._sockets.clear()
        alive = sum(not socket.gone.done() for socket in self._sockets)
        return CrowdCounts(self._messages, self._bytes, alive)

    async def _join(self) -> Socket:
        socket = await Socket.sign_in(self._address, self._receive)
        socket.subscribe(DOCUMENT, {"schemeId": self._scheme_id})
        return socket

    def _receive(self, text: bytes) -> None:
        if text.find(_NEXT, 0, _HEAD) >= 0:
            self._messages += 1
            self._bytes += len(text)


async def _main(port: str, authorization: str, scheme_id: str) -> None:
    reader: Any = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    members = _Members(Address(int(port), authorization), scheme_id)
    while line := await reader.readline():
        counts = await members.run_command(line.decode().strip())
        sys.stdout.write(msgspec.json.encode(counts).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    allow_many_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(*sys.argv[1:]))
