"""The bytes of a file with the name that people know it by."""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from domain.files.content_failures import ContentFault, ContentRejected

MAX_BYTES: Final = 100 * 2**20
# Some programs end a file with a line break, or fill a block with NUL.
MAX_WHITE_SPACE: Final = 1024
_WHITE_SPACE: Final = b"\0\t\n\f\r "

_HTML: Final = re.compile(rb"(?i)<(?:!doctype\s{1,9}html|html|script|iframe|\?php)(?![a-z0-9])")
# Compressed pixels are like random bytes, and 100 MB of those have any three bytes six times, and any six by a chance
# of one in a million. So short tags count only with an attribute, and a handler only within a tag.
_MARKUP: Final = re.compile(
    rb"(?i)<(?:"
    rb"(?:body|head|title|base|link|meta|style|form|input|button|object|embed|applet|frame|frameset|video|audio|math"
    rb"|template|details|marquee)[\s/>]"
    rb"|(?:img|svg)[\s/]{1,9}+[a-z:-]{1,20}+\s{0,9}+="
    rb"|svg>"
    rb"|a[\s/][^<>]{0,100}?\bhref\s{0,9}+="
    rb"|[a-z][a-z0-9:-]{0,20}+[\s/][^<>]{0,200}?\bon[a-z]{3,20}+\s{0,9}+="
    rb")"
)
# The end record of a ZIP archive is in the last 64 KiB, and says how long the directory before it is.
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_DIRECTORY: Final = b"PK\x01\x02"
_ZIP_TAIL: Final = 2**16 + 22


class Content(Struct, frozen=True):
    """A file, or an image inside one."""

    name: str
    data: bytes | mmap.mmap

    def rejection(self, fault: ContentFault, detail: str = "") -> ContentRejected:
        """Make the failure that names this file."""
        return ContentRejected(self.name, fault, detail)

    def require_end(self, position: int) -> None:
        """Raise if more than a bounded amount of white space follows the end of the format."""
        rest = len(self.data) - position
        if rest > MAX_WHITE_SPACE or self.data[position:].strip(_WHITE_SPACE):
            raise self.rejection(ContentFault.TRAILING_DATA)

    def require_one_format(self, *, is_markup: bool = False) -> None:
        """Raise if another program could read the file as a web page or as an archive.

        A file that is markup itself has elements and attributes, which its own inspection checks.
        """
        if _HTML.search(self.data) or (not is_markup and _MARKUP.search(self.data)):
            raise self.rejection(ContentFault.SECOND_FORMAT, "a web page")
        start = max(0, len(self.data) - _ZIP_TAIL)
        tail = self.data[start:]
        for found in re.finditer(re.escape(_ZIP_END), tail):
            length = int.from_bytes(tail[found.start() + 12 : found.start() + 16], "little")
            directory = start + found.start() - length
            if directory >= 0 and self.data[directory : directory + 4] == _ZIP_DIRECTORY:
                raise self.rejection(ContentFault.SECOND_FORMAT, "a ZIP archive")


@contextmanager
def open_content(path: Path, name: str) -> Iterator[Content]:
    """Map a file into memory. An empty file and one that exceeds every purpose are rejected here."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if not size:
            raise ContentRejected(name, ContentFault.EMPTY)
        if size > MAX_BYTES:
            raise ContentRejected(name, ContentFault.TOO_LARGE, "100 MB")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield Content(name, data)
