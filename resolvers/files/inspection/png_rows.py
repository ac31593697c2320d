"""The rows of a PNG: their bytes are counted while they are decompressed, and none is kept."""

import zlib
from collections.abc import Iterator
from typing import Final

from domain.files.content_failures import ContentFault
from resolvers.files.inspection.content import Content

_INPUT: Final = 2**16
_OUTPUT: Final = 2**20
# Values of one pixel, by kind of color.
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_WHOLE: Final = ((0, 0, 1, 1),)
# Where each pass of an interlaced image begins, and its steps: x, y, step in x, step in y (PNG, section 8.2).
_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def require_rows(content: Content, header: bytes, pieces: list[tuple[int, int]]) -> None:
    """Raise unless the compressed data, which lies in pieces, has exactly the rows that the header states."""
    left = _required(header)
    decompressor = zlib.decompressobj()
    try:
        for start, end in _divided(pieces):
            data = content.data[start:end]
            while data:
                left -= len(decompressor.decompress(data, min(_OUTPUT, left + 1)))
                data = decompressor.unconsumed_tail
                if left < 0 or decompressor.unused_data:
                    raise content.rejection(ContentFault.DAMAGED, "its picture has more rows than its header states")
    except zlib.error:
        raise content.rejection(ContentFault.DAMAGED, "its picture cannot be read") from None
    if left or not decompressor.eof:
        raise content.rejection(ContentFault.DAMAGED, "its picture has fewer rows than its header states")


def _divided(pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Divide pieces into small ones, because what is left of one is copied each time."""
    for start, end in pieces:
        for place in range(start, end, _INPUT):
            yield place, min(place + _INPUT, end)


def _required(header: bytes) -> int:
    """How many bytes the rows have, each after the byte that names its filter."""
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits, color, _, _, is_interlaced = header[8:]
    total = 0
    for x, y, step_x, step_y in _PASSES if is_interlaced else _WHOLE:
        columns, rows = -(-(width - x) // step_x), -(-(height - y) // step_y)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * _CHANNELS[color] * bits + 7) // 8)
    return total
