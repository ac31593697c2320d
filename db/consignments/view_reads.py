"""Statements that read the parts of consignments and batches as clients see them."""

from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Text, and_, any_, case, cast, func, literal_column, or_, select, true

from db.catalog.reads import VARIANT_COLUMNS, VENDOR_COLUMNS
from db.catalog.tables import VariantTable, VendorTable
from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, MovementPartTable, MovementTable
from db.consignments.tables import (
    AllotmentTable,
    BatchLineTable,
    BatchTable,
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
)
from db.consignments.view_rows import (
    BatchLineViewRow,
    ChainLegRow,
    CustodyRow,
    SerialsRow,
    SerialsSentRow,
)
from db.statement import Statement, uuids
from domain.consignments.facts import BatchStatus, Condition, ConsignmentStatus, MovementKind

CHAIN_LEGS = Statement(
    select(
        *columns(
            ConsignmentLegTable,
            ChainLegRow,
            vendor=VENDOR_COLUMNS,
            waiting=ConsignmentLegTable.position == any_(ConsignmentStateTable.waiting_legs),
            has_discrepancy=ConsignmentStateTable.has_discrepancy,
            # While the artwork is not uploaded, no leg of a consignment waits.
            designer=or_(
                ConsignmentStateTable.status == literal_column(f"'{ConsignmentStatus.ARTWORK_BLOCKED}'", Text),
                and_(
                    ConsignmentStateTable.status == literal_column(f"'{ConsignmentStatus.AWAITING_ARTWORK}'", Text),
                    func.cardinality(ConsignmentStateTable.waiting_legs) == literal_column("0"),
                ),
            ),
        )
    )
    .select_from(ConsignmentLegTable)
    .join(VendorTable, VendorTable.id == ConsignmentLegTable.vendor_id)
    .join(ConsignmentStateTable, ConsignmentStateTable.consignment_id == ConsignmentLegTable.consignment_id)
    .where(ConsignmentLegTable.consignment_id == any_(uuids("ids")))
    .order_by(ConsignmentLegTable.consignment_id, ConsignmentLegTable.position),
    ChainLegRow,
)
_TOTAL: Final = func.coalesce(func.sum(CustodyPlaceTable.quantity), 0).cast(BigInteger)
_IN_BATCH: Final = CustodyPlaceTable.batch_id.is_not(None)
# The places of each line that have serials; a line without any, as after a cancellation, has one row all the same.
CUSTODY_BY_CONSIGNMENT = Statement(
    select(
        *columns(
            CustodyPlaceTable,
            CustodyRow,
            consignment_id=ConsignmentLineTable.consignment_id,
            variant=VARIANT_COLUMNS,
            legs=select(func.count())
            .select_from(ConsignmentLegTable)
            .where(ConsignmentLegTable.consignment_id == ConsignmentLineTable.consignment_id)
            .scalar_subquery(),
            in_batch=_IN_BATCH,
            quantity=_TOTAL,
        )
    )
    .select_from(ConsignmentLineTable)
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .outerjoin(
        CustodyPlaceTable,
        (CustodyPlaceTable.line_id == ConsignmentLineTable.id) & (CustodyPlaceTable.quantity > 0),
    )
    .where(ConsignmentLineTable.consignment_id == any_(uuids("ids")))
    .group_by(
        ConsignmentLineTable.consignment_id,
        VariantTable.id,
        CustodyPlaceTable.leg,
        _IN_BATCH,
        CustodyPlaceTable.condition,
    )
    .order_by(ConsignmentLineTable.consignment_id, VariantTable.sku),
    CustodyRow,
)
# The serials that lines have; what a cancellation gave back is not theirs any more.
SERIALS_BY_LINE = Statement(
    select(AllotmentTable.line_id.label("id"), cast(func.range_agg(AllotmentTable.span), Text).label("text"))
    .where(AllotmentTable.line_id == any_(uuids("ids")), AllotmentTable.released_at.is_(None))
    .group_by(AllotmentTable.line_id),
    SerialsRow,
)


def _in_condition(condition: Condition) -> ColumnElement[int]:
    counted = func.coalesce(
        func.sum(CustodyPlaceTable.quantity).filter(CustodyPlaceTable.condition == condition.value), 0
    )
    return counted.cast(BigInteger)


_PLACES: Final = (
    select(
        _in_condition(Condition.UNRESOLVED).label("unresolved"),
        _in_condition(Condition.LOST).label("lost"),
        _in_condition(Condition.VOID).label("void"),
        _in_condition(Condition.GOOD).label("in_transit"),
    )
    .where(CustodyPlaceTable.batch_id == BatchLineTable.batch_id, CustodyPlaceTable.line_id == BatchLineTable.line_id)
    .lateral("places")
)
# The serials that batches carried, by line; apart from the lines, because they may have thousands of ranges.
SERIALS_SENT = Statement(
    select(
        MovementTable.batch_id,
        MovementTable.line_id,
        cast(func.range_agg(MovementPartTable.spans), Text).label("text"),
    )
    .join(MovementPartTable, MovementPartTable.movement_id == MovementTable.id)
    .where(MovementTable.batch_id == any_(uuids("ids")), MovementTable.kind == MovementKind.DISPATCHED.value)
    .group_by(MovementTable.batch_id, MovementTable.line_id),
    SerialsSentRow,
)
# What was recalled arrives as void and is then on hand among the void coupons of the receiver: it is the rest of what
# was sent. Of a dispatch that was voided, nothing is in the batch any more.
_VOID: Final = case(
    (BatchTable.status == BatchStatus.VOIDED.value, _PLACES.c.void),
    else_=BatchLineTable.quantity
    - BatchLineTable.accepted
    - BatchLineTable.damaged
    - _PLACES.c.in_transit
    - _PLACES.c.unresolved
    - _PLACES.c.lost,
)
BATCH_LINE_VIEWS = Statement(
    select(
        *columns(
            BatchLineTable,
            BatchLineViewRow,
            received=BatchTable.received_at.is_not(None),
            unresolved=_PLACES.c.unresolved,
            lost=_PLACES.c.lost,
            void=_VOID,
            in_transit=_PLACES.c.in_transit,
            variant=VARIANT_COLUMNS,
        )
    )
    .select_from(BatchLineTable)
    .join(BatchTable, BatchTable.id == BatchLineTable.batch_id)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == BatchLineTable.line_id)
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .join(_PLACES, true())
    .where(BatchLineTable.batch_id == any_(uuids("ids")))
    .order_by(BatchLineTable.batch_id, VariantTable.sku),
    BatchLineViewRow,
)
