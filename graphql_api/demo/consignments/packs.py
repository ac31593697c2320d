"""Packs of demo coupons."""

from collections.abc import Sequence
from uuid import UUID

from db.consignments.pack_reads import PACKS_OF_SERIALS
from db.consignments.reads import LINES_BY_CONSIGNMENT
from domain.consignments.packs import MOST_PACKS
from domain.spans import Spans
from graphql_api.demo.consignments.consignment_plan import Move
from graphql_api.demo.consignments.progress import ConsignmentProgress
from graphql_api.demo.steps import StepContext
from resolvers.consignments.declare_packs import DeclarePacks, NewPack, declare_packs
from resolvers.consignments.serial_inputs import SerialLine


async def pack(
    move: Move, progress: ConsignmentProgress, context: StepContext, wanted: Sequence[tuple[UUID, Spans]]
) -> tuple[SerialLine, ...]:
    """Pack coupons, and return the lines of a batch that name the packs."""
    new = tuple(
        NewPack(variant_id, part.spans)
        for variant_id, spans in wanted
        for part in _divide(spans, move.packs, MOST_PACKS // len(wanted))
    )
    command = DeclarePacks(progress.id, new, occurred_at=None, idempotency_key=progress.next_key())
    await declare_packs(context.operation, command)
    line_ids = {row.variant.id: row.id for row in await context.session.fetch(LINES_BY_CONSIGNMENT, ids=[progress.id])}
    lines = []
    for variant_id, spans in wanted:
        own = {"line_id": line_ids[variant_id], "spans": spans.text}
        codes = sorted(row.sscc for row in await context.session.fetch(PACKS_OF_SERIALS, **own))
        lines.append(SerialLine(variant_id, packs=tuple(codes)))
    return tuple(lines)


def _divide(spans: Spans, size: int, most: int) -> Sequence[Spans]:
    """Parts of so many serials, or of more if there would be too many parts."""
    size = max(size, -(-spans.quantity // most))
    parts = []
    while spans:
        parts.append(spans.lowest(size))
        spans -= parts[-1]
    return parts
