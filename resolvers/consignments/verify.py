"""Verify the custody of a consignment: what is stored about its coupons must follow from its movements (N3).

The database guards every transaction against lost and doubled serials. This is the second wall: it also finds coupons
that are with the wrong vendor, and whatever else contradicts the movements.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from db.consignments import verify_reads as statements
from db.consignments.verify_packs import WRONG_PACKS
from db.consignments.verify_quantities import WRONG_LINES, WRONG_RECEIPTS
from db.consignments.verify_rows import (
    PlaceNameRow,
    SegmentRow,
    SpansDifferenceRow,
    VerifiedConsignmentRow,
    VerifiedLineRow,
)
from db.sessions import Fetching
from domain.consignments.events import MOVEMENT_KINDS
from domain.consignments.replay import Difference, Part, Replay
from domain.consignments.state import derive_state
from domain.spans import Spans
from domain.text import format_count
from resolvers.consignments.state import load_holdings
from resolvers.consignments.verify_holds import verify_holds

# Movements in memory at a time.
_PARTS_AT_ONCE: Final = 5_000


async def verify_consignment(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    """Find everything that contradicts custody, as sentences; `fetching` must see one moment."""
    for line in await fetching.fetch(statements.LINES_TO_VERIFY, consignment_id=consignment.id):
        async for finding in _verify_line(fetching, line):
            yield f"{consignment.code}, {line.sku}: {finding}"
    for row in await fetching.fetch(WRONG_LINES, consignment_id=consignment.id):
        stored = format_count(row.stored, "coupon")
        yield f"{consignment.code}, {row.name}: the line states {stored}, and {row.counted:,} were allotted to it."
    for check in (_verify_movements, _verify_events, _verify_batches, _verify_packs, verify_holds, _verify_state):
        async for finding in check(fetching, consignment):
            yield f"{consignment.code}: {finding}"


async def _verify_line(fetching: Fetching, line: VerifiedLineRow) -> AsyncIterator[str]:
    for row in await fetching.fetch(statements.BROKEN_SEGMENTS, line_id=line.id):
        yield f"segment {row.segment} is not whole: {_describe(row, 'held twice')}."
    for row in await fetching.fetch(statements.WRONG_SEGMENTS, line_id=line.id):
        yield f"custody is about other coupons than the allotments: {_describe(row, 'in a wrong segment')}."
    wrong = await fetching.fetch(statements.WRONG_PLACES, line_id=line.id)
    names = await _name_places(fetching, [int(each.name) for each in wrong])
    for each in wrong:
        found = format_count(each.counted, "coupon")
        yield f"{names[int(each.name)]}: there are {found}, and the stored quantity is {each.stored:,}."
    for segment in await fetching.fetch(statements.SEGMENTS_TO_REPLAY, line_id=line.id):
        async for finding in _replay(fetching, line, segment):
            yield finding


def _describe(row: SpansDifferenceRow, doubled: str) -> str:
    missing, extra = Spans.parse(row.missing), Spans.parse(row.extra)
    parts = []
    if missing:
        parts.append(f"{_serials(missing)} {_are(missing)} missing")
    if extra:
        parts.append(f"{_serials(extra)} {'does' if extra.quantity == 1 else 'do'} not belong to it")
    if row.doubled:
        parts.append(f"{format_count(row.doubled, 'serial')} {'is' if row.doubled == 1 else 'are'} {doubled}")
    return ", ".join(parts)


def _serials(spans: Spans) -> str:
    return f"the {'serial' if spans.quantity == 1 else 'serials'} {spans.describe()}"


def _are(spans: Spans) -> str:
    return "is" if spans.quantity == 1 else "are"


async def _replay(fetching: Fetching, line: VerifiedLineRow, segment: SegmentRow) -> AsyncIterator[str]:
    """Let the movements of a segment happen again, and compare where they lead with where its serials are."""
    replay, after = Replay(line.first_place or 0, Spans.parse(segment.text)), 0
    own = {"line_id": line.id, "segment": segment.segment}
    while parts := await fetching.fetch(statements.PARTS_TO_REPLAY, **own, after=after, limit=_PARTS_AT_ONCE):
        for row in parts:
            absent = replay.move(Part(row.from_place, row.to_place, Spans.parse(row.text)))
            if absent:
                yield f"movement {row.movement_id} took {_serials(absent)}, which were not there."
        after = parts[-1].id
    held = await fetching.fetch(statements.CUSTODY_OF_SEGMENT, **own)
    differences = list(replay.differences({row.place: Spans.parse(row.text) for row in held}))
    names = await _name_places(fetching, [difference.place for difference in differences])
    for difference in differences:
        for finding in _name_difference(difference):
            yield f"{names[difference.place]}: {finding}"


def _name_difference(difference: Difference) -> Iterable[str]:
    if difference.lacking:
        yield f"{_serials(difference.lacking)} should be here by the movements, and {_are(difference.lacking)} not."
    if difference.extra:
        yield f"{_serials(difference.extra)} {_are(difference.extra)} here, and no movement brought them."


async def _name_places(fetching: Fetching, ids: Sequence[int]) -> dict[int, str]:
    rows = await fetching.fetch(statements.PLACE_NAMES, ids=list(ids)) if ids else []
    return {row.id: _name_place(row) for row in rows}


def _name_place(row: PlaceNameRow) -> str:
    where = f"in {row.batch}" if row.batch else f"on hand at leg {row.leg}"
    return f"{row.condition.lower()} coupons {where}"


async def _verify_movements(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    for row in await fetching.fetch(statements.WRONG_QUANTITIES, consignment_id=consignment.id):
        yield f"movement {row.name} states {format_count(row.stored, 'coupon')}, and its parts have {row.counted:,}."
    for faulty in await fetching.fetch(statements.IMPOSSIBLE_MOVEMENTS, consignment_id=consignment.id):
        yield f"movement {faulty.id} leads from or to a place that is impossible for {faulty.kind}."


async def _verify_events(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    for row in await fetching.fetch(statements.MOVEMENTS_WITHOUT_EVENT, consignment_id=consignment.id):
        yield f"movement {row.id} ({row.kind}) does not have exactly one event."
    kinds = sorted(MOVEMENT_KINDS)
    for row in await fetching.fetch(statements.EVENTS_WITHOUT_MOVEMENT, consignment_id=consignment.id, kinds=kinds):
        yield f"there is an event {row.kind} without its movement {row.id}."


async def _verify_batches(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    for row in await fetching.fetch(statements.WRONG_BATCH_LINES, consignment_id=consignment.id):
        yield f"{row.name}: {row.counted:,} coupons were dispatched, and the batch states {row.stored:,}."
    for row in await fetching.fetch(WRONG_RECEIPTS, consignment_id=consignment.id):
        yield f"{row.name}: there are {row.counted:,} by the movements, and the batch states {row.stored:,}."
    for batch in await fetching.fetch(statements.WRONG_BATCHES, consignment_id=consignment.id):
        serials = Spans.parse(batch.missing)
        yield f"{batch.batch}, {batch.sku} is {batch.extra}, and {_serials(serials)} {_are(serials)} still in it."
    for each in await fetching.fetch(statements.WRONG_DISCREPANCIES, consignment_id=consignment.id):
        missing, extra = Spans.parse(each.missing), Spans.parse(each.extra)
        if missing:
            yield f"{each.batch}, {each.sku}: {_serials(missing)} of its discrepancy {_are(missing)} not unresolved."
        if extra:
            yield f"{each.batch}, {each.sku}: {_serials(extra)} {_are(extra)} unresolved without an open discrepancy."


async def _verify_packs(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    for pack in await fetching.fetch(WRONG_PACKS, consignment_id=consignment.id):
        faults = (
            (pack.torn, "its serials are not together"),
            (pack.packed_wrongly, "its movements packed other serials"),
            (pack.opened_wrongly, "it was opened, or it was not, and its movements say otherwise"),
            (pack.carried_wrongly, "it is in a batch that does not list it"),
        )
        for found, sentence in faults:
            if found:
                yield f"pack {pack.sscc}: {sentence}."


async def _verify_state(fetching: Fetching, consignment: VerifiedConsignmentRow) -> AsyncIterator[str]:
    holdings = (await load_holdings(fetching, [consignment.id]))[consignment.id]
    found = await fetching.fetch(statements.STATE_TO_VERIFY, consignment_id=consignment.id)
    if not found:
        yield "its state is not stored."
        return
    (stored,) = found
    derived = derive_state(holdings, canceled=stored.canceled)
    if stored.status != derived.status:
        yield f"it is {derived.status}, and its stored status is {stored.status}."
    if stored.custody_status != derived.custody_status:
        yield f"by custody it is {derived.custody_status}, and {stored.custody_status} is stored."
    if tuple(stored.waiting_legs) != derived.waiting_legs:
        yield f"legs {_legs(derived.waiting_legs)} must act, and legs {_legs(stored.waiting_legs)} are stored."
    if stored.has_discrepancy != stored.discrepancy_open:
        known = "no discrepancy is" if stored.discrepancy_open else "one is"
        yield f"a discrepancy is {'open' if stored.discrepancy_open else 'not open'}, and {known} stored."


def _legs(legs: Iterable[int]) -> str:
    return ", ".join(map(str, legs)) or "none"
