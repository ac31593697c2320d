"""Steps of demo consignments that correct what went wrong: the mutation behind each."""

from datetime import timedelta
from typing import Final

from db.consignments.correction_reads import OPEN_DISCREPANCIES_OF_BATCH
from domain.consignments.facts import Condition, DiscrepancyKind
from domain.spans import Spans
from graphql_api.demo.consignments.consignment_plan import Move
from graphql_api.demo.consignments.progress import ConsignmentProgress
from graphql_api.demo.steps import StepContext
from resolvers.consignments.cancel_consignment import CancelConsignment, cancel_consignment
from resolvers.consignments.report_damage import ReportDamage, report_damage
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from resolvers.consignments.serial_inputs import NamedLine
from resolvers.consignments.update_consignment import UpdateConsignment, update_consignment
from resolvers.consignments.void_coupons import VoidCoupons, void_coupons
from resolvers.consignments.void_dispatch import VoidDispatch, void_dispatch
from resolvers.consignments.void_receipt import VoidReceipt, void_receipt

_WRONG_TRUCK: Final = "The boxes were on the wrong truck and came back before they left the city."
_WRONG_BOX: Final = "The wrong box was counted."
_WET: Final = "Water came into the store during the rains."
_FOUND: Final = "The carrier found one box in its warehouse and could not find the other."
_COUNTED: Final = "Both sides counted again: the box was packed too full."
_RECALLED: Final = "The numbers of this sheet can be read without scratching."
_CANCELED: Final = "The packager closes its line in this month; another consignment replaces this one."


async def void_last_dispatch(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Take back a batch."""
    command = VoidDispatch(progress.batches[move.batch], _WRONG_TRUCK, progress.next_key())
    await void_dispatch(context.operation, command)


async def void_last_receipt(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Take back the receipt of a batch."""
    command = VoidReceipt(progress.batches[move.batch], _WRONG_BOX, progress.next_key())
    await void_receipt(context.operation, command)


async def damage(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Report damaged coupons of the first variant."""
    variant_id, held = (await progress.on_hand(context, move.leg, Condition.GOOD))[0]
    line = NamedLine(variant_id, held.lowest(move.count).spans)
    await report_damage(
        context.operation, ReportDamage(progress.id, (line,), note=_WET, idempotency_key=progress.next_key())
    )


async def resolve(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Find some serials of each open discrepancy of a batch; the others are lost, or were never sent."""
    for row in await context.session.fetch(OPEN_DISCREPANCIES_OF_BATCH, batch_id=progress.batches[move.batch]):
        serials = Spans.parse(row.open_text)
        found = serials.lowest(move.count)
        rest = (serials - found).spans or None
        short = row.kind == DiscrepancyKind.SHORT
        command = ResolveDiscrepancy(
            discrepancy_id=row.id,
            found=found.spans or None,
            damaged=None,
            lost=rest if short else None,
            dismissed=None if short else rest,
            note=_FOUND if short else _COUNTED,
            idempotency_key=progress.next_key(),
        )
        await resolve_discrepancy(context.operation, command)


async def recall(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Recall the lowest coupons of the consignment that are not void, wherever they are."""
    held = [each for each in await progress.held(context) if each.condition is not Condition.VOID]
    serials = Spans.of(span for each in held for span in each.spans).lowest(move.count)
    command = VoidCoupons(
        scheme_id=progress.scheme.live_id,
        serials=serials.spans,
        reason=_RECALLED,
        idempotency_key=progress.next_key(),
    )
    await void_coupons(context.operation, command)


async def postpone(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Postpone the due date of the consignment."""
    due_on = context.clock.today + timedelta(days=move.count)
    command = UpdateConsignment(progress.id, due_on=due_on, idempotency_key=progress.next_key())
    await update_consignment(context.operation, command)


async def cancel(_move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Cancel the consignment."""
    await cancel_consignment(context.operation, CancelConsignment(progress.id, _CANCELED, progress.next_key()))
