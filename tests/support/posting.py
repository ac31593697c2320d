"""A client of real HTTP for the requests of nearly all tests: httpx took half of the CPU of each of them."""

import asyncio
import json
import select
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

import httpx

# Connections at once, as many as those of httpx.
_MOST: Final = 100
_TIMEOUT_S: Final = 30

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

# httpx looks for a library that is not installed, four times in each request.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]


class PostingClient(httpx.AsyncClient):
    """A client of httpx that posts JSON by itself, over connections that it keeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(timeout=_TIMEOUT_S, **options)
        self._free: list[Connection] = []
        self._most = asyncio.Semaphore(_MOST)

    async def post_json(self, path: str, content: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        fields = {
            "host": self.base_url.netloc.decode("ascii"),
            "accept": "*/*",
            "user-agent": self.headers["user-agent"],
            "content-type": "application/json",
            "content-length": len(body),
            **{name.lower(): value for name, value in headers.items()},
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "\r\n"]
        request = "\r\n".join(lines).encode() + body
        async with self._most, asyncio.timeout(_TIMEOUT_S):
            connection = self._kept() or await asyncio.open_connection(self.base_url.host, self.base_url.port)
            return await self._exchange(connection, request)

    async def __aexit__(self, *given: object) -> None:
        """Close all connections."""
        for _, writer in self._free:
            writer.close()
        self._free.clear()
        await super().__aexit__(*given)  # type: ignore[arg-type]

    def _kept(self) -> Connection | None:
        """A connection that the server has not closed meanwhile, when there would be an end to read."""
        while self._free:
            reader, writer = self._free.pop()
            ready = select.poll()
            ready.register(writer.get_extra_info("socket"), select.POLLIN)
            if not reader.at_eof() and not ready.poll(0):
                return reader, writer
            writer.close()
        return None

    async def _exchange(self, connection: Connection, request: bytes) -> tuple[int, Any]:
        reader, writer = connection
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await _body(reader, fields)
        except BaseException:
            writer.transport.abort()
            raise
        if fields.get("connection") == "close":
            writer.close()
        else:
            self._free.append(connection)
        return int(head[0].split(" ")[1]), json.loads(body)


async def _body(reader: asyncio.StreamReader, fields: Mapping[str, str]) -> bytes:
    if fields.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(fields["content-length"]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body
