"""Ranges of bytes in HTTP headers: which part of a file a download sends, and where an upload goes on."""

import re
from typing import Final

from msgspec import Struct

_DIGITS: Final = r"[0-9]{1,18}"
_RANGE: Final = re.compile(rf"bytes=[ \t]*({_DIGITS})?-({_DIGITS})?[ \t]*")
_CONTENT_RANGE: Final = re.compile(rf"bytes ({_DIGITS})-({_DIGITS})/({_DIGITS}|\*)")


class ByteRange(Struct, frozen=True):
    """A part of a file: the position of its first byte, and how many bytes it has."""

    first: int
    length: int

    @property
    def last(self) -> int:
        """The position of its last byte."""
        return self.first + self.length - 1


class Unsatisfiable(Exception):
    """No byte of the file is in the range."""


class MalformedRange(Exception):
    """A header does not have the form of a range."""


def requested_range(header: str | None, size: int) -> ByteRange | None:
    """The part that a Range header asks for; None for the whole file: RFC 9110, section 14.2.

    A header of another unit, of another form, or with several ranges is ignored, which the RFC allows. Raises
    Unsatisfiable.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or (found[1] is None and found[2] is None):
        return None
    if found[1] is None:
        length = min(int(found[2]), size)
        if length == 0:
            raise Unsatisfiable
        return ByteRange(size - length, length)
    first = int(found[1])
    last = size - 1 if found[2] is None else min(int(found[2]), size - 1)
    if found[2] is not None and int(found[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return ByteRange(first, last - first + 1)


def sent_range(header: str, size: int) -> ByteRange:
    """The part of an upload of `size` bytes that a Content-Range header says is sent. Raises MalformedRange."""
    found = _CONTENT_RANGE.fullmatch(header)
    if found is None:
        raise MalformedRange
    first, last = int(found[1]), int(found[2])
    if last < first or last >= size or (found[3] != "*" and int(found[3]) != size):
        raise MalformedRange
    return ByteRange(first, last - first + 1)
