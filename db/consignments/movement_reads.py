"""Statements that read movements and discrepancies, and the predicates of their visibility."""

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from db.catalog.reads import VARIANT_COLUMNS, VENDOR_COLUMNS
from db.catalog.tables import VariantTable, VendorTable
from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable, MovementPartTable, MovementTable
from db.consignments.pack_tables import PackTable
from db.consignments.reads import batch_visible
from db.consignments.tables import (
    BatchLineTable,
    BatchTable,
    ConsignmentLegTable,
    ConsignmentLineTable,
    DiscrepancyTable,
)
from db.consignments.view_rows import DiscrepancyViewRow, MovementViewRow
from db.statement import Query, Statement, uuid, uuids
from domain.consignments.facts import MovementKind
from domain.viewers import ConsignmentScope

MOVEMENT_COLUMNS: Final = columns(
    MovementTable,
    MovementViewRow,
    batch_code=BatchTable.code,
    # No join: with one more, PostgreSQL would not look for the best order of all joins.
    sscc=select(PackTable.sscc).where(PackTable.id == MovementTable.pack_id).correlate(MovementTable).scalar_subquery(),
    vendor=VENDOR_COLUMNS,
    variant=VARIANT_COLUMNS,
)
# The older versions that serials of a discrepancy about superseded artwork carry.
_PRINTED: Final = (
    select(func.array_agg(aggregate_order_by(MovementTable.artwork_version.distinct(), MovementTable.artwork_version)))
    .select_from(MovementTable)
    .join(MovementPartTable, MovementPartTable.movement_id == MovementTable.id)
    .where(
        MovementTable.line_id == DiscrepancyTable.line_id,
        # A constant, so that PostgreSQL can use the partial index.
        MovementTable.kind == literal_column("'PRODUCED'", Text),
        MovementTable.artwork_version < DiscrepancyTable.artwork_version,
        MovementPartTable.spans.bool_op("&&")(DiscrepancyTable.spans),
    )
    .correlate(DiscrepancyTable)
    .scalar_subquery()
)
DISCREPANCY_COLUMNS: Final = columns(
    DiscrepancyTable,
    DiscrepancyViewRow,
    batch_code=BatchTable.code,
    sent=BatchLineTable.quantity,
    printed=case((DiscrepancyTable.batch_id.is_(None), _PRINTED)),
    spans_text=cast(DiscrepancyTable.spans, Text),
    open_text=cast(DiscrepancyTable.open_spans, Text),
    vendor=VENDOR_COLUMNS,
    variant=VARIANT_COLUMNS,
)


def movement_visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The one predicate of the movements that a viewer may see.

    A vendor sees those at its own leg, and those of batches that it sent or receives. The last vendor commissions at
    its own leg, even if the movement names the batch that brought the coupons. With the scope OWN the predicate takes
    `viewer_vendor_id`.
    """
    if scope is ConsignmentScope.OWN:
        of_batch = (
            exists().where(BatchTable.id == MovementTable.batch_id, batch_visible(scope)).correlate(MovementTable)
        )
        moves_batch = MovementTable.kind != MovementKind.COMMISSIONED.value
        return or_(MovementTable.vendor_id == uuid("viewer_vendor_id"), and_(moves_batch, of_batch))
    return _all_or_none(scope)


def discrepancy_visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The one predicate of the discrepancies that a viewer may see.

    A vendor sees those of its batches, and those about superseded artwork that it printed or has on hand, or that is on
    its way to it. With the scope OWN the predicate takes `viewer_vendor_id`.
    """
    if scope is ConsignmentScope.OWN:
        of_batch = (
            exists().where(BatchTable.id == DiscrepancyTable.batch_id, batch_visible(scope)).correlate(DiscrepancyTable)
        )
        printed = DiscrepancyTable.vendor_id == uuid("viewer_vendor_id")
        return or_(of_batch, and_(DiscrepancyTable.batch_id.is_(None), or_(printed, _holds_some())))
    return _all_or_none(scope)


