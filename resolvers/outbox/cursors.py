"""Cursors of event streams: a place, signed together with the stream and filter that it was made for.

33 bytes in URL-safe base64: version, epoch, digest of the scope, transaction, id, and a keyed BLAKE2b over all of it.
The key is kept in the database, so every server reads the cursors of all the others.
"""

import base64
import binascii
import hashlib
import struct
from typing import Final

from db.outbox.reads import STREAM
from db.outbox.rows import StreamRow
from domain.events import Position
from domain.requests import BadArgument, CursorExpired
from resolvers.context import Operation

_VERSION: Final = 1
_LAYOUT: Final = struct.Struct(">BI4sQQ")
_SIGNATURE: Final = 8


async def stream_of(operation: Operation) -> StreamRow:
    """The stream as it is now, read once an operation."""
    found: StreamRow | None = operation.loaders.get(stream_of)
    if found is None:
        (found,) = await operation.fetch(STREAM)
        operation.loaders[stream_of] = found
    return found


def encode_cursor(stream: StreamRow, scope: str, position: Position) -> str:
    """The opaque text of a place in a stream; `scope` is the stream's name with its filter."""
    body = _LAYOUT.pack(_VERSION, stream.epoch, _digest(scope), position.xid, position.id)
    return base64.urlsafe_b64encode(body + _signature(stream, body)).decode()


def decode_cursor(stream: StreamRow, scope: str, text: str, argument: str = "after") -> Position:
    """The place that `encode_cursor` was given.

    Raises BadArgument for a cursor that is not ours or was made for another stream or filter, and CursorExpired when
    events behind it may be gone: they were deleted for their age, or the database was restored.
    """
    try:
        document = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        document = b""
    body, signature = document[: _LAYOUT.size], document[_LAYOUT.size :]
    if len(body) != _LAYOUT.size or signature != _signature(stream, body):
        raise BadArgument(
            "This cursor was not made by this server; leave it out to begin with what happens now.", argument
        )
    _version, epoch, digest, xid, event_id = _LAYOUT.unpack(body)
    if digest != _digest(scope):
        raise BadArgument("This cursor belongs to another stream or filter.", argument)
    position = Position(xid, event_id)
    if epoch != stream.epoch or position < stream.floor:
        raise CursorExpired
    return position


def _digest(scope: str) -> bytes:
    return hashlib.blake2b(scope.encode(), digest_size=4).digest()


def _signature(stream: StreamRow, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=stream.key, digest_size=_SIGNATURE).digest()
