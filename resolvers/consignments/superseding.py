"""Hold coupons that carry superseded artwork: no product carries two artworks (R16).

What is held is an overlay of ranges, not a place: held serials are received, but neither dispatched nor commissioned.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.artwork.hold_reads import SUPERSEDED_OF_LINES, SUPERSEDED_OF_VARIANT
from db.artwork.hold_rows import SupersededRow
from db.consignments.discrepancy_changes import add_holds
from db.consignments.rows import PlaceSpansRow
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.consignments.events import about_consignment
from domain.consignments.facts import HELD_CONDITIONS, Condition
from domain.consignments.stored_facts import CouponsSuperseded
from domain.events import EventKind
from domain.spans import Spans
from resolvers.consignments.holders import lock_holders
from resolvers.consignments.locking import Chain
from resolvers.consignments.notify import notify_of_superseding
from resolvers.consignments.state import refresh_states
from resolvers.consignments.steps import Step
from resolvers.context import Operation


async def hold_superseded(
    operation: Operation, session: Writing, *, scheme_id: UUID, variant_id: UUID, version: int
) -> int:
    """Open a discrepancy for each line whose coupons were printed with an older version; return how many they hold.

    Only good and unresolved coupons are held, wherever they are. Those that are commissioned already are reported. The
    caller has locked the artwork of the variant alone and made `version` the current one.
    """
    lines = await session.fetch(SUPERSEDED_OF_VARIANT, scheme_id=scheme_id, variant_id=variant_id)
    places = await lock_holders(session, [line.line_id for line in lines], _unheld(lines))
    held = {line.line_id: _in(places, line.line_id, *HELD_CONDITIONS) for line in lines}
    await _open(operation, session, scheme_id, [line for line in lines if held[line.line_id]], places)
    commissioned = sum(_in(places, line.line_id, Condition.COMMISSIONED).quantity for line in lines)
    quantity = sum(spans.quantity for spans in held.values())
    if quantity or commissioned:
        fact = CouponsSuperseded(
            sku=lines[0].sku,
            version=version,
            codes=tuple(
                line.code for line in lines if _in(places, line.line_id, Condition.COMMISSIONED, *HELD_CONDITIONS)
            ),
            held=quantity,
            commissioned=commissioned,
        )
        await notify_of_superseding(operation, session, scheme_id, fact)
    return quantity


async def hold_returned(operation: Operation, session: Writing, chain: Chain, steps: Sequence[Step]) -> None:
    """Hold serials that are good again after their damage was taken back, if they carry superseded artwork.

    The caller has moved them, and locks their places.
    """
    returned = [step for step in steps if step.source.condition is Condition.DAMAGED and step.spans is not None]
    if not returned:
        return
    line_ids = sorted({step.line.id for step in returned})
    lines = await session.fetch(SUPERSEDED_OF_LINES, line_ids=line_ids)
    back = Spans.of(span for step in returned for span in step.spans or ())
    places = await lock_holders(session, line_ids, _unheld(lines) & back)
    found = [line for line in lines if _in(places, line.line_id, *HELD_CONDITIONS)]
    await _open(operation, session, chain.scheme_id, found, places)


def _unheld(lines: Sequence[SupersededRow]) -> Spans:
    return Spans.of(span for line in lines for span in line.unheld_spans)


def _in(places: Sequence[PlaceSpansRow], line_id: UUID, *conditions: Condition) -> Spans:
    """The serials of a line in one of these conditions."""
    return Spans.of(
        span for row in places if row.line_id == line_id and row.condition in conditions for span in row.spans
    )


async def _open(
    operation: Operation,
    session: Writing,
    scheme_id: UUID,
    lines: Sequence[SupersededRow],
    places: Sequence[PlaceSpansRow],
) -> None:
    """Open a discrepancy of each line about its serials at the places, with an event for the vendors concerned."""
    if not lines:
        return
    ids = {line.line_id: operation.new_id() for line in lines}
    await add_holds(session, [_row(operation, line, ids, places) for line in lines])
    events = [
        NewEvent(
            EventKind.COUPONS_HELD,
            ids[line.line_id],
            about_consignment(
                scheme_id=scheme_id, consignment_id=line.consignment_id, vendor_ids=_vendors(line, places)
            ),
        )
        for line in lines
    ]
    await append_events(session, events, operation.now)
    await refresh_states(operation, session, sorted({line.consignment_id for line in lines}))


def _row(
    operation: Operation, line: SupersededRow, ids: Mapping[UUID, UUID], places: Sequence[PlaceSpansRow]
) -> dict[str, object]:
    return {
        "id": ids[line.line_id],
        "consignment_id": line.consignment_id,
        "line_id": line.line_id,
        "vendor_id": line.vendor_ids[0],
        "artwork_version": line.version,
        "spans": _in(places, line.line_id, *HELD_CONDITIONS),
        "opened_at": operation.now,
    }


def _vendors(line: SupersededRow, places: Sequence[PlaceSpansRow]) -> list[UUID]:
    """The vendor that printed, and those that have held serials or that batches bring some."""
    legs = {
        row.leg + (row.batch_id is not None)
        for row in places
        if row.line_id == line.line_id and row.condition in HELD_CONDITIONS
    }
    return [line.vendor_ids[leg - 1] for leg in sorted({1, *legs})]
