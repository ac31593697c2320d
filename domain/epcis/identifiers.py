"""Identifiers in EPCIS events: GS1 keys where the program has a company prefix, and our own URIs otherwise.

A coupon is a Global Coupon Number with a serial: the company prefix, the coupon reference of a variant of a scheme, a
check digit, and the serial. The secret code of a coupon takes no part in it.
"""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote
from uuid import UUID

from msgspec import Struct

from domain.epcis.check_digits import check_digit, has_check_digit
from domain.spans import LAST_SERIAL

# What our own URIs begin with, unless a setting names an address.
DEFAULT_BASE: Final = "urn:tessera"
# Digits of a GCN without its serial, and without its check digit.
_GCN_DIGITS: Final = 13
_SSCC_DIGITS: Final = 18
_GS1: Final = "https://id.gs1.org/"
_SERIAL: Final = re.compile(r"[0-9]{1,10}")
_GCN_LINK: Final = re.compile(r"https?://[a-z0-9.-]+(?:/[a-z0-9._-]+)*?/255/([0-9]{13})([0-9]{1,12})?")
_GCN_URN: Final = re.compile(r"urn:epc:id:sgcn:([0-9]{4,12})\.([0-9]{0,8})\.([0-9]{1,12})")
_GCN_PATTERN: Final = re.compile(r"urn:epc:idpat:sgcn:([0-9]{4,12})\.([0-9]{0,8})\.\*")
_SSCC_LINK: Final = re.compile(r"https?://[a-z0-9.-]+(?:/[a-z0-9._-]+)*?/00/([0-9]{18})")
_SSCC_URN: Final = re.compile(r"urn:epc:id:sscc:([0-9]{4,12})\.([0-9]{5,13})")


class EpcFormat(StrEnum):
    """How EPCs are written; the values are those of the header GS1-EPC-Format."""

    DIGITAL_LINK = "Always_GS1_Digital_Link"
    URN = "Always_EPC_URN"


class CouponClass(Struct, frozen=True):
    """A variant of a scheme. `reference` is its coupon reference, which numbers the variants of all schemes."""

    scheme_id: UUID
    variant_id: UUID
    reference: int | None = None


class CouponEpc(Struct, frozen=True):
    """The EPC of a coupon as it was read; `reference` is None where the URI is our own."""

    serial: int
    reference: int | None = None


