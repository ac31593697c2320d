"""The download of codes: who may derive all of them, and the file, written piece by piece."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from domain.coupons.keys import CouponKeys
from domain.coupons.labels import PLACE_OF_CODE, QrTemplate
from domain.csv_text import csv_cell
from domain.failures import Failure, UserErrorCode
from domain.permissions import Permission, Role, permissions_of
from domain.viewers import Viewer

CONSIGNMENT_PATH: Final = ("input", "consignmentId")
HEADER: Final = "code,serial,sku,qrPayload\r\n"
_OUTSIDE_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


class CodesDenied(Failure):
    """Neither Operations nor the first vendor of the consignment asks for its codes."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, consignment: str) -> None:
        message = f"Only Operations and the first vendor of {consignment} can download its codes."
        super().__init__(message, CONSIGNMENT_PATH)


class CodeSpan(Struct, frozen=True):
    """Consecutive serials of one SKU whose codes are derived from one key."""

    sku: str
    key_id: int
    serials: range


def derives_all_codes(viewer: Viewer) -> bool:
    """Whether the viewer may have every code, regardless of the holder of the coupons: Operations may."""
    return Permission.CODES_DOWNLOAD in permissions_of(viewer.roles - {Role.VENDOR})


def file_name(consignment: str, sku: str | None) -> str:
    """The name of the file, in characters that every system allows."""
    parts = (consignment, "codes") if sku is None else (consignment, sku, "codes")
    return f"{_OUTSIDE_FILE_NAMES.sub('_', '-'.join(parts))}.csv"


class CodeFile:
    """A CSV file of codes, made while it is sent, so that its size does not matter.

    Its last line, which begins with `#`, has the number of codes and the SHA-256 of everything before it: a file
    without that line is not complete.
    """

    def __init__(self, spans: Sequence[CodeSpan], keys: CouponKeys, template: QrTemplate) -> None:
        """Raises CouponKeysMissing, so that nothing fails once the file has begun."""
        for key_id in {span.key_id for span in spans}:
            keys.require(key_id)
        self._spans = spans
        self._keys = keys
        self._template = template
        self._digest = hashlib.sha256()
        self.quantity = sum(len(span.serials) for span in spans)
        self.written = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was made so far, without the last line."""
        return self._digest.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        """The content of the file. Iterate once."""
        yield self._hashed(HEADER)
        for span in self._spans:
            first = span.serials.start
            for codes in self._keys.write_many(span.serials, span.key_id):
                # Before the codes leave: an interrupted file never has more codes than this says.
                self.written += len(codes)
                yield self._hashed(self._lines(codes, first, span.sku))
                first += len(codes)
        yield f"# codes: {self.written}; sha256: {self.sha256}\r\n".encode()

    def _lines(self, codes: Sequence[str], first: int, sku: str) -> str:
        cell = csv_cell(sku)
        # Codes have only letters, digits, and dashes, so quoting depends on the template alone.
        before, after = csv_cell(self._template.text).split(PLACE_OF_CODE)
        return "".join(
            [f"{code},{serial},{cell},{before}{code}{after}\r\n" for serial, code in enumerate(codes, first)]
        )

    def _hashed(self, text: str) -> bytes:
        content = text.encode()
        self._digest.update(content)
        return content
