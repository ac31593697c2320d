"""Callers of the API, each on a connection of its own that stays open, with as little work of their own as possible."""

import asyncio
from functools import cache
from typing import Any, Final, Self

import httptools
import orjson

from benchmarks.servers import ROOT

_DOCUMENTS: Final = ROOT / "benchmarks" / "documents" / "ledger"
_OK: Final = 200


class CallFailed(Exception):
    """The server gave no answer, or not the one to the question: whether anything changed is unknown."""


@cache
def document(name: str) -> str:
    """The text of a document of these measurements."""
    return (_DOCUMENTS / f"{name}.graphql").read_text("utf-8")


def body(name: str, given: dict[str, Any]) -> bytes:
    """The request for one of these documents, whose variable is its input."""
    return orjson.dumps({"query": document(name), "operationName": name, "variables": {"input": given}})


class Caller:
    """Sends one request after the other, and connects again where the connection was lost."""

    def __init__(self, port: int, timeout: float = 60.0) -> None:
        self._port = port
        self._timeout = timeout
        self._connection: _Connection | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def post(self, token: str, content: bytes) -> dict[str, Any]:
        """The data of the answer. Raises CallFailed."""
        try:
            async with asyncio.timeout(self._timeout):
                if self._connection is None:
                    self._connection = await self._connect()
                status, answer = await self._connection.post(self._port, token, content)
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            self.close()
            raise CallFailed(str(error) or type(error).__name__) from error
        except asyncio.CancelledError:
            self.close()
            raise
        if status != _OK:
            raise CallFailed(answer[:500].decode("utf-8", "replace"))
        found: dict[str, Any] = orjson.loads(answer)
        if found.get("errors") or found.get("data") is None:
            raise CallFailed(answer[:500].decode("utf-8", "replace"))
        return found["data"]  # type: ignore[no-any-return]

    async def _connect(self) -> "_Connection":
        _, protocol = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", self._port)
        return protocol


class _Connection(asyncio.Protocol):
    """One connection, on which one request at a time waits for its answer."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._parser: Any = None
        self._answer = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    async def post(self, port: int, token: str, content: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises ConnectionError."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the connection is closed")
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._answer.clear()
        self._parser = httptools.HttpResponseParser(self)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.writelines((head.encode(), content))
        return await self._waiting

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Look for the end of the answer."""
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        """Keep a part of the answer."""
        self._answer += data

    def on_message_complete(self) -> None:
        """Give the answer to the one who waits."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((self._parser.get_status_code(), bytes(self._answer)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that waits."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(f"the connection was lost: {exc}"))