class Identifiers(Struct, frozen=True):
    """Writes and reads identifiers. `base` begins our own URIs; without a `company_prefix` there are no GS1 keys."""

    base: str
    company_prefix: str | None = None

    def coupon(self, of: CouponClass, serial: int, form: EpcFormat = EpcFormat.DIGITAL_LINK) -> str:
        """The EPC of one coupon."""
        return self.coupon_start(of, form) + str(serial)

    def coupon_start(self, of: CouponClass, form: EpcFormat) -> str:
        """What the EPCs of all coupons of a class begin with; the serial follows."""
        gcn = self._gcn(of)
        if gcn is None:
            return self._own("coupon", "")
        if form is EpcFormat.URN:
            prefix = self.company_prefix or ""
            return f"urn:epc:id:sgcn:{prefix}.{gcn[len(prefix) : -1]}."
        return f"{_GS1}255/{gcn}"

    def coupon_class(self, of: CouponClass, form: EpcFormat = EpcFormat.DIGITAL_LINK) -> str:
        """The class of the coupons of a variant of a scheme."""
        gcn = self._gcn(of)
        if gcn is None:
            return self._own("coupons", f"{of.scheme_id}.{of.variant_id}")
        if form is EpcFormat.URN:
            prefix = self.company_prefix or ""
            return f"urn:epc:idpat:sgcn:{prefix}.{gcn[len(prefix) : -1]}.*"
        return f"{_GS1}255/{gcn}"

    def pack(self, sscc: str, form: EpcFormat = EpcFormat.DIGITAL_LINK) -> str:
        """A pack. A URN needs to know where the company prefix ends, so only our own SSCCs have one."""
        prefix = self.company_prefix
        if form is EpcFormat.URN and prefix and sscc[1:].startswith(prefix):
            return f"urn:epc:id:sscc:{prefix}.{sscc[0]}{sscc[1 + len(prefix) : -1]}"
        return f"{_GS1}00/{sscc}"

    def consignment(self, code: str) -> str:
        """A consignment: the `po` of its events."""
        return self._own("consignment", code)

    def batch(self, code: str) -> str:
        """A batch: the `desadv` of its events."""
        return self._own("batch", code)

    def vendor(self, code: str) -> str:
        """A vendor."""
        return self._own("vendor", code)

    def read_coupon(self, text: str) -> CouponEpc | None:
        """Read the EPC of a coupon in any format; None if it is none of this program's."""
        own = self._read_own("coupon", text)
        if own is not None:
            return _coupon(own, None)
        if (link := _GCN_LINK.fullmatch(text)) and link[2]:
            reference = self._reference(link[1])
            return None if reference is None else _coupon(link[2], reference)
        if urn := _GCN_URN.fullmatch(text):
            reference = self._reference_of_urn(urn[1], urn[2])
            return None if reference is None else _coupon(urn[3], reference)
        return None

    def read_class(self, text: str) -> CouponClass | int | None:
        """Read the class of coupons: our own URI, or the coupon reference of a GCN; None if it is neither."""
        own = self._read_own("coupons", text)
        if own is not None:
            scheme, _, variant = own.partition(".")
            try:
                return CouponClass(UUID(scheme), UUID(variant))
            except ValueError:
                return None
        if (link := _GCN_LINK.fullmatch(text)) and not link[2]:
            return self._reference(link[1])
        if urn := _GCN_PATTERN.fullmatch(text):
            return self._reference_of_urn(urn[1], urn[2])
        return None

    @staticmethod
    def read_pack(text: str) -> str | None:
        """Read the SSCC of a pack in any format."""
        if link := _SSCC_LINK.fullmatch(text):
            return link[1] if has_check_digit(link[1]) else None
        if urn := _SSCC_URN.fullmatch(text):
            digits = urn[2][0] + urn[1] + urn[2][1:]
            return digits + check_digit(digits) if len(digits) == _SSCC_DIGITS - 1 else None
        return None

    def read_consignment(self, text: str) -> str:
        """Read the code of a consignment from our own URI, or take the text as the code."""
        return self._read_own("consignment", text) or text

    def read_batch(self, text: str) -> str:
        """Read the code of a batch from our own URI, or take the text as it is."""
        return self._read_own("batch", text) or text

    def read_vendor(self, text: str) -> str | None:
        """Read the code of a vendor from our own URI; None if it is another one."""
        own = self._read_own("vendor", text)
        return None if own is None else unquote(own)

    def _gcn(self, of: CouponClass) -> str | None:
        """The 13 digits of a GCN; None without a company prefix, or where its coupon references are used up."""
        prefix = self.company_prefix
        if prefix is None or of.reference is None:
            return None
        places = _GCN_DIGITS - 1 - len(prefix)
        if of.reference >= 10**places:
            return None
        digits = f"{prefix}{of.reference:0{places}}" if places else prefix
        return digits + check_digit(digits)

    def _reference(self, gcn: str) -> int | None:
        prefix = self.company_prefix
        if prefix is None or not gcn.startswith(prefix) or not has_check_digit(gcn):
            return None
        return int(gcn[len(prefix) : -1] or "0")

    def _reference_of_urn(self, prefix: str, reference: str) -> int | None:
        digits = prefix + reference
        if len(digits) != _GCN_DIGITS - 1 or prefix != self.company_prefix:
            return None
        return int(reference or "0")

    def _own(self, kind: str, name: str) -> str:
        return f"{self._start(kind)}{quote(name, safe='')}"

    def _start(self, kind: str) -> str:
        mark = ":" if self.base.startswith("urn:") else "/"
        return f"{self.base}{mark}{kind}{mark}"

    def _read_own(self, kind: str, text: str) -> str | None:
        start = self._start(kind)
        return text[len(start) :] if text.startswith(start) and len(text) > len(start) else None


def _coupon(digits: str, reference: int | None) -> CouponEpc | None:
    if _SERIAL.fullmatch(digits) is None:
        return None
    # Another way to write the same serial would be another EPC.
    if str(int(digits)) != digits or int(digits) > LAST_SERIAL:
        return None
    return CouponEpc(int(digits), reference)
