"""Statements that read the facts that guards of consignments and batches check."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, any_, case, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable, MovementPartTable, MovementTable
from db.consignments.pack_tables import PackTable
from db.consignments.tables import BatchTable, ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable
from db.consignments.view_rows import BatchFactsRow, ChainFactsRow
from db.statement import Statement, uuid, uuids
from domain.consignments.facts import BatchStatus, Condition, MovementKind

_IN_BATCH: Final = CustodyPlaceTable.batch_id.is_not(None)


def _packed() -> Any:
    """How many serials of a consignment are in packs on hand at a leg."""
    line = aliased(ConsignmentLineTable)
    return (
        select(func.coalesce(func.sum(PackTable.quantity), 0).cast(BigInteger))
        .select_from(line)
        .join(PackTable, PackTable.line_id == line.id)
        .where(
            line.consignment_id == ConsignmentTable.id,
            PackTable.unpacked_at.is_(None),
            PackTable.batch_id.is_(None),
            PackTable.leg == CustodyPlaceTable.leg,
        )
        .correlate(ConsignmentTable, CustodyPlaceTable)
        .scalar_subquery()
    )


CHAIN_FACTS = Statement(
    select(
        *columns(
            ConsignmentTable,
            ChainFactsRow,
            canceled=ConsignmentTable.canceled_at.is_not(None),
            vendor_ids=select(
                func.array_agg(aggregate_order_by(ConsignmentLegTable.vendor_id, ConsignmentLegTable.position))
            )
            .where(ConsignmentLegTable.consignment_id == ConsignmentTable.id)
            .scalar_subquery(),
            leg=CustodyPlaceTable.leg,
            in_batch=_IN_BATCH,
            condition=CustodyPlaceTable.condition,
            quantity=func.coalesce(func.sum(CustodyPlaceTable.quantity), 0).cast(BigInteger),
            packed=_packed(),
        )
    )
    .select_from(ConsignmentTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
    .outerjoin(
        CustodyPlaceTable,
        and_(CustodyPlaceTable.line_id == ConsignmentLineTable.id, CustodyPlaceTable.quantity > 0),
    )
    .where(ConsignmentTable.id == any_(uuids("ids")))
    .group_by(ConsignmentTable.id, CustodyPlaceTable.leg, _IN_BATCH, CustodyPlaceTable.condition),
    ChainFactsRow,
)


def _of_kinds(kind: Any, *kinds: MovementKind) -> ColumnElement[bool]:
    return or_(*(kind == each.value for each in kinds))


def _last_voiding() -> Any:
    """The last part of the receipt that was voided last; parts are in the order of recording."""
    voiding, part = aliased(MovementTable), aliased(MovementPartTable)
    return (
        select(func.coalesce(func.max(part.id), 0))
        .select_from(voiding)
        .join(part, part.movement_id == voiding.id)
        .where(voiding.batch_id == BatchTable.id, voiding.kind == MovementKind.RECEIPT_VOIDED.value)
        .correlate(BatchTable)
        .scalar_subquery()
    )


def _still_there() -> ColumnElement[bool]:
    """Whether the serials of a part are at the place where its movement put them, or void there."""
    target, place = aliased(CustodyPlaceTable), aliased(CustodyPlaceTable)
    held = (
        select(func.range_agg(CustodyTable.spans))
        .select_from(target)
        .join(
            place,
            and_(
                place.line_id == target.line_id,
                place.leg == target.leg,
                place.batch_id.is_not_distinct_from(target.batch_id),
                or_(place.condition == target.condition, place.condition == Condition.VOID.value),
            ),
        )
        .join(CustodyTable, and_(CustodyTable.place_id == place.id, CustodyTable.segment == MovementPartTable.segment))
        .where(target.id == MovementTable.to_place_id)
        .correlate(MovementTable, MovementPartTable)
        .scalar_subquery()
    )
    return func.coalesce(MovementPartTable.spans.bool_op("<@")(held), false())


_MOVED_ON: Final = (
    exists()
    .where(
        MovementTable.batch_id == BatchTable.id,
        MovementPartTable.movement_id == MovementTable.id,
        MovementPartTable.id > _last_voiding(),
        or_(
            and_(
                MovementTable.kind == MovementKind.DISCREPANCY_RESOLVED.value,
                MovementTable.to_condition != Condition.VOID.value,
            ),
            and_(
                _of_kinds(MovementTable.kind, MovementKind.RECEIVED, MovementKind.DAMAGED, MovementKind.SHORT),
                ~_still_there(),
            ),
        ),
    )
    .correlate(BatchTable)
)
# Only the receiver, the vendor of the parameter `viewer_vendor_id`, asks whether a receipt can still be voided.
BATCH_FACTS = Statement(
    select(
        *columns(
            BatchTable,
            BatchFactsRow,
            consignment=ConsignmentTable.code,
            canceled=ConsignmentTable.canceled_at.is_not(None),
            moved_on=case(
                (
                    and_(
                        BatchTable.to_vendor_id == uuid("viewer_vendor_id"),
                        or_(
                            BatchTable.status == BatchStatus.RECEIVED.value,
                            BatchTable.status == BatchStatus.PARTLY_RECEIVED.value,
                        ),
                    ),
                    _MOVED_ON,
                ),
                else_=false(),
            ),
        )
    )
    .select_from(BatchTable)
    .join(ConsignmentTable, ConsignmentTable.id == BatchTable.consignment_id)
    .where(BatchTable.id == any_(uuids("ids"))),
    BatchFactsRow,
)
