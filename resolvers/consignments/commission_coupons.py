"""The mutation commissionCoupons."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.consignments.custody_reads import SERIALS_OF_BATCH_ON_HAND
from db.consignments.rows import BatchRow
from db.sessions import TransactionConflict, Writing
from domain.consignments.facts import Condition, MovementKind
from domain.consignments.failures import BATCH_PATH, NothingToDo, SerialsNotHeld
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.consignments.ranges import occurrence_problems
from domain.failures import NotFound, Path, Problem, UserErrorCode
from domain.spans import Span, Spans
from resolvers.consignments.artwork_holds import require_commissionable
from resolvers.consignments.locking import Chain, Line, lock_batch, lock_own_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.named_packs import expand_on_hand, name_lines
from resolvers.consignments.serial_inputs import NamedLine, find_lines, named_line_problems
from resolvers.consignments.steps import Occasion, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid


class CommissionCoupons(Struct, frozen=True):
    """Activate coupons that the last vendor has put into products: of a whole batch, or the named serials and packs."""

    consignment_id: UUID
    batch_id: UUID | None
    lines: tuple[NamedLine, ...] | None
    occurred_at: datetime | None
    idempotency_key: str


async def commission_coupons(operation: Operation, command: CommissionCoupons) -> UUID:
    """Commission coupons on hand at the last leg, so that ECPs can redeem them; return the id of the consignment.

    A quantity alone never does: it would not say which coupons pay. Raises InvalidInput, NotFound, IllegalState,
    NothingToDo, SerialsHeld, SerialsNotHeld, PackNotHeld, OccurredTooEarly and IdempotencyMismatch.
    """
    reject_invalid(_problems(command, operation.now))
    async with operation.writing() as session:
        batch = None if command.batch_id is None else await lock_batch(operation, session, command.batch_id)
        earlier = await claim_key(operation, session, command, result_id=command.consignment_id)
        if earlier:
            return earlier
        chain, leg = await lock_own_chain(operation, session, command.consignment_id, artworks=True)
        CONSIGNMENT_GUARDS.check(ConsignmentAction.COMMISSION, chain.facts, operation.viewer)
        chosen = await _choose(operation, session, (chain, batch), command)
        steps = [_step(chain, leg, item) for item in chosen]
        await require_commissionable(session, steps)
        occasion = Occasion(request_id=operation.new_id(), occurred_at=command.occurred_at)
        try:
            await record_movements(operation, session, chain, steps, occasion)
        except SerialsNotHeld as moved:
            if batch is None:
                raise
            # The serials of the batch were on hand a moment ago: choose again.
            raise TransactionConflict from moved
    return command.consignment_id


def _problems(command: CommissionCoupons, now: datetime) -> Iterator[Problem]:
    yield from occurrence_problems(command.occurred_at, now)
    if (command.batch_id is None) is (command.lines is None):
        message = "Name either a batch or the serials of coupons."
        code = UserErrorCode.REQUIRED if command.lines is None else UserErrorCode.CONFLICT
        yield Problem(code, message, ("lines",))
    if command.lines is not None:
        yield from named_line_problems(command.lines)


async def _choose(
    operation: Operation, session: Writing, place: tuple[Chain, BatchRow | None], command: CommissionCoupons
) -> list[tuple[Line, Spans, UUID | None, Path]]:
    """The serials of each line, with the batch that they came in if it was named, and the path that names them."""
    chain, batch = place
    if command.lines is not None:
        lines = find_lines(chain, [line.variant_id for line in command.lines])
        named = name_lines(command.lines, lines)
        found = await expand_on_hand(operation, session, (chain, chain.last_leg), named, only_good=True)
        return [(line, spans, None, each.full_path) for each, line, spans in zip(named, lines, found, strict=True)]
    if batch is None or batch.consignment_id != chain.id or batch.from_leg + 1 != chain.last_leg:
        raise NotFound("batch", BATCH_PATH)
    rows = await session.fetch(SERIALS_OF_BATCH_ON_HAND, batch_id=batch.id, leg=chain.last_leg)
    arrived: dict[UUID, list[Span]] = {}
    for row in rows:
        arrived.setdefault(row.line_id, []).extend(row.spans)
    if not arrived:
        raise NothingToDo(f"Nothing of {batch.code} is on hand to commission.", BATCH_PATH)
    return [
        (chain.line(line_id), Spans.of(ranges), batch.id, BATCH_PATH) for line_id, ranges in sorted(arrived.items())
    ]


def _step(chain: Chain, leg: int, item: tuple[Line, Spans, UUID | None, Path]) -> Step:
    line, spans, batch_id, path = item
    return Step(
        kind=MovementKind.COMMISSIONED,
        line=line,
        source=on_hand(leg),
        target=on_hand(leg, Condition.COMMISSIONED),
        spans=spans,
        quantity=spans.quantity,
        vendor_ids=(chain.vendor_of(leg),),
        batch_id=batch_id,
        path=path,
    )
