"""The mutation dispatchBatch."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.consignments.changes import add_batch
from db.consignments.reads import NEXT_BATCH_NUMBER
from db.consignments.rows import BatchRow
from db.sessions import TransactionConflict, Writing
from domain.checks import text_problems
from domain.consignments.facts import BatchStatus, Condition, MovementKind
from domain.consignments.failures import SerialsNotHeld
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.consignments.ranges import occurrence_problems
from domain.failures import Problem
from domain.spans import Spans
from domain.text import trim_text
from resolvers.consignments.artwork_holds import require_dispatchable
from resolvers.consignments.locking import Chain, Line, lock_own_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.named_packs import Named, expand_on_hand, name_lines
from resolvers.consignments.notify import notify_of_dispatch
from resolvers.consignments.serial_inputs import SerialLine, find_lines, line_problems
from resolvers.consignments.steps import Occasion, Place, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid

_REFERENCE_LENGTH: Final = (0, 120)


class DispatchBatch(Struct, frozen=True):
    """Send coupons on hand to the next vendor of the chain, by number, by serial, or by pack."""

    consignment_id: UUID
    lines: tuple[SerialLine, ...]
    shipment_reference: str | None
    occurred_at: datetime | None
    idempotency_key: str


async def dispatch_batch(operation: Operation, command: DispatchBatch) -> UUID:
    """Send a batch to the next vendor and return its id.

    A quantity takes the lowest serials on hand that are not held, and packs that the batch does not take whole are
    opened. Raises InvalidInput, NotFound, IllegalState, ArtworkBlocked, SerialsHeld, QuantityExceeded, SerialsNotHeld,
    PackNotHeld, OccurredTooEarly and IdempotencyMismatch.
    """
    reject_invalid(_problems(command, operation.now))
    batch_id = operation.new_id()
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=batch_id)
        if earlier:
            return earlier
        chain, leg = await lock_own_chain(operation, session, command.consignment_id, artworks=True)
        CONSIGNMENT_GUARDS.check(ConsignmentAction.DISPATCH, chain.facts, operation.viewer)
        lines = find_lines(chain, [line.variant_id for line in command.lines])
        named = name_lines(command.lines, lines)
        chosen = await expand_on_hand(operation, session, (chain, leg), named)
        asked = [_step(chain, leg, batch_id, item) for item in zip(command.lines, named, lines, chosen, strict=True)]
        steps = await require_dispatchable(operation, session, asked)
        quantities = {step.line.id: step.quantity for step in steps}
        batch = await _build_batch(operation, session, (chain, leg, batch_id), command)
        await add_batch(session, batch, quantities)
        occasion = Occasion(request_id=batch_id, occurred_at=command.occurred_at)
        try:
            await record_movements(operation, session, chain, steps, occasion)
        except SerialsNotHeld as moved:
            if steps == asked:
                raise
            # The serials that are not held were on hand a moment ago: choose again.
            raise TransactionConflict from moved
        await notify_of_dispatch(operation, session, chain, batch, sum(quantities.values()))
    return batch_id


def _problems(command: DispatchBatch, now: datetime) -> Iterator[Problem]:
    yield from line_problems(command.lines)
    yield from occurrence_problems(command.occurred_at, now)
    yield from text_problems(
        command.shipment_reference, ("shipmentReference",), "The shipment reference", _REFERENCE_LENGTH
    )


async def _build_batch(
    operation: Operation, session: Writing, place: tuple[Chain, int, UUID], command: DispatchBatch
) -> BatchRow:
    """Codes of batches may have gaps, so that vendors who dispatch at the same time do not wait for each other."""
    chain, leg, batch_id = place
    (number,) = await session.fetch(NEXT_BATCH_NUMBER)
    year = (await operation.calendar()).day_of(operation.now).year
    return BatchRow(
        id=batch_id,
        code=f"BAT-{year}-{number:06}",
        consignment_id=chain.id,
        from_leg=leg,
        from_vendor_id=chain.vendor_of(leg),
        to_vendor_id=chain.vendor_of(leg + 1),
        status=BatchStatus.IN_TRANSIT,
        shipment_reference=trim_text(command.shipment_reference or "") or None,
        dispatched_at=command.occurred_at or operation.now,
        received_at=None,
        voided_at=None,
        void_reason=None,
    )


def _step(chain: Chain, leg: int, batch_id: UUID, item: tuple[SerialLine, Named, Line, Spans]) -> Step:
    given, named, line, spans = item
    serials = spans if given.quantity is None else None
    return Step(
        kind=MovementKind.DISPATCHED,
        line=line,
        source=on_hand(leg),
        target=Place(leg, Condition.GOOD, batch_id),
        spans=serials,
        quantity=given.quantity or spans.quantity,
        vendor_ids=(chain.vendor_of(leg), chain.vendor_of(leg + 1)),
        batch_id=batch_id,
        path=("input", *named.path, "quantity") if serials is None else named.full_path,
    )
