"""The mutation voidReceipt."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from db.consignments.changes import reset_batch_lines, set_batch
from db.consignments.correction_reads import OPEN_DISCREPANCIES_OF_BATCH, PARTS_SINCE_RECEIPT_VOIDED
from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.consignments.discrepancy_changes import resolve_serials
from db.consignments.place_locks import LOCK_PLACES_AROUND_BATCH
from db.consignments.rows import BatchRow, MovedPartRow, PlaceSpansRow
from db.sessions import Writing
from domain.checks import reason_problems
from domain.consignments.facts import BatchStatus, Condition, DiscrepancyKind, MovementKind
from domain.consignments.failures import BATCH_PATH, name_serials
from domain.consignments.guards import BATCH_GUARDS, BatchAction
from domain.events import EventKind
from domain.failures import IllegalState
from domain.spans import Span, Spans
from domain.text import trim_text
from resolvers.consignments.discrepancies import append_event
from resolvers.consignments.locking import Chain, batch_facts, lock_batch, lock_chain
from resolvers.consignments.moving import move_serials
from resolvers.consignments.state import refresh_state
from resolvers.consignments.steps import Occasion, Place, Step, on_hand
from resolvers.consignments.superseding import hold_returned
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid

# By line and condition.
_Moved = Mapping[tuple[UUID, str], Spans]


class VoidReceipt(Struct, frozen=True):
    """Take back the receipts of a batch."""

    batch_id: UUID
    reason: str
    idempotency_key: str


async def void_receipt(operation: Operation, command: VoidReceipt) -> UUID:
    """Put everything that was received of a batch back on its way; return the id of the batch.

    Possible while everything is where the receipt put it. What was recalled since goes back as void. Discrepancies of
    the receipt are resolved. Raises InvalidInput, NotFound, IllegalState and IdempotencyMismatch.
    """
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    async with operation.writing() as session:
        batch = await lock_batch(operation, session, command.batch_id)
        earlier = await claim_key(operation, session, command, result_id=batch.id)
        if earlier:
            return earlier
        chain = await lock_chain(operation, session, batch.consignment_id, path=BATCH_PATH)
        BATCH_GUARDS.check(BatchAction.VOID_RECEIPT, batch_facts(chain, batch), operation.viewer)
        line_ids = [line.id for line in chain.lines]
        await session.fetch(LOCK_PLACES_AROUND_BATCH, line_ids=line_ids, batch_id=batch.id, leg=batch.from_leg + 1)
        received = _sum_up(batch, await session.fetch(PARTS_SINCE_RECEIPT_VOIDED, batch_id=batch.id))
        steps = await _build_steps(session, (chain, batch), received)
        occasion = Occasion(request_id=operation.new_id(), note=reason)
        await move_serials(operation, session, [(chain, step) for step in steps], occasion)
        await hold_returned(operation, session, chain, steps)
        await _close_discrepancies(operation, session, (chain, batch), reason)
        await reset_batch_lines(session, batch.id)
        await set_batch(session, batch.id, {"status": BatchStatus.IN_TRANSIT, "received_at": None})
        await refresh_state(operation, session, chain.id)
    return command.batch_id


def _sum_up(batch: BatchRow, parts: Sequence[MovedPartRow]) -> _Moved:
    """The serials that receipts moved, by line and the condition to which they moved them. Raises IllegalState."""
    if any(part.kind == MovementKind.DISCREPANCY_RESOLVED for part in parts):
        message = f"Operations resolved a discrepancy of {batch.code}, so its receipt can no longer be voided."
        raise IllegalState(message, BATCH_PATH)
    spans: dict[tuple[UUID, str], list[Span]] = {}
    for part in parts:
        spans.setdefault((part.line_id, part.to_condition), []).extend(Spans.parse(part.text))
    return {key: Spans.of(found) for key, found in spans.items()}


async def _build_steps(session: Writing, place: tuple[Chain, BatchRow], received: _Moved) -> list[Step]:
    """The steps that undo the receipts. Raises IllegalState if serials are not where the receipts put them."""
    chain, batch = place
    steps: list[Step] = []
    for (line_id, condition), spans in sorted(received.items()):
        rows = await session.fetch(HOLDERS_OF_SERIALS, line_ids=[line_id], spans=spans.text)
        _require_in_place(chain, batch, Condition(condition), rows)
        steps.extend(_undo((chain, batch), line_id, Condition(condition), rows))
    return steps


def _require_in_place(chain: Chain, batch: BatchRow, condition: Condition, rows: Sequence[PlaceSpansRow]) -> None:
    """Check that serials are where the receipt put them, or void there."""
    there = (
        Place(batch.from_leg, condition, batch.id) if condition is Condition.UNRESOLVED else on_hand(batch.from_leg + 1)
    )
    gone = [
        row
        for row in rows
        if (row.leg, row.batch_id) != (there.leg, there.batch_id) or row.condition not in {condition, Condition.VOID}
    ]
    if gone:
        line, serials = chain.line(gone[0].line_id), Spans.of(span for row in gone for span in row.spans)
        moved = name_serials(serials, line.sku, ("has", "have"))
        message = f"{moved} moved on since {batch.code} was received, so its receipt can no longer be voided."
        raise IllegalState(message, BATCH_PATH)


def _undo(
    place: tuple[Chain, BatchRow], line_id: UUID, condition: Condition, rows: Sequence[PlaceSpansRow]
) -> Iterator[Step]:
    chain, batch = place
    for now in (condition, Condition.VOID):
        spans = Spans.of(span for row in rows if row.condition == now for span in row.spans)
        in_batch = condition is Condition.UNRESOLVED
        # What is void in the batch already stays there; what was received as void is one set, not two.
        if not spans or (in_batch and now is Condition.VOID):
            continue
        yield Step(
            kind=MovementKind.RECEIPT_VOIDED,
            line=chain.line(line_id),
            source=Place(batch.from_leg, now, batch.id) if in_batch else on_hand(batch.from_leg + 1, now),
            target=Place(batch.from_leg, Condition.VOID if now is Condition.VOID else Condition.GOOD, batch.id),
            spans=spans,
            quantity=spans.quantity,
            vendor_ids=(batch.to_vendor_id, batch.from_vendor_id),
            batch_id=batch.id,
            path=BATCH_PATH,
        )
        if condition is Condition.VOID:
            return


async def _close_discrepancies(
    operation: Operation, session: Writing, place: tuple[Chain, BatchRow], reason: str
) -> None:
    note = f"The receipt was voided: {reason}"
    for discrepancy in await session.fetch(OPEN_DISCREPANCIES_OF_BATCH, batch_id=place[1].id):
        resolution = (operation.now, operation.viewer.account_id, note)
        await resolve_serials(session, discrepancy.id, discrepancy.open_spans, resolution)
        if discrepancy.kind == DiscrepancyKind.OVER_SENT:
            await append_event(operation, session, place, EventKind.DISCREPANCY_DISMISSED, discrepancy.id)