def _holds_some() -> ColumnElement[bool]:
    """Whether the vendor of the viewer has serials of a discrepancy on hand, or a batch brings it some."""
    leg = ConsignmentLegTable
    return (
        exists()
        .where(
            leg.consignment_id == DiscrepancyTable.consignment_id,
            leg.vendor_id == uuid("viewer_vendor_id"),
            CustodyPlaceTable.line_id == DiscrepancyTable.line_id,
            CustodyPlaceTable.leg + func.num_nonnulls(CustodyPlaceTable.batch_id) == leg.position,
            CustodyPlaceTable.quantity > 0,
            CustodyTable.place_id == CustodyPlaceTable.id,
            CustodyTable.spans.bool_op("&&")(DiscrepancyTable.spans),
        )
        .correlate(DiscrepancyTable)
    )


def _vendor_readable(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The vendor of a discrepancy, if the viewer may read its name: itself or a neighbor in the chain."""
    same = VendorTable.id == DiscrepancyTable.vendor_id
    if scope is not ConsignmentScope.OWN:
        return same
    printer, own = aliased(ConsignmentLegTable), aliased(ConsignmentLegTable)
    neighbor = (
        exists()
        .where(
            printer.consignment_id == DiscrepancyTable.consignment_id,
            printer.vendor_id == DiscrepancyTable.vendor_id,
            own.consignment_id == DiscrepancyTable.consignment_id,
            own.vendor_id == uuid("viewer_vendor_id"),
            func.abs(printer.position - own.position) <= 1,
        )
        .correlate(DiscrepancyTable)
    )
    return and_(same, or_(DiscrepancyTable.batch_id.is_not(None), neighbor))


def _all_or_none(scope: ConsignmentScope) -> ColumnElement[bool]:
    return true() if scope is ConsignmentScope.ALL else literal_column("false", Boolean)


def join_movement(query: Query, rows: Any = MovementTable) -> Query:
    """Join what `MOVEMENT_COLUMNS` take beside the movement."""
    return (
        query.select_from(rows)
        .join(ConsignmentLineTable, ConsignmentLineTable.id == rows.line_id)
        .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
        .join(VendorTable, VendorTable.id == rows.vendor_id)
        .outerjoin(BatchTable, BatchTable.id == rows.batch_id)
    )


def select_discrepancies(scope: ConsignmentScope) -> Query:
    """The discrepancies that the scope shows."""
    return (
        select(*DISCREPANCY_COLUMNS)
        .select_from(DiscrepancyTable)
        .outerjoin(BatchTable, BatchTable.id == DiscrepancyTable.batch_id)
        .outerjoin(
            BatchLineTable,
            (BatchLineTable.batch_id == DiscrepancyTable.batch_id)
            & (BatchLineTable.line_id == DiscrepancyTable.line_id),
        )
        .join(ConsignmentLineTable, ConsignmentLineTable.id == DiscrepancyTable.line_id)
        .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
        .outerjoin(VendorTable, _vendor_readable(scope))
        .where(discrepancy_visible(scope))
    )


@cache
def movements_by_id(scope: ConsignmentScope) -> Statement[MovementViewRow]:
    """The movements of the parameter `ids` that the scope shows, in any order."""
    query = join_movement(select(*MOVEMENT_COLUMNS)).where(
        MovementTable.id == any_(uuids("ids")), movement_visible(scope)
    )
    return Statement(query, MovementViewRow)


@cache
def discrepancies_by_id(scope: ConsignmentScope) -> Statement[DiscrepancyViewRow]:
    """The discrepancies of the parameter `ids` that the scope shows, in any order."""
    return Statement(select_discrepancies(scope).where(DiscrepancyTable.id == any_(uuids("ids"))), DiscrepancyViewRow)


@cache
def discrepancies_by_consignment(scope: ConsignmentScope) -> Statement[DiscrepancyViewRow]:
    """The discrepancies of the consignments in the parameter `ids` that the scope shows, oldest first."""
    return Statement(
        select_discrepancies(scope)
        .where(DiscrepancyTable.consignment_id == any_(uuids("ids")))
        .order_by(DiscrepancyTable.consignment_id, DiscrepancyTable.id),
        DiscrepancyViewRow,
    )
