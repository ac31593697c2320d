"""The text of a packing list: what a batch was sent with, by variant and by pack."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar
from domain.documents.code128 import bars_svg, encode_sscc
from domain.documents.facts import SentLine, SentPack, Shipment
from domain.documents.writing import write_party, write_quantity, write_ranges
from domain.spans import Spans

# Packs that one packing list names; those of a batch with more are counted.
LISTED_PACKS: Final = 2_000
_RANGES_OF_LINE: Final = 12
_RANGES_OF_PACK: Final = 3


class WrittenLine(Struct, frozen=True):
    """A variant: how many coupons and packs, its artwork, and its serials."""

    sku: str
    name: str
    artwork: str
    packs: str
    quantity: str
    serials: Sequence[str]


class WrittenPack(Struct, frozen=True):
    """A pack: its code with the bars as SVG, and what is inside."""

    number: str
    sscc: str
    bars: str
    sku: str
    quantity: str
    serials: Sequence[str]


class WrittenRest(Struct, frozen=True):
    """Coupons of a variant that are in no pack."""

    sku: str
    quantity: str
    serials: Sequence[str]


class PackingList(Struct, frozen=True, kw_only=True):
    """A packing list, ready to be set. `void` is the sentence about a voided dispatch; empty texts are left out."""

    title: str
    program: str
    batch: str
    consignment: str
    dispatched: str
    reference: str
    sender: Mapping[str, str]
    receiver: Mapping[str, str]
    void: str
    total: str
    total_packs: str
    lines: Sequence[WrittenLine]
    packs: Sequence[WrittenPack]
    more_packs: str
    loose: Sequence[WrittenRest]


def write_packing_list(program: str, shipment: Shipment, calendar: Calendar) -> PackingList:
    """Write the packing list of a batch. It states what was sent, whatever arrived of it."""
    by_line = _packs_by_line(shipment)
    skus = {line.id: line.sku for line in shipment.lines}
    recalled = {line.id: _union(by_line[line.id]) - line.spans for line in shipment.lines}
    return PackingList(
        title=f"Packing list {shipment.batch}",
        program=program,
        batch=shipment.batch,
        consignment=shipment.consignment,
        dispatched=calendar.format_moment(shipment.dispatched_at),
        reference=shipment.reference or "",
        sender=write_party(shipment.sender),
        receiver=write_party(shipment.receiver),
        void=_void_sentence(shipment, calendar),
        total=write_quantity(sum(line.quantity for line in shipment.lines)),
        total_packs=write_quantity(shipment.pack_count),
        lines=[_write_line(line, len(by_line[line.id]), complete=_complete(shipment)) for line in shipment.lines],
        packs=[
            _write_pack(number, pack, skus[pack.line_id], recalled[pack.line_id])
            for number, pack in enumerate(shipment.packs, start=1)
        ],
        more_packs=_more_packs(shipment),
        loose=[
            WrittenRest(
                sku=line.sku, quantity=write_quantity(rest.quantity), serials=write_ranges(rest, _RANGES_OF_LINE)
            )
            for line in shipment.lines
            if _complete(shipment) and (rest := line.spans - _union(by_line[line.id]))
        ],
    )


def _packs_by_line(shipment: Shipment) -> dict[UUID, list[SentPack]]:
    found: dict[UUID, list[SentPack]] = {line.id: [] for line in shipment.lines}
    for pack in shipment.packs:
        found[pack.line_id].append(pack)
    return found


def _union(packs: Sequence[SentPack]) -> Spans:
    return Spans.of(span for pack in packs for span in pack.spans)


def _complete(shipment: Shipment) -> bool:
    """Whether the list has all packs: otherwise it cannot say what is in none of them."""
    return len(shipment.packs) == shipment.pack_count


def _write_line(line: SentLine, packs: int, *, complete: bool) -> WrittenLine:
    return WrittenLine(
        sku=line.sku,
        name=line.name,
        artwork=_write_artwork(line),
        packs=write_quantity(packs) if complete else "",
        quantity=write_quantity(line.quantity),
        serials=write_ranges(line.spans, _RANGES_OF_LINE),
    )


def _write_artwork(line: SentLine) -> str:
    """The versions of the artwork on the coupons, each with its quantity if there are several."""
    found = [(each.version, (each.spans & line.spans).quantity) for each in line.printed]
    found = [(version, quantity) for version, quantity in found if quantity]
    unknown = line.spans.quantity - sum(quantity for _, quantity in found)
    if not found:
        return ""
    if len(found) == 1 and not unknown:
        return f"Version {found[0][0]}"
    parts = [f"Version {version}: {quantity:,}" for version, quantity in found]
    return "\n".join([*parts, f"Not stated: {unknown:,}"] if unknown else parts)


def _write_pack(number: int, pack: SentPack, sku: str, recalled: Spans) -> WrittenPack:
    """Write a pack. Coupons that were recalled before the dispatch are inside, and were not sent."""
    quantity = write_quantity(pack.spans.quantity)
    if recalled and (void := (pack.spans & recalled).quantity):
        quantity = f"{pack.spans.quantity - void:,}\n{void:,} recalled"
    return WrittenPack(
        number=write_quantity(number),
        sscc=pack.sscc,
        bars=bars_svg(encode_sscc(pack.sscc)),
        sku=sku,
        quantity=quantity,
        serials=write_ranges(pack.spans, _RANGES_OF_PACK),
    )


def _more_packs(shipment: Shipment) -> str:
    rest = shipment.pack_count - len(shipment.packs)
    if not rest:
        return ""
    noun = "pack is" if rest == 1 else "packs are"
    return f"{rest:,} more {noun} not listed here."


def _void_sentence(shipment: Shipment, calendar: Calendar) -> str:
    if shipment.voided_at is None:
        return ""
    sentence = f"The sender voided this dispatch on {calendar.format_moment(shipment.voided_at)}."
    return f"{sentence} Reason: {shipment.void_reason}" if shipment.void_reason else sentence
