"""PNG: the chunks, their checksums, the size that the header states, and that the picture has it."""

import zlib
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.png_rows import require_rows

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS: Final = 100_000_000
PIXELS_LABEL: Final = "100 million"
MAX_CHUNKS: Final = 200_000
# Profiles of printers take 2 MB; texts are notes. Together they may not exceed four times that.
MAX_INFLATED: Final = 8 * 2**20

_HEADER_LENGTH: Final = 13
# Colors and the bits that each allows.
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})


class Chunk(Struct, frozen=True):
    """A chunk: its kind, and where its data begins and ends."""

    kind: bytes
    start: int
    end: int


def inspect_png(content: Content) -> Inspection:
    """Check the structure of a PNG image and read its size."""
    if content.data[: len(SIGNATURE)] != SIGNATURE:
        raise content.rejection(ContentFault.WRONG_TYPE, "a PNG image")
    size: tuple[int, int] | None = None
    previous = b""
    seen: set[bytes] = set()
    pieces: list[tuple[int, int]] = []
    header, inflated = b"", 0
    for chunk in _chunks(content):
        if size is None:
            size, header = _size(content, chunk), content.data[chunk.start : chunk.end]
        _require_order(content, chunk, previous=previous, seen=seen)
        inflated += _inflated(content, chunk, MAX_INFLATED - inflated)
        if chunk.kind == b"IDAT":
            pieces.append((chunk.start, chunk.end))
        previous = chunk.kind
        seen.add(chunk.kind)
    if size is None or not pieces:
        raise content.rejection(ContentFault.DAMAGED, "it has no picture")
    require_rows(content, header, pieces)
    content.require_one_format()
    return Inspection(ContentType.PNG, width=size[0], height=size[1])


def _chunks(content: Content) -> Iterator[Chunk]:
    """Walk over the chunks with a checksum that is right, up to IEND, which ends the file."""
    data = content.data
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        start = position + 8
        end = start + int.from_bytes(data[position : position + 4], "big")
        if end + 4 > len(data):
            raise content.rejection(ContentFault.CUT_OFF)
        # A slice, because a view would keep the file mapped while a failure travels.
        if zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise content.rejection(ContentFault.DAMAGED, "a checksum is wrong")
        kind = data[position + 4 : start]
        yield Chunk(kind, start, end)
        position = end + 4
        if kind == b"IEND":
            content.require_end(position)
            return
    raise content.rejection(ContentFault.TOO_COMPLEX, "too many chunks")


def _size(content: Content, chunk: Chunk) -> tuple[int, int]:
    """Read the header, which is the first chunk."""
    header = content.data[chunk.start : chunk.end]
    if chunk.kind != b"IHDR" or len(header) != _HEADER_LENGTH:
        raise content.rejection(ContentFault.DAMAGED, "it has no header")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits, color, compression, filters, interlacing = header[8:]
    if bits not in _DEPTHS.get(color, ()) or compression or filters or interlacing > 1 or not width or not height:
        raise content.rejection(ContentFault.DAMAGED, "its header is not valid")
    if width * height > MAX_PIXELS:
        raise content.rejection(ContentFault.TOO_MANY_PIXELS, PIXELS_LABEL)
    return width, height


def _require_order(content: Content, chunk: Chunk, *, previous: bytes, seen: set[bytes]) -> None:
    """Raise for animations, unknown critical chunks, and chunks where the format does not allow them."""
    kind = chunk.kind
    if kind in _ANIMATION:
        raise content.rejection(ContentFault.ANIMATION)
    is_critical = not kind[0] & 0x20
    if (is_critical and kind not in _CRITICAL) or not kind.isalpha():
        raise content.rejection(ContentFault.UNSUPPORTED, "an unknown extension of PNG")
    is_repeated = kind in {b"IHDR", b"PLTE"} and kind in seen
    is_late = (kind == b"IDAT" and kind in seen and previous != kind) or (kind == b"PLTE" and b"IDAT" in seen)
    has_data = kind == b"IEND" and chunk.start != chunk.end
    if is_repeated or is_late or has_data:
        raise content.rejection(ContentFault.DAMAGED, "its chunks are in the wrong order")


def _inflated(content: Content, chunk: Chunk, limit: int) -> int:
    """Decompress a profile or a text up to a limit, and return its length."""
    data = content.data[chunk.start : chunk.end] if chunk.kind in {b"iCCP", b"zTXt", b"iTXt"} else b""
    _, separator, rest = data.partition(b"\0")
    if not separator:
        return 0
    if chunk.kind == b"iTXt":
        is_compressed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        if not is_compressed:
            return 0
    else:
        rest = rest[1:]
    try:
        length = len(zlib.decompressobj().decompress(rest, limit + 1))
    except zlib.error:
        raise content.rejection(ContentFault.DAMAGED, "a profile or a text cannot be read") from None
    if length > limit:
        raise content.rejection(ContentFault.TOO_COMPLEX, "a profile or texts that are too large")
    return length
