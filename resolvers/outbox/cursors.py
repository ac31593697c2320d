"""Cursors of event streams: a position, signed together with its stream and filter.

33 bytes in URL-safe base64: version, epoch, digest of the scope, transaction, id, and a keyed BLAKE2b over all of it.
The key is stored in the database, so every server can read every cursor.
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


async def load_stream(operation: Operation) -> StreamRow:
    """Load the current state of the stream, once per operation."""
    found: StreamRow | None = operation.loaders.get(load_stream)
    if found is None:
        (found,) = await operation.fetch(STREAM)
        operation.loaders[load_stream] = found
    return found


def encode_stream_cursor(stream: StreamRow, scope: str, position: Position) -> str:
    """Encode a position as opaque text; `scope` is the name of the stream with its filter."""
    body = _LAYOUT.pack(_VERSION, stream.epoch, _digest(scope), position.xid, position.id)
    return base64.urlsafe_b64encode(body + _signature(stream, body)).decode()


def decode_stream_cursor(stream: StreamRow, scope: str, text: str, argument: str = "after") -> Position:
    """Decode the position that `encode_stream_cursor` encoded.

    Raises BadArgument for a cursor that this server did not sign or that belongs to another stream or filter, and
    CursorExpired when later events may be missing because retention deleted them or the database was restored.
    """
    try:
        document = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        document = b""
    body, signature = document[: _LAYOUT.size], document[_LAYOUT.size :]
    if len(body) != _LAYOUT.size or signature != _signature(stream, body):
        raise BadArgument(
            "This cursor was not made by this server. Leave it out, or send one that came with an event.", argument
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
