"""Segments: the pieces into which the serials of a line are cut, so that a movement rewrites only a few of them."""

from collections.abc import Iterator
from typing import Final

from domain.spans import Span, Spans

_SMALLEST_BITS: Final = 12
_MOST_SEGMENTS: Final = 64
_SERIAL_BITS: Final = 32


def choose_segment_bits(serials: Spans) -> int:
    """The smallest width of segments, from 2^12 serials, that cuts these serials into at most 64 segments."""
    bits = _SMALLEST_BITS
    while _count_segments(serials, bits) > _MOST_SEGMENTS and bits < _SERIAL_BITS:
        bits += 1
    return bits


def cut_by_segment(serials: Spans, bits: int) -> Iterator[tuple[int, Spans]]:
    """The serials of each segment that has any, in order."""
    pieces: dict[int, list[Span]] = {}
    for span in serials:
        for segment in range(span.first >> bits, (span.last >> bits) + 1):
            first, last = segment << bits, ((segment + 1) << bits) - 1
            pieces.setdefault(segment, []).append(Span(max(span.first, first), min(span.last, last)))
    for segment, spans in pieces.items():
        yield segment, Spans(tuple(spans))


def _count_segments(serials: Spans, bits: int) -> int:
    """How many segments have serials; ranges are sorted, so that neighbors share at most one."""
    count, after = 0, -1
    for span in serials:
        first, last = max(span.first >> bits, after), span.last >> bits
        if first <= last:
            count, after = count + last - first + 1, last + 1
    return count
