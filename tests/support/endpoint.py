"""An endpoint on this machine, a sender that may call it, and a controllable DNS."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from graphql_api.webhooks.sending import WebhookSender
from tests.domain.webhooks.test_addresses import LOOPBACK

PUBLIC = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Endpoint:
    """A server on 127.0.0.1: what it has received, and how it answers."""

    def __init__(self, answer: Answer | bytes, on_open: bytes) -> None:
        self.answer = answer
        self.on_open = on_open
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []
        self.arrived = asyncio.Event()
        self.broken = asyncio.Event()
        self.serving: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer every request of a connection, until it breaks or the endpoint stops."""
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        self.connections += 1
        writer.write(self.on_open)
        try:
            while head := await self._head(reader):
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                self.arrived.set()
                if isinstance(self.answer, bytes):
                    writer.write(self.answer)
                else:
                    await self.answer(writer)
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.serving.discard(task)
            self.broken.set()
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        with contextlib.suppress(asyncio.IncompleteReadError):
            return await reader.readuntil(b"\r\n\r\n")
        return b""


@contextlib.asynccontextmanager
async def endpoint(
    answer: Answer | bytes = OK, *, on_open: bytes = b"", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Endpoint]:
    """Run an endpoint for the length of the block; `on_open` is sent before any request."""
    served = Endpoint(answer, on_open)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        served.port = server.sockets[0].getsockname()[1]
        try:
            yield served
        finally:
            for task in served.serving:
                task.cancel()


@contextlib.asynccontextmanager
async def sender(**changed: Any) -> AsyncIterator[WebhookSender]:
    """A sender that may call this machine without TLS."""
    made = WebhookSender(**{"https_only": False, "allowed": LOOPBACK, **changed})
    try:
        yield made
    finally:
        await made.close()


async def silent(_: asyncio.StreamWriter) -> None:
    """Read everything and answer nothing."""
    await asyncio.sleep(60)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection without the courtesies of TCP."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Resolver:
    """Stands in for the DNS: gives one answer after the other, and counts the questions."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        """Answer as the loop does."""
        self.asked.append(host)
        found = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "Resolver":
        """Answer in place of the running loop."""
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.getaddrinfo)
        return self
