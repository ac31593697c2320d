"""The mutation reportDamage."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from domain.checks import note_problems
from domain.consignments.facts import Condition, MovementKind
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.failures import Problem
from domain.spans import Spans
from domain.text import trim_text
from resolvers.consignments.locking import Chain, Line, lock_own_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.named_packs import Named, expand_on_hand, name_lines
from resolvers.consignments.serial_inputs import NamedLine, find_lines, named_line_problems
from resolvers.consignments.steps import Occasion, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid


class ReportDamage(Struct, frozen=True):
    """Coupons on hand that were damaged after they were produced or received."""

    consignment_id: UUID
    lines: tuple[NamedLine, ...]
    note: str
    idempotency_key: str


async def report_damage(operation: Operation, command: ReportDamage) -> UUID:
    """Record damaged coupons, always by serial or pack: they move nowhere any more. Return the id of the consignment.

    Raises InvalidInput, NotFound, IllegalState, SerialsNotHeld, PackNotHeld and
    IdempotencyMismatch.
    """
    reject_invalid(_problems(command))
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=command.consignment_id)
        if earlier:
            return earlier
        chain, leg = await lock_own_chain(operation, session, command.consignment_id)
        CONSIGNMENT_GUARDS.check(ConsignmentAction.REPORT_DAMAGE, chain.facts, operation.viewer)
        lines = find_lines(chain, [line.variant_id for line in command.lines])
        named = name_lines(command.lines, lines)
        chosen = await expand_on_hand(operation, session, (chain, leg), named, only_good=True)
        steps = [_step(chain, leg, item) for item in zip(named, lines, chosen, strict=True)]
        occasion = Occasion(request_id=operation.new_id(), note=trim_text(command.note))
        await record_movements(operation, session, chain, steps, occasion)
    return command.consignment_id


def _problems(command: ReportDamage) -> Iterator[Problem]:
    yield from named_line_problems(command.lines)
    yield from note_problems(command.note)


def _step(chain: Chain, leg: int, item: tuple[Named, Line, Spans]) -> Step:
    named, line, serials = item
    return Step(
        kind=MovementKind.DAMAGED,
        line=line,
        source=on_hand(leg),
        target=on_hand(leg, Condition.DAMAGED),
        spans=serials,
        quantity=serials.quantity,
        vendor_ids=(chain.vendor_of(leg),),
        path=named.full_path,
    )
