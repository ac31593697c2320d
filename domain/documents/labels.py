"""The text of the label of a pack, and its QR code."""

import io
from collections.abc import Mapping, Sequence
from typing import Final

import segno
from msgspec import Struct

from domain.calendar import Calendar, format_day
from domain.documents.code128 import SSCC_IDENTIFIER, bars_svg, encode_sscc
from domain.documents.facts import LabeledPack
from domain.documents.writing import write_party, write_quantity, write_ranges

# Labels of one document.
MOST_LABELS: Final = 1_000
_RANGES: Final = 6
# The resolver of GS1, which knows the company behind every prefix.
_DIGITAL_LINK: Final = "https://id.gs1.org/00/"
_VOID: Final = "VOID"
_OPENED: Final = "OPENED"


class WrittenLabel(Struct, frozen=True, kw_only=True):
    """A label, ready to be set. `code` is for people, `bars` and `qr` are SVG; empty texts are left out."""

    sscc: str
    code: str
    bars: str
    qr: str
    sku: str
    name: str
    quantity: str
    serials: Sequence[str]
    consignment: str
    batch: str
    packed: str
    sender: Mapping[str, str]
    receiver: Mapping[str, str]
    mark: str


class LabelSheet(Struct, frozen=True):
    """Labels, one on each page."""

    title: str
    program: str
    labels: Sequence[WrittenLabel]


def write_labels(
    program: str, title: str, packs: Sequence[LabeledPack], calendar: Calendar, *, links: bool
) -> LabelSheet:
    """Write the labels of packs; with `links` they have the GS1 Digital Link of the SSCC as a QR code."""
    return LabelSheet(title, program, [_write(pack, calendar, links=links) for pack in packs])


def digital_link(sscc: str) -> str:
    """The GS1 Digital Link of an SSCC."""
    return f"{_DIGITAL_LINK}{sscc}"


def _write(pack: LabeledPack, calendar: Calendar, *, links: bool) -> WrittenLabel:
    return WrittenLabel(
        sscc=pack.sscc,
        code=f"({SSCC_IDENTIFIER}) {pack.sscc}",
        bars=bars_svg(encode_sscc(pack.sscc)),
        qr=_draw_qr(digital_link(pack.sscc)) if links else "",
        sku=pack.sku,
        name=pack.name,
        quantity=write_quantity(pack.spans.quantity),
        serials=write_ranges(pack.spans, _RANGES),
        consignment=pack.consignment,
        batch=pack.batch or "",
        packed=format_day(calendar.day_of(pack.packed_at)),
        sender=write_party(pack.sender),
        receiver=write_party(pack.receiver),
        mark=_VOID if pack.voided else _OPENED if pack.opened else "",
    )


def _draw_qr(payload: str) -> str:
    """Draw a QR code as SVG, with error correction for scratches."""
    picture = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(
        picture, kind="svg", xmldecl=False, svgns=True, unit="", omitsize=True, nl=False
    )
    return picture.getvalue().decode()
