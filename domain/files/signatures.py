"""The first bytes of files, by which a wrong type is rejected before the whole file has arrived."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.files.facts import SALES_TYPES

# So much of a file is looked at.
SIGNATURE_BYTES: Final = 1_024
_SIGNATURES: Final[Mapping[str, bytes]] = MappingProxyType(
    {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "application/pdf": b"%PDF-"}
)
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def may_begin(content_type: str, start: bytes) -> bool:
    """Whether a file of this type may begin like this. The inspection of the whole file decides."""
    if content_type in SALES_TYPES:
        # The sentences of imports say what is wrong with a file of sales.
        return True
    if content_type == "application/pdf":
        # Readers accept some bytes before it, and so do many programs that write it.
        return _SIGNATURES[content_type] in start
    if content_type in _SIGNATURES:
        return start.startswith(_SIGNATURES[content_type])
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip().startswith(b"<")
