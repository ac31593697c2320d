"""Say why serials cannot be taken from a place: how many there are, or who holds those that were named."""

from typing import NoReturn

from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.consignments.rows import PlaceSpansRow
from db.sessions import TransactionConflict, Writing
from domain.consignments.facts import Condition
from domain.consignments.failures import SerialsNotHeld, exceeded, name_serials
from domain.spans import Spans
from domain.viewers import ConsignmentScope
from resolvers.consignments.locking import Chain
from resolvers.consignments.steps import Step
from resolvers.context import Operation


async def raise_shortage(operation: Operation, session: Writing, chain: Chain, step: Step, available: int) -> NoReturn:
    """Raise QuantityExceeded or SerialsNotHeld for a step that found only `available` of its serials."""
    if step.spans is None:
        raise exceeded(
            sku=step.line.sku,
            requested=step.quantity,
            available=available,
            where=step.phrase,
            path=step.path,
            variant_id=step.line.variant_id,
        )
    rows = await session.fetch(HOLDERS_OF_SERIALS, line_ids=[step.line.id], spans=step.spans.text)
    mine = step.source
    elsewhere = [
        row for row in rows if (row.leg, row.batch_id, row.condition) != (mine.leg, mine.batch_id, mine.condition)
    ]
    outside = step.spans - Spans.of(span for row in rows for span in row.spans)
    if outside:
        reason = f"{name_serials(outside, step.line.sku, ('does', 'do'))} not belong to {chain.code}."
        raise SerialsNotHeld(reason, step.path, variant_id=step.line.variant_id, serials=outside)
    if not elsewhere:
        # They came back in between.
        raise TransactionConflict
    first = elsewhere[0]
    group = [row for row in elsewhere if (row.leg, row.condition) == (first.leg, first.condition)]
    serials = Spans.of(span for row in group for span in row.spans)
    where = _whereabouts(operation, (chain, first), one=serials.quantity == 1)
    message = f"{name_serials(serials, step.line.sku)} not {step.phrase}: {where}."
    raise SerialsNotHeld(message, step.path, variant_id=step.line.variant_id, serials=serials)


def _whereabouts(operation: Operation, place: tuple[Chain, PlaceSpansRow], *, one: bool) -> str:
    """Where serials are, in words; a vendor reads the names of its neighbors only."""
    chain, row = place
    if row.condition in _CONDITIONS:
        return f"{'it is' if one else 'they are'} {_CONDITIONS[Condition(row.condition)]}"
    if row.batch_id is not None:
        vendor = name_vendor(operation, chain, row.leg + 1)
        return f"{'it is on its' if one else 'they are on their'} way to {vendor}"
    return f"{name_vendor(operation, chain, row.leg)} holds {'it' if one else 'them'}"


def name_vendor(operation: Operation, chain: Chain, leg: int) -> str:
    """The name of the vendor at a leg, or “another vendor” if the viewer may not know it."""
    viewer = operation.viewer
    own = viewer.vendor_id in chain.vendor_ids
    if viewer.consignment_scope is not ConsignmentScope.ALL and (
        not own or abs(chain.leg_of(viewer.vendor_id) - leg) > 1
    ):
        return "another vendor"
    return chain.name_of(leg)


_CONDITIONS = {
    Condition.PLANNED: "not produced yet",
    Condition.UNRESOLVED: "part of an open discrepancy",
    Condition.DAMAGED: "damaged",
    Condition.LOST: "lost",
    Condition.VOID: "void",
    Condition.COMMISSIONED: "commissioned",
}
