"""The mutation unpackPacks."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.consignments.pack_reads import LOCK_PLACES_ON_HAND
from domain.consignments.facts import MovementKind
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.consignments.packs import PackPlace, pack_list_problems
from domain.consignments.ranges import occurrence_problems
from domain.failures import Problem
from resolvers.consignments.locking import lock_own_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.named_packs import Named, find_packs
from resolvers.consignments.pack_moves import open_packs
from resolvers.consignments.steps import Occasion, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid


class UnpackPacks(Struct, frozen=True):
    """Open packs on hand. Their coupons stay where they are."""

    consignment_id: UUID
    packs: tuple[str, ...]
    occurred_at: datetime | None
    idempotency_key: str


async def unpack_packs(operation: Operation, command: UnpackPacks) -> UUID:
    """Open packs that the vendor has on hand, and return the id of the request.

    Raises InvalidInput, NotFound, IllegalState, PackNotHeld, OccurredTooEarly and IdempotencyMismatch.
    """
    reject_invalid(_problems(command, operation.now))
    request_id = operation.new_id()
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=request_id)
        if earlier:
            return earlier
        chain, leg = await lock_own_chain(operation, session, command.consignment_id)
        CONSIGNMENT_GUARDS.check(ConsignmentAction.UNPACK_PACKS, chain.facts, operation.viewer)
        await session.fetch(LOCK_PLACES_ON_HAND, line_ids=[line.id for line in chain.lines], leg=leg)
        here = PackPlace(leg, None)
        named = Named(line=None, serials=None, packs=command.packs, path=())
        found = await find_packs(operation, session, chain, [named], places=(here,), phrase="on hand")
        torn = {
            row.id: (
                (
                    chain,
                    Step(
                        kind=MovementKind.UNPACKED,
                        line=chain.line(row.line_id),
                        source=on_hand(leg),
                        target=on_hand(leg),
                        spans=row.spans,
                        quantity=row.quantity,
                        vendor_ids=(chain.vendor_of(leg),),
                        path=("input", "packs"),
                    ),
                ),
                here,
            )
            for row in found.values()
        }
        steps = [step for _, step in await open_packs(operation, session, torn)]
        occasion = Occasion(request_id=request_id, occurred_at=command.occurred_at)
        await record_movements(operation, session, chain, steps, occasion)
    return request_id


def _problems(command: UnpackPacks, now: datetime) -> Iterator[Problem]:
    yield from occurrence_problems(command.occurred_at, now)
    yield from pack_list_problems(command.packs, ("packs",))
