"""The mutation voidDispatch."""

from uuid import UUID

from msgspec import Struct

from db.consignments.changes import set_batch
from db.consignments.custody_reads import PLACES_OF_BATCH
from db.consignments.place_locks import LOCK_PLACES_AROUND_BATCH
from db.consignments.rows import BatchRow, PlaceRow
from domain.checks import reason_problems
from domain.consignments.facts import BatchStatus, Condition, MovementKind
from domain.consignments.failures import BATCH_PATH
from domain.consignments.guards import BATCH_GUARDS, BatchAction
from domain.text import trim_text
from resolvers.consignments.locking import Chain, batch_facts, lock_batch, lock_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.notify import notify_of_voided_dispatch
from resolvers.consignments.steps import Occasion, Place, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid


class VoidDispatch(Struct, frozen=True):
    """Take back a batch of which nothing is received."""

    batch_id: UUID
    reason: str
    idempotency_key: str


async def void_dispatch(operation: Operation, command: VoidDispatch) -> UUID:
    """Bring exactly the serials of a batch back to its sender, recalled ones too; return the id of the batch.

    Raises InvalidInput, NotFound, IllegalState and IdempotencyMismatch.
    """
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    async with operation.writing() as session:
        batch = await lock_batch(operation, session, command.batch_id)
        earlier = await claim_key(operation, session, command, result_id=batch.id)
        if earlier:
            return earlier
        chain = await lock_chain(operation, session, batch.consignment_id, path=BATCH_PATH)
        BATCH_GUARDS.check(BatchAction.VOID_DISPATCH, batch_facts(chain, batch), operation.viewer)
        line_ids = [line.id for line in chain.lines]
        await session.fetch(LOCK_PLACES_AROUND_BATCH, line_ids=line_ids, batch_id=batch.id, leg=batch.from_leg)
        places = await session.fetch(PLACES_OF_BATCH, batch_id=batch.id)
        steps = [_step(chain, batch, place) for place in sorted(places, key=lambda place: place.id)]
        occasion = Occasion(request_id=operation.new_id(), note=reason)
        await record_movements(operation, session, chain, steps, occasion)
        voided = {"status": BatchStatus.VOIDED, "voided_at": operation.now, "void_reason": reason}
        await set_batch(session, batch.id, voided)
        await notify_of_voided_dispatch(operation, session, chain, batch, reason)
    return command.batch_id


def _step(chain: Chain, batch: BatchRow, place: PlaceRow) -> Step:
    """All serials of a place of the batch: while nothing is received they are good or recalled."""
    condition = Condition(place.condition)
    return Step(
        kind=MovementKind.DISPATCH_VOIDED,
        line=chain.line(place.line_id),
        source=Place(batch.from_leg, condition, batch.id),
        target=on_hand(batch.from_leg, condition),
        spans=None,
        quantity=place.quantity,
        vendor_ids=(batch.from_vendor_id, batch.to_vendor_id),
        batch_id=batch.id,
        path=BATCH_PATH,
        phrase="on the way",
    )
