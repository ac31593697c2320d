"""A WebSocket client that costs next to nothing, so that a thousand of them leave the CPU to the server.

It speaks graphql-transport-ws as far as a subscriber needs it, and understands what our server sends: whole frames.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any, Final

import orjson
from msgspec import Struct

_TEXT: Final = 1
_CLOSE: Final = 8
_PING: Final = 9
_PONG: Final = 10
# A length of up to 125 stands in the second byte; 126 and 127 say that 2 or 8 bytes follow.
_SHORT: Final = 125
_LONGEST: Final = 1 << 16
_HANDSHAKE: Final = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)

Receive = Callable[[bytes], None]


class Address(Struct, frozen=True):
    """Where to connect, and the credential to sign in with."""

    port: int
    authorization: str


class ConnectionRejected(Exception):
    """The server rejected the connection or the credential."""


class Socket(asyncio.Protocol):
    """One connection. `receive` gets the text of every message after the acknowledgment."""

    def __init__(self, receive: Receive, authorization: str) -> None:
        loop = asyncio.get_running_loop()
        self.acknowledged: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self.close_code: int | None = None
        self._receive = receive
        self._authorization = authorization
        self._buffer = b""
        self._upgraded = False
        self._transport: Any = None

    @classmethod
    async def sign_in(cls, address: Address, receive: Receive) -> "Socket":
        """Open a connection and wait for the acknowledgment. Raises ConnectionRejected and OSError."""
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(lambda: cls(receive, address.authorization), "127.0.0.1", address.port)
        try:
            await socket.acknowledged
        except BaseException:
            socket.abort()
            raise
        return socket

    def subscribe(self, document: str, variables: dict[str, Any], id_: str = "1") -> None:
        """Subscribe with a document."""
        payload = {"query": document, "variables": variables}
        self.send({"id": id_, "type": "subscribe", "payload": payload})

    def send(self, message: dict[str, Any]) -> None:
        """Send a message of the protocol."""
        self._write(_TEXT, orjson.dumps(message))

    def stop_reading(self) -> None:
        """Stop reading from the network, like a client that hangs."""
        self._transport.pause_reading()

    def abort(self) -> None:
        """Cut the connection without a close frame."""
        self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        """Ask for a WebSocket."""
        self._transport = transport
        transport.write(_HANDSHAKE.encode())

    def data_received(self, data: bytes) -> None:
        """Parse the received frames."""
        buffer = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self._upgrade(head)
        place = 0
        while (frame := _frame(buffer, place)) is not None:
            opcode, start, place = frame
            self._take(opcode, buffer[start:place])
        self._buffer = buffer[place:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Mark the connection as gone."""
        if not self.acknowledged.done():
            self.acknowledged.set_exception(ConnectionRejected(f"closed with {self.close_code}: {exc}"))
        if not self.gone.done():
            self.gone.set_result(None)

    def _upgrade(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101 "):
            self._transport.abort()
            return
        self._upgraded = True
        self.send({"type": "connection_init", "payload": {"Authorization": self._authorization}})

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            if self.acknowledged.done():
                self._receive(payload)
            elif b'"connection_ack"' in payload:
                self.acknowledged.set_result(None)
        elif opcode == _PING:
            self._write(_PONG, payload)
        elif opcode == _CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big")
            self._write(_CLOSE, payload[:2])
            self._transport.close()

    def _write(self, opcode: int, payload: bytes) -> None:
        """A frame, masked with zeros: clients must mask, and that changes nothing."""
        size = len(payload)
        if size <= _SHORT:
            head = struct.pack(">BB", 0x80 | opcode, 0x80 | size)
        elif size < _LONGEST:
            head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, size)
        self._transport.write(head + bytes(4) + payload)


def _frame(buffer: bytes, place: int) -> tuple[int, int, int] | None:
    """The frame that begins at a place: opcode, where its payload starts and ends; None when it is not all there."""
    if len(buffer) < place + 2:
        return None
    size, start = buffer[place + 1], place + 2
    if size > _SHORT:
        wide = 2 if size == _SHORT + 1 else 8
        if len(buffer) < start + wide:
            return None
        size = int.from_bytes(buffer[start : start + wide], "big")
        start += wide
    end = start + size
    return None if len(buffer) < end else (buffer[place] & 0x0F, start, end)
