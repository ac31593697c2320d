"""Statements that read what corrections need: receipts that can be taken back, discrepancies, and recalls."""

from typing import Final

from sqlalchemy import BigInteger, Text, and_, any_, cast, func, or_, select
from sqlalchemy.orm import aliased

from db.columns import columns, scalar
from db.consignments.custody_reads import spans
from db.consignments.custody_tables import CustodyPlaceTable, MovementPartTable, MovementTable
from db.consignments.rows import AllottedRow, DiscrepancyRow, MovedPartRow, RecallHolderRow
from db.consignments.tables import AllotmentTable, ConsignmentLineTable, DiscrepancyTable
from db.coupons.tables import CouponRunTable
from db.statement import Statement, uuid, uuids
from domain.consignments.facts import Condition, MovementKind

DISCREPANCY_COLUMNS: Final = columns(
    DiscrepancyTable,
    DiscrepancyRow,
    variant_id=ConsignmentLineTable.variant_id,
    spans_text=cast(DiscrepancyTable.spans, Text),
    open_text=cast(DiscrepancyTable.open_spans, Text),
)
_DISCREPANCIES: Final = (
    select(*DISCREPANCY_COLUMNS)
    .select_from(DiscrepancyTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == DiscrepancyTable.line_id)
)
DISCREPANCY_BY_ID = Statement(_DISCREPANCIES.where(DiscrepancyTable.id == uuid("id")), DiscrepancyRow)
OPEN_DISCREPANCIES_OF_BATCH = Statement(
    _DISCREPANCIES.where(DiscrepancyTable.batch_id == uuid("batch_id"), DiscrepancyTable.resolved_at.is_(None)),
    DiscrepancyRow,
)
_PART, _VOIDING_PART = aliased(MovementPartTable), aliased(MovementPartTable)
_VOIDING: Final = aliased(MovementTable)
_OF_RECEIPT: Final = or_(
    MovementTable.kind == MovementKind.RECEIVED.value,
    MovementTable.kind == MovementKind.DAMAGED.value,
    MovementTable.kind == MovementKind.SHORT.value,
    # What Operations scrapped became void where it was, as by a recall.
    and_(
        MovementTable.kind == MovementKind.DISCREPANCY_RESOLVED.value,
        MovementTable.to_condition != Condition.VOID.value,
    ),
)
# What receipts of a batch did since the last one was taken back, and Operations after them. Parts are in the order of
# recording.
PARTS_SINCE_RECEIPT_VOIDED = Statement(
    select(
        *columns(
            MovementTable,
            MovedPartRow,
            text=cast(_PART.spans, Text),
        )
    )
    .select_from(MovementTable)
    .join(_PART, _PART.movement_id == MovementTable.id)
    .where(
        MovementTable.batch_id == uuid("batch_id"),
        _OF_RECEIPT,
        _PART.id
        > select(func.coalesce(func.max(_VOIDING_PART.id), 0))
        .select_from(_VOIDING)
        .join(_VOIDING_PART, _VOIDING_PART.movement_id == _VOIDING.id)
        .where(_VOIDING.batch_id == uuid("batch_id"), _VOIDING.kind == MovementKind.RECEIPT_VOIDED.value)
        .scalar_subquery(),
    ),
    MovedPartRow,
)
# The lines that have any of these serials of a scheme.
ALLOTMENTS_OF_SERIALS = Statement(
    select(
        *columns(
            AllotmentTable,
            AllottedRow,
            consignment_id=ConsignmentLineTable.consignment_id,
            text=cast(AllotmentTable.span, Text),
        )
    )
    .select_from(AllotmentTable)
    .join(CouponRunTable, CouponRunTable.id == AllotmentTable.run_id)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == AllotmentTable.line_id)
    .where(
        CouponRunTable.scheme_id == uuid("scheme_id"),
        AllotmentTable.released_at.is_(None),
        AllotmentTable.span.op("&&")(spans("spans")),
    ),
    AllottedRow,
)
# Who held the coupons that a request recalled.
HOLDERS_OF_REQUEST = Statement(
    select(
        MovementTable.vendor_id,
        ConsignmentLineTable.variant_id,
        CustodyPlaceTable.batch_id.is_not(None).label("in_transit"),
        MovementTable.from_condition.label("condition"),
        func.sum(MovementTable.quantity).cast(BigInteger).label("quantity"),
    )
    .select_from(MovementTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == MovementTable.line_id)
    .join(CustodyPlaceTable, CustodyPlaceTable.id == MovementTable.from_place_id)
    .where(MovementTable.request_id == uuid("request_id"))
    .group_by(
        MovementTable.vendor_id,
        ConsignmentLineTable.variant_id,
        CustodyPlaceTable.batch_id.is_not(None),
        MovementTable.from_condition,
    )
    .order_by(func.sum(MovementTable.quantity).desc(), MovementTable.vendor_id, ConsignmentLineTable.variant_id),
    RecallHolderRow,
)
# The positions of the legs that hold or held serials, or that a batch is or was on its way to.
STARTED_LEG = Statement(
    select(
        func.coalesce(func.max(CustodyPlaceTable.leg + func.num_nonnulls(CustodyPlaceTable.batch_id)), 1)
        .cast(BigInteger)
        .label("leg")
    )
    .select_from(CustodyPlaceTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == CustodyPlaceTable.line_id)
    .where(ConsignmentLineTable.consignment_id == any_(uuids("ids"))),
    scalar(int),
)
