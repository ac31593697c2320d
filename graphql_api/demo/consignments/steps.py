"""Steps of demo coupons: the mutation behind each, called for the person who takes the step."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from domain.consignments.facts import Condition
from graphql_api.demo.consignments import corrections, packs
from graphql_api.demo.consignments.consignment_plan import Move, MoveKind
from graphql_api.demo.consignments.progress import ConsignmentProgress
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.steps import StepContext
from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder, create_consignment
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine, receive_batch
from resolvers.consignments.record_production import ProducedLine, RecordProduction, record_production
from resolvers.consignments.serial_inputs import SerialLine
from resolvers.coupons.close_shortfall import CloseShortfall, close_shortfall
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons
from resolvers.schemes.execution import quantities_of_scheme

_ALL_PERCENT: Final = 100
_CLOSED_BECAUSE: Final = "The season is nearly over; the factory does without these few."


async def generate(scheme: SchemeProgress, context: StepContext) -> None:
    """Generate what is missing of each variant."""
    await generate_coupons(context.operation, GenerateCoupons(scheme.live_id))


async def close_shortfalls(scheme: SchemeProgress, context: StepContext) -> None:
    """Do without the coupons that are missing."""
    for each in await quantities_of_scheme(context.session, scheme.live_id):
        if each.shortfall:
            key = f"{scheme.live_id} {each.sku}"
            await close_shortfall(
                context.operation,
                CloseShortfall(scheme.live_id, each.variant_id, reason=_CLOSED_BECAUSE, idempotency_key=key),
            )


async def create(progress: ConsignmentProgress, context: StepContext) -> None:
    """Create the consignment. Chains of the demo may have two printers; Operations has acknowledged what is unusual."""
    plan, scheme = progress.plan, progress.scheme
    wanted = {context.catalog.variants[sku] for sku in context.catalog.skus(plan.products or scheme.plan.products)}
    orders = []
    for each in await quantities_of_scheme(context.session, scheme.live_id):
        quantity = each.available
        if plan.percent is not None:
            quantity = scheme.plan.planned_quantity(each.sku) * plan.percent // 100
        if quantity and each.variant_id in wanted:
            orders.append(LineOrder(each.variant_id, quantity))
    due_on = None if plan.due is None else context.clock.today + timedelta(days=plan.due)
    vendors = tuple(context.catalog.vendors[code] for code in plan.chain)
    command = CreateConsignment(scheme.live_id, vendors, tuple(orders), due_on=due_on, acknowledge_warnings=True)
    progress.id = await create_consignment(context.operation, command)


async def run_move(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    """Call the mutation behind a step. Raises what the mutation raises."""
    await _RUN_MOVE[move.kind](move, progress, context)


async def _produce(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    planned = await progress.on_hand(context, 1, Condition.PLANNED)
    lines = tuple(
        ProducedLine(variant_id, max(1, spans.quantity * move.percent // 100)) for variant_id, spans in planned
    )
    command = RecordProduction(progress.id, lines, occurred_at=None, idempotency_key=progress.next_key())
    await record_production(context.operation, command)


async def _spoil(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    variant_id, planned = (await progress.on_hand(context, 1, Condition.PLANNED))[0]
    line = ProducedLine(variant_id, spoiled_serials=planned.lowest(move.count).spans)
    await record_production(
        context.operation, RecordProduction(progress.id, (line,), occurred_at=None, idempotency_key=progress.next_key())
    )


async def _dispatch(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    held = await progress.on_hand(context, move.leg, Condition.GOOD)
    wanted = [(variant_id, spans.lowest(max(1, spans.quantity * move.percent // 100))) for variant_id, spans in held]
    if move.packs:
        lines = await packs.pack(move, progress, context, wanted)
    else:
        lines = tuple(SerialLine(variant_id, spans.quantity) for variant_id, spans in wanted)
    command = DispatchBatch(
        consignment_id=progress.id,
        lines=lines,
        shipment_reference=f"LR-{context.clock.random.randrange(10**6):06}",
        occurred_at=None,
        idempotency_key=progress.next_key(),
    )
    progress.batches[move.batch] = await dispatch_batch(context.operation, command)


async def _receive(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    lines = []
    for index, (variant_id, sent) in enumerate(await progress.in_batch(context, move.batch, Condition.GOOD)):
        arrived = sent.lowest(max(1, sent.quantity * move.percent // 100))
        if index:
            lines.append(ReceivedLine(variant_id, accepted_serials=arrived.spans, final=move.percent == _ALL_PERCENT))
            continue
        damaged = sent.lowest(move.damaged)
        accepted = (arrived - damaged).lowest(arrived.quantity - move.damaged - move.missing)
        if move.extra:
            # The sender put more into the box than it recorded.
            left = dict(await progress.on_hand(context, move.leg - 1, Condition.GOOD))
            accepted |= left[variant_id].lowest(move.extra)
        lines.append(
            ReceivedLine(
                variant_id,
                accepted_serials=accepted.spans,
                damaged_serials=damaged.spans or None,
                final=move.percent == _ALL_PERCENT,
            )
        )
    command = ReceiveBatch(
        progress.batches[move.batch], tuple(lines), occurred_at=None, idempotency_key=progress.next_key()
    )
    await receive_batch(context.operation, command)


async def _commission(move: Move, progress: ConsignmentProgress, context: StepContext) -> None:
    command = CommissionCoupons(
        consignment_id=progress.id,
        batch_id=progress.batches[move.batch],
        lines=None,
        occurred_at=None,
        idempotency_key=progress.next_key(),
    )
    await commission_coupons(context.operation, command)


_RUN_MOVE: Final[Mapping[MoveKind, Callable[[Move, ConsignmentProgress, StepContext], Awaitable[None]]]] = {
    MoveKind.PRODUCE: _produce,
    MoveKind.SPOIL: _spoil,
    MoveKind.DISPATCH: _dispatch,
    MoveKind.VOID_DISPATCH: corrections.void_last_dispatch,
    MoveKind.RECEIVE: _receive,
    MoveKind.VOID_RECEIPT: corrections.void_last_receipt,
    MoveKind.DAMAGE: corrections.damage,
    MoveKind.RESOLVE: corrections.resolve,
    MoveKind.COMMISSION: _commission,
    MoveKind.RECALL: corrections.recall,
    MoveKind.POSTPONE: corrections.postpone,
    MoveKind.CANCEL: corrections.cancel,
}
