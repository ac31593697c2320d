"""PDF: every object of the file, also the compressed ones, is read by qpdf (pikepdf) and checked.

qpdf may not repair anything: programs repair broken files in different ways, and would see what we did not.
"""

import io
import re
from typing import Final

import pikepdf
from pikepdf import settings

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.pdf_objects import check_object

MAX_PAGES: Final = 1_000
MAX_OBJECTS: Final = 300_000
# What one compressed object stream or cross-reference stream may become.
MAX_INFLATED: Final = 32 * 2**20

_HEADER: Final = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\r\n\s%]")
_END: Final = b"%%EOF"
_OBJECT: Final = re.compile(rb"\d \d{1,5} obj\b")
# An update never begins with a header of its own.
_SECOND: Final = re.compile(rb"%%EOF[\x00\s]{0,1024}+%PDF-")
_TAIL: Final = 2**16
# Also in a part of the file that a later update replaced, because programs that repair files may go back to it.
_RAW: Final = {
    b"/JavaScript": (ContentFault.SCRIPT, ""),
    b"/Launch": (ContentFault.ACTION, "starts a program"),
    b"/EmbeddedFile": (ContentFault.EMBEDDED_FILE, ""),
    b"/RichMedia": (ContentFault.MULTIMEDIA, "sound, video, or 3D"),
}
_RAW_NAMES: Final = re.compile(b"|".join(_RAW))
# What pikepdf raises when a file that opened turns out to be broken further inside.
BROKEN: Final = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)


def inspect_pdf(content: Content) -> Inspection:
    """Check that a PDF is whole and passive, and count its pages."""
    if not _HEADER.match(content.data):
        raise content.rejection(ContentFault.WRONG_TYPE, "a PDF that begins with its header")
    _require_end(content)
    settings.set_qpdf_limits(flate_max_memory=MAX_INFLATED)
    try:
        with pikepdf.open(io.BytesIO(content.data[:]), attempt_recovery=False, inherit_page_attributes=False) as pdf:
            pages = _check_document(content, pdf)
    except pikepdf.PasswordError:
        raise content.rejection(ContentFault.ENCRYPTED) from None
    except BROKEN:
        raise content.rejection(ContentFault.DAMAGED, "its structure cannot be read") from None
    if found := _RAW_NAMES.search(content.data):
        raise content.rejection(*_RAW[found[0]])
    if _SECOND.search(content.data):
        raise content.rejection(ContentFault.SECOND_FORMAT, "a second PDF")
    content.require_one_format()
    return Inspection(ContentType.PDF, pages=pages)


def _require_end(content: Content) -> None:
    data = content.data
    tail = data[max(0, len(data) - _TAIL) :]
    end = tail.rfind(_END)
    # An update, or all of a file for fast web view but its first page, comes after an earlier end.
    if end < 0 or _OBJECT.search(tail, end):
        raise content.rejection(ContentFault.CUT_OFF)
    content.require_end(len(data) - len(tail) + end + len(_END))


def _check_document(content: Content, pdf: pikepdf.Pdf) -> int:
    if pdf.is_encrypted:
        raise content.rejection(ContentFault.ENCRYPTED)
    if int(pdf.trailer["/Size"]) > MAX_OBJECTS:
        raise content.rejection(ContentFault.TOO_COMPLEX, "too many objects")
    check_object(content, pdf.trailer)
    for value in pdf.objects:
        if isinstance(value, pikepdf.Object):
            check_object(content, value)
    # Counting the pages adds warnings that do not matter, like a page without resources.
    if pdf.get_warnings():
        raise content.rejection(ContentFault.DAMAGED, "its structure cannot be read")
    if int(pdf.Root.Pages.Count) > MAX_PAGES or len(pdf.pages) > MAX_PAGES:
        raise content.rejection(ContentFault.TOO_MANY_PAGES, f"{MAX_PAGES:,}")
    if not len(pdf.pages):
        raise content.rejection(ContentFault.DAMAGED, "it has no pages")
    return len(pdf.pages)
