"""Shipments for documents, pictures of documents, and what cameras and readers find in them."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from PIL import Image

from domain.calendar import Calendar
from domain.documents.facts import LabeledPack, Party, PrintedVersion, SentLine, SentPack, Shipment
from domain.documents.labels import LabelSheet, write_labels
from domain.documents.packing_list import write_packing_list
from domain.spans import Span, Spans
from domain.time_zones import find_calendar
from resolvers.documents.contents import Document
from tests.support.packs import sscc

PRINTER: Final = Party("First Print", "PRN-1", "Pune")
PACKAGER: Final = Party("Second Pack", "PCK-1", None)
LINE: Final = UUID(int=1)
DISPATCHED: Final = datetime(2026, 3, 10, 9, tzinfo=UTC)
CALENDAR: Final[Calendar] = find_calendar("Asia/Kolkata")


def spans(*pairs: tuple[int, int]) -> Spans:
    """A set of serials."""
    return Spans.of(Span(first, last) for first, last in pairs)


def sent_line(sent: Spans, printed: Sequence[PrintedVersion] = (), **given: Any) -> SentLine:
    """The coupons of one variant in a batch."""
    values = {"id": LINE, "sku": "AMB-1L", "name": "Amber 1 L", "quantity": sent.quantity, **given}
    return SentLine(spans=sent, printed=printed, **values)


def shipment(packs: int, /, **given: Any) -> Shipment:
    """A batch of so many packs with 100 coupons each."""
    sent = spans((0, max(packs, 1) * 100 - 1))
    values: dict[str, Any] = {
        "batch": "BAT-2026-000004",
        "consignment": "CON-2026-000001",
        "sender": PRINTER,
        "receiver": PACKAGER,
        "reference": "AWB 12",
        "dispatched_at": DISPATCHED,
        "voided_at": None,
        "void_reason": None,
        "lines": [sent_line(sent, [PrintedVersion(2, sent)])],
        "packs": [SentPack(sscc(n), LINE, spans((n * 100, n * 100 + 99))) for n in range(packs)],
        "pack_count": packs,
    }
    return Shipment(**values | given)


def packing_list(packs: int, /, **given: Any) -> Document:
    """The packing list of a shipment, ready to be set."""
    content = write_packing_list("Amber Club", shipment(packs, **given), CALENDAR)
    return Document(content, "list.pdf", DISPATCHED)


def labeled(**given: Any) -> LabeledPack:
    """A pack with what its label states."""
    values: dict[str, Any] = {
        "sscc": sscc(1),
        "sku": "AMB-1L",
        "name": "Amber 1 L",
        "spans": spans((0, 99)),
        "consignment": "CON-2026-000001",
        "batch": "BAT-2026-000004",
        "sender": PRINTER,
        "receiver": PACKAGER,
        "packed_at": DISPATCHED,
    }
    return LabeledPack(**values | given)


def labels(*packs: LabeledPack, links: bool = True) -> Document:
    """Labels, ready to be set."""
    sheet: LabelSheet = write_labels("Amber Club", "Labels", packs, CALENDAR, links=links)
    return Document(sheet, "labels.pdf", DISPATCHED)


def texts_of(pdf: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def pages_of(pdf: bytes, scale: float = 3) -> list[Image.Image]:
    """The pages as pictures, `scale` times 72 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=scale).to_pil() for page in document]
    finally:
        document.close()


def codes_on(picture: Image.Image | bytes) -> list[tuple[str, str, str]]:
    """The codes that a camera reads on a picture: format, symbology identifier, and text, from top to bottom."""
    image = Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture
    found = sorted(zxingcpp.read_barcodes(_buffer(image.convert("L"))), key=lambda code: code.position.top_left.y)
    return [(str(code.format), code.symbology_identifier, code.text) for code in found]


def _buffer(image: Image.Image) -> memoryview:
    return memoryview(image.tobytes()).cast("B", shape=(image.height, image.width))
