"""The bytes of a request, written to the spool while they arrive: no more than announced, and of the right type."""

import asyncio
import errno
from collections.abc import AsyncIterator
from typing import Final

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from db.files.rows import UploadRow
from domain.files.facts import CONTENT_TYPE_NAMES
from domain.files.ranges import ByteRange
from domain.files.signatures import SIGNATURE_BYTES, may_begin
from domain.files.sizes import format_size
from graphql_api.files.credentials import Rejected
from graphql_api.files.spool import SpooledUpload
from graphql_api.files.threads import run_blocking

# So much of a request is in memory at most, beside the buffers of its connection.
BUFFER_BYTES: Final = 2**18
# A client that sends nothing for so long is gone.
IDLE_TIMEOUT_S: Final = 30.0
# And one that sends fewer bytes per second than this, after a minute, keeps others from sending.
SLOWEST: Final = 2_048
GRACE_S: Final = 60.0
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class Part(Struct, frozen=True):
    """The part of an upload that a request sends; `whole` if it sends everything from the first byte on."""

    bytes: ByteRange
    whole: bool


async def receive_part(request: Request, upload: UploadRow, spooled: SpooledUpload, part: Part) -> None:
    """Append the body of a request to an upload.

    What arrived before a connection broke stays, and the upload can be resumed behind it. Raises Rejected.
    """
    received = _Received(upload, spooled, part)
    try:
        await _read_body(request, received)
        await received.flush()
    except (ClientDisconnect, asyncio.CancelledError, TimeoutError):
        await received.flush()
        raise
    except Rejected:
        # The bytes of this request are not those of the file.
        await run_blocking(spooled.cut, part.bytes.first)
        raise
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _out_of_space(upload) from error
    if spooled.size < part.bytes.first + part.bytes.length:
        raise _cut_off(upload, spooled.size)


async def _read_body(request: Request, received: "_Received") -> None:
    async for chunk in stream_body(request):
        await received.add(chunk)


async def stream_body(request: Request) -> AsyncIterator[bytes]:
    """Yield the chunks of a body. Raises TimeoutError if none comes for a while, or if all together are too slow.

    What is done with a chunk takes no time of the client.
    """
    loop = asyncio.get_running_loop()
    waited, size = 0.0, 0
    chunks = request.stream()
    while True:
        before = loop.time()
        async with asyncio.timeout(min(IDLE_TIMEOUT_S, GRACE_S + size / SLOWEST - waited)):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        waited += loop.time() - before
        size += len(chunk)
        yield chunk


class _Received:
    """Collects small chunks and writes them together."""

    def __init__(self, upload: UploadRow, spooled: SpooledUpload, part: Part) -> None:
        self._upload = upload
        self._spooled = spooled
        self._part = part
        self._left = part.bytes.length
        self._buffer = bytearray()

    async def add(self, chunk: bytes) -> None:
        """Take a chunk. Raises Rejected if there is more than the part has, or if this is another type of file."""
        self._left -= len(chunk)
        if self._left < 0:
            raise _too_large(self._upload, self._part)
        self._buffer += chunk
        if len(self._buffer) >= BUFFER_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Write what was collected. Raises Rejected for another type of file, and OSError."""
        content, self._buffer = self._buffer, bytearray()
        if not content:
            return
        if self._spooled.size == 0:
            self._check_type(bytes(content[:SIGNATURE_BYTES]))
        await run_blocking(self._spooled.append, content)

    def _check_type(self, start: bytes) -> None:
        """Reject a wrong type by its first bytes; too few bytes are left for the inspection of the whole file."""
        if len(start) >= min(SIGNATURE_BYTES, self._upload.byte_size) and not may_begin(
            self._upload.content_type, start
        ):
            raise WrongType(self._upload)


class WrongType(Rejected):
    """A file has another type than announced."""

    def __init__(self, upload: UploadRow) -> None:
        kind = CONTENT_TYPE_NAMES[upload.content_type]
        message = f"“{upload.file_name}” is not {kind}. Create an upload with the type that the file has."
        super().__init__(415, "UPLOAD_TYPE", message)


def _too_large(upload: UploadRow, part: Part) -> Rejected:
    if part.whole:
        announced = format_size(upload.byte_size)
        message = f"“{upload.file_name}” is larger than the {announced} of its upload. Create an upload of its size."
    else:
        message = "The request has more bytes than its Content-Range says. Send the part again."
    return Rejected(413, "UPLOAD_TOO_LARGE", message, headers={"upload-offset": str(part.bytes.first)})


def _cut_off(upload: UploadRow, size: int) -> Rejected:
    message = (
        f"The request ended after {format_size(size)} of “{upload.file_name}”, which has "
        f"{format_size(upload.byte_size)}. Send the rest with “Content-Range: bytes {size}-{upload.byte_size - 1}/"
        f"{upload.byte_size}”."
    )
    return Rejected(400, "UPLOAD_CUT_OFF", message, headers={"upload-offset": str(size)})


def _out_of_space(upload: UploadRow) -> Rejected:
    message = f"The server has no room for “{upload.file_name}” at the moment. Try again later."
    return Rejected(507, "SERVICE_UNAVAILABLE", message, headers={"retry-after": "60"})
