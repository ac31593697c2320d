"""JPEG: the markers from the first to the last byte, and the size of the frame. The picture is never decoded."""

import re
from typing import Final

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.png import MAX_PIXELS, PIXELS_LABEL

SIGNATURE: Final = b"\xff\xd8\xff"
MAX_SEGMENTS: Final = 20_000
# Programs write about ten; each one makes a decoder touch every pixel again.
MAX_SCANS: Final = 100

_EOI: Final = 0xD9
_SOS: Final = 0xDA
# Baseline, extended, and progressive with Huffman codes: what browsers show.
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAMES: Final = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_COMPONENTS: Final = frozenset({1, 3, 4})
# The end of a scan: a marker that is neither a stuffed byte, nor a restart, nor a fill byte.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def inspect_jpeg(content: Content) -> Inspection:
    """Check the structure of a JPEG image and read its size."""
    if content.data[:3] != SIGNATURE:
        raise content.rejection(ContentFault.WRONG_TYPE, "a JPEG image")
    size: tuple[int, int] | None = None
    position, scans = 2, 0
    for _ in range(MAX_SEGMENTS):
        marker, position = _marker(content, position)
        if marker == _EOI:
            break
        end = _segment_end(content, position)
        if marker in _FRAMES or marker in _OTHER_FRAMES:
            size = _size(content, marker, content.data[position + 2 : end], size)
        position = end
        if marker == _SOS:
            scans += 1
            position = _scan_end(content, end, scans)
    else:
        raise content.rejection(ContentFault.TOO_COMPLEX, "too many segments")
    if size is None or not scans:
        raise content.rejection(ContentFault.DAMAGED, "it has no picture")
    content.require_end(position)
    content.require_one_format()
    return Inspection(ContentType.JPEG, width=size[0], height=size[1])


def _marker(content: Content, position: int) -> tuple[int, int]:
    """Read the marker at a position; fill bytes may come before it."""
    if position + 2 > len(content.data):
        raise content.rejection(ContentFault.CUT_OFF)
    found = _MARKER.search(content.data, position)
    filling = content.data[position : found.start()] if found else b"?"
    if found is None or filling.strip(b"\xff"):
        raise content.rejection(ContentFault.DAMAGED, "a segment does not begin where it should")
    return content.data[found.start() + 1], found.end()


def _segment_end(content: Content, position: int) -> int:
    """Read the length of a segment."""
    length = int.from_bytes(content.data[position : position + 2], "big")
    if position + max(length, 2) > len(content.data):
        raise content.rejection(ContentFault.CUT_OFF)
    if length < 2:  # noqa: PLR2004 - the length counts its own two bytes
        raise content.rejection(ContentFault.DAMAGED, "a segment has no length")
    return position + length


def _scan_end(content: Content, position: int, scans: int) -> int:
    """Find the end of the compressed data of a scan."""
    if scans > MAX_SCANS:
        raise content.rejection(ContentFault.TOO_COMPLEX, "too many scans")
    found = _MARKER.search(content.data, position)
    if found is None:
        raise content.rejection(ContentFault.CUT_OFF)
    return found.start()


def _size(content: Content, marker: int, frame: bytes, earlier: tuple[int, int] | None) -> tuple[int, int]:
    """Read a frame header: there is one, of a kind that browsers show."""
    if marker in _OTHER_FRAMES:
        raise content.rejection(ContentFault.UNSUPPORTED, "a variant of JPEG that browsers do not show")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if earlier or len(frame) < 6 or not width or not height or frame[5] not in _COMPONENTS:  # noqa: PLR2004
        raise content.rejection(ContentFault.DAMAGED, "its header is not valid")
    if width * height > MAX_PIXELS:
        raise content.rejection(ContentFault.TOO_MANY_PIXELS, PIXELS_LABEL)
    return width, height
