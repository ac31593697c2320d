"""Open discrepancies between what was sent and what arrived."""

from uuid import UUID

from db.consignments.correction_reads import OPEN_DISCREPANCIES_OF_BATCH
from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.consignments.discrepancy_changes import add_discrepancy
from db.consignments.rows import BatchRow
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.consignments.events import about_consignment
from domain.consignments.facts import Condition, DiscrepancyKind, MovementKind
from domain.consignments.failures import SerialsNotHeld, name_serials
from domain.events import EventKind
from domain.failures import Path
from domain.spans import Spans
from resolvers.consignments.locking import Chain, Line
from resolvers.consignments.shortages import raise_shortage
from resolvers.consignments.steps import Place, Step, on_hand
from resolvers.context import Operation


async def require_held_by_sender(
    operation: Operation, session: Writing, chain: Chain, claim: tuple[BatchRow, Line, Spans], *, path: Path
) -> None:
    """Check that serials that arrived without having been sent are on hand at the sender.

    Serials that somebody else holds cannot have arrived, and those of an open discrepancy are known. Raises
    SerialsNotHeld.
    """
    batch, line, serials = claim
    if not serials:
        return
    opened = await session.fetch(OPEN_DISCREPANCIES_OF_BATCH, batch_id=batch.id)
    known = [row.open_spans for row in opened if (row.line_id, row.kind) == (line.id, DiscrepancyKind.OVER_SENT)]
    if again := serials & Spans.of(span for spans in known for span in spans):
        message = f"{name_serials(again, line.sku)} reported already: a discrepancy of {batch.code} is open about this."
        raise SerialsNotHeld(message, path, variant_id=line.variant_id, serials=again)
    rows = await session.fetch(HOLDERS_OF_SERIALS, line_ids=[line.id], spans=serials.text)
    at_sender = (batch.from_leg, None, Condition.GOOD)
    held = Spans.of(span for row in rows if (row.leg, row.batch_id, row.condition) == at_sender for span in row.spans)
    if held != serials:
        step = Step(
            kind=MovementKind.RECEIVED,
            line=line,
            source=on_hand(batch.from_leg),
            target=Place(batch.from_leg, Condition.GOOD, batch.id),
            spans=serials,
            quantity=serials.quantity,
            vendor_ids=(batch.to_vendor_id,),
            path=path,
            phrase=f"in {batch.code}",
        )
        await raise_shortage(operation, session, chain, step, held.quantity)


async def open_discrepancy(  # noqa: PLR0913 - the parts of a discrepancy, by name
    operation: Operation,
    session: Writing,
    place: tuple[Chain, BatchRow, Line],
    *,
    kind: DiscrepancyKind,
    spans: Spans,
    vendor_id: UUID,
) -> None:
    """Open a discrepancy of a line of a batch about these serials.

    Missing serials move with an event; those that were not sent move nowhere, so their discrepancy has its own.
    """
    chain, batch, line = place
    discrepancy_id = operation.new_id()
    if kind is DiscrepancyKind.OVER_SENT:
        await append_event(operation, session, (chain, batch), EventKind.OVER_SENT_REPORTED, discrepancy_id)
    await add_discrepancy(
        session,
        discrepancy_id=discrepancy_id,
        kind=kind,
        consignment_id=chain.id,
        line_id=line.id,
        batch_id=batch.id,
        vendor_id=vendor_id,
        spans=spans,
        at=operation.now,
    )


async def append_event(
    operation: Operation, session: Writing, place: tuple[Chain, BatchRow], kind: EventKind, discrepancy_id: UUID
) -> None:
    """Append an event of a discrepancy with which nothing moves."""
    chain, batch = place
    subjects = about_consignment(
        scheme_id=chain.scheme_id, consignment_id=chain.id, vendor_ids=(batch.from_vendor_id, batch.to_vendor_id)
    )
    await append_events(session, [NewEvent(kind, discrepancy_id, subjects)], operation.now)
