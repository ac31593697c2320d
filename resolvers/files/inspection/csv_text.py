"""CSV: text in UTF-8, or in UTF-16 with a byte order mark. Rows and cells are checked by the import."""

import codecs
import re
from typing import Final

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.content import Content

_PIECE: Final = 2**20
# Binary formats have these. Texts have tabs, line breaks, and form feeds at most.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_FOREIGN_START: Final = re.compile(rb"(?i)\s{0,64}(?:%PDF-|\{\\rtf|<!doctype|<html|<\?xml|<svg|<script)")


def inspect_csv(content: Content) -> Inspection:
    """Check that a file is text that programs can import."""
    data = content.data
    utf_8_start = len(codecs.BOM_UTF8) if data[:3] == codecs.BOM_UTF8 else 0
    if _FOREIGN_START.match(data, utf_8_start):
        raise content.rejection(ContentFault.WRONG_TYPE, "a CSV file")
    encoding = "utf-16" if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            if _CONTROLS.search(decoder.decode(piece, final=start + _PIECE >= len(data))):
                raise content.rejection(ContentFault.WRONG_TYPE, "a CSV file")
    except UnicodeDecodeError:
        raise content.rejection(ContentFault.NOT_UNICODE) from None
    return Inspection(ContentType.CSV)
