"""The bytes of a file of sales, written to the spool while they arrive; its beginning is checked at once."""

import errno
from typing import Final

from starlette.requests import Request

from domain.files.sizes import format_size
from domain.imports.beginning import BEGINNING_BYTES, check_beginning
from domain.imports.facts import ImportFormat
from graphql_api.files.credentials import Rejected
from graphql_api.files.receiving import BUFFER_BYTES, stream_body
from graphql_api.files.spool import SpooledUpload
from graphql_api.files.threads import run_blocking

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_TYPES: Final = {ImportFormat.CSV: "text/csv", ImportFormat.NDJSON: "application/x-ndjson"}


async def receive_sales(request: Request, spooled: SpooledUpload, most: int) -> str:
    """Write the body of a request to the spool, at most so many bytes, and return its content type.

    Raises Rejected, FileRejected for a file that cannot be imported, TimeoutError, and ClientDisconnect.
    """
    received = _Received(spooled, most)
    try:
        async for chunk in stream_body(request):
            await received.add(chunk)
        await received.finish()
    except OSError as error:
        # A timeout is one, too.
        if isinstance(error, TimeoutError) or error.errno not in _FULL:
            raise
        message = "The server has no room for the file at the moment. Try again later."
        raise Rejected(507, "SERVICE_UNAVAILABLE", message, headers={"retry-after": "60"}) from error
    return received.content_type


class _Received:
    """Collects small chunks and writes them together."""

    def __init__(self, spooled: SpooledUpload, most: int) -> None:
        self._spooled = spooled
        self._most = most
        self._size = 0
        self._buffer = bytearray()
        self.content_type = _TYPES[ImportFormat.CSV]

    async def add(self, chunk: bytes) -> None:
        """Take a chunk. Raises Rejected if there are too many bytes, and FileRejected."""
        self._size += len(chunk)
        if self._size > self._most:
            most = format_size(self._most)
            message = f"The file has more than the {most} that you may send now. Split it, or send it later."
            raise Rejected(413, "LIMIT_EXCEEDED", message)
        self._buffer += chunk
        if len(self._buffer) >= BUFFER_BYTES:
            await self._flush(whole=False)

    async def finish(self) -> None:
        """Write what is left. Raises FileRejected, also for an empty file."""
        if self._buffer or not self._size:
            await self._flush(whole=self._size <= BEGINNING_BYTES)

    async def _flush(self, *, whole: bool) -> None:
        content, self._buffer = self._buffer, bytearray()
        if self._spooled.size == 0:
            start = bytes(content[:BEGINNING_BYTES])
            layout = await run_blocking(check_beginning, start, whole=whole)
            if layout is not None:
                self.content_type = _TYPES[layout.format]
        await run_blocking(self._spooled.append, content)
