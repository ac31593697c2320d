"""Statements that read consignments and batches one by one, and the one predicate of their visibility."""

from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, any_, exists, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from db.catalog.reads import VARIANT_COLUMNS
from db.catalog.tables import VariantTable, VendorTable
from db.columns import columns, scalar
from db.consignments.pack_tables import PackTable
from db.consignments.rows import (
    BatchLineRow,
    BatchRow,
    ChainRow,
    ConsignmentRow,
    LineRow,
)
from db.consignments.tables import (
    BatchLineTable,
    BatchTable,
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
    ConsignmentTable,
)
from db.consignments.turn_reads import shares_turn
from db.statement import Query, Statement, string, uuid, uuids
from domain.viewers import ConsignmentScope

_STATE: Final = {
    name: getattr(ConsignmentStateTable, name)
    for name in ("status", "since", "waiting_legs", "waiting_since", "has_discrepancy", "moved_at")
}
CONSIGNMENT_COLUMNS: Final = columns(ConsignmentTable, ConsignmentRow, **_STATE)
BATCH_COLUMNS: Final = columns(BatchTable, BatchRow)


def visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The one predicate of the consignments that a viewer may see.

    Every statement that lists or fetches consignments uses it. With the scope OWN it takes `viewer_vendor_id`.
    """
    if scope is ConsignmentScope.OWN:
        return exists().where(
            ConsignmentLegTable.consignment_id == ConsignmentTable.id,
            ConsignmentLegTable.vendor_id == uuid("viewer_vendor_id"),
        )
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is ConsignmentScope.ALL else literal_column("false", Boolean)


def select_consignments(scope: ConsignmentScope) -> Query:
    """The consignments that the scope shows, with their state."""
    return (
        select(*CONSIGNMENT_COLUMNS)
        .select_from(ConsignmentTable)
        .join(ConsignmentStateTable, ConsignmentStateTable.consignment_id == ConsignmentTable.id)
        .where(visible(scope))
    )


@cache
def consignments_by_id(scope: ConsignmentScope) -> Statement[ConsignmentRow]:
    """The consignments of the parameter `ids` that the scope shows, in any order."""
    return Statement(select_consignments(scope).where(ConsignmentTable.id == any_(uuids("ids"))), ConsignmentRow)


@cache
def consignment_by_code(scope: ConsignmentScope) -> Statement[ConsignmentRow]:
    """The consignment of the parameter `code`, if the scope shows it."""
    return Statement(select_consignments(scope).where(ConsignmentTable.code == string("code")), ConsignmentRow)


def _ordered(column: Any, by: Any) -> Any:
    return func.array_agg(aggregate_order_by(column, by))


def _of_lines(column: Any) -> Any:
    return _ordered(column, ConsignmentLineTable.id)


@cache
def lock_consignment(scope: ConsignmentScope, *, exclusive: bool) -> Statement[UUID]:
    """The id of the consignment of the parameter `id`, if the scope shows it, locked.

    Movements share the lock, and the turn of the scheme. Canceling and updating take it alone. The statements that
    follow in the transaction find few rows by their keys, and PostgreSQL keeps their plans: to plan them again takes
    longer than to run them.
    """
    keeps_plans = func.set_config("plan_cache_mode", "force_generic_plan", true()).is_not(None)
    query = select(ConsignmentTable.id).where(ConsignmentTable.id == uuid("id"), visible(scope), keeps_plans)
    if not exclusive:
        query = query.where(shares_turn(ConsignmentTable.scheme_id))
    return Statement(query.with_for_update(read=not exclusive, key_share=exclusive, of=ConsignmentTable), scalar(UUID))


@cache
def lock_consignments(scope: ConsignmentScope) -> Statement[UUID]:
    """The ids of the consignments of the parameter `ids` that the scope shows, locked as movements lock them."""
    query = select(ConsignmentTable.id).where(ConsignmentTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query.order_by(ConsignmentTable.id).with_for_update(read=True, of=ConsignmentTable), scalar(UUID))


_LEGS: Final = (
    select(
        _ordered(ConsignmentLegTable.vendor_id, ConsignmentLegTable.position).label("vendor_ids"),
        _ordered(VendorTable.name, ConsignmentLegTable.position).label("vendor_names"),
    )
    .select_from(ConsignmentLegTable)
    .join(VendorTable, VendorTable.id == ConsignmentLegTable.vendor_id)
    .where(ConsignmentLegTable.consignment_id == ConsignmentTable.id)
    .lateral("legs")
)
_LINES: Final = (
    select(
        _of_lines(ConsignmentLineTable.id).label("line_ids"),
        _of_lines(ConsignmentLineTable.variant_id).label("variant_ids"),
        _of_lines(VariantTable.sku).label("skus"),
        _of_lines(ConsignmentLineTable.quantity).label("quantities"),
        _of_lines(ConsignmentLineTable.segment_bits).label("segment_bits"),
        _of_lines(exists().where(PackTable.line_id == ConsignmentLineTable.id, PackTable.unpacked_at.is_(None))).label(
            "packed"
        ),
    )
    .select_from(ConsignmentLineTable)
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .where(ConsignmentLineTable.consignment_id == ConsignmentTable.id)
    .lateral("lines")
)
# The chains and the lines of consignments. Read them behind the lock: what waits for a lock reads as before the wait.
CHAINS = Statement(
    select(
        *columns(
            ConsignmentTable,
            ChainRow,
            canceled=ConsignmentTable.canceled_at.is_not(None),
            **{each.key: each for each in (*_LEGS.c, *_LINES.c)},
        )
    )
    .select_from(ConsignmentTable)
    .join(_LEGS, true())
    .join(_LINES, true())
    .where(ConsignmentTable.id == any_(uuids("ids")))
    .order_by(ConsignmentTable.id),
    ChainRow,
)
LINES_BY_CONSIGNMENT = Statement(
    select(*columns(ConsignmentLineTable, LineRow, variant=VARIANT_COLUMNS))
    .select_from(ConsignmentLineTable)
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .where(ConsignmentLineTable.consignment_id == any_(uuids("ids")))
    .order_by(ConsignmentLineTable.consignment_id, VariantTable.sku),
    LineRow,
)


def batch_visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The one predicate of the batches that a viewer may see: a vendor sees those that it sent or receives.

    With the scope OWN it takes `viewer_vendor_id`.
    """
    if scope is ConsignmentScope.OWN:
        own = uuid("viewer_vendor_id")
        return or_(BatchTable.from_vendor_id == own, BatchTable.to_vendor_id == own)
    return true() if scope is ConsignmentScope.ALL else literal_column("false", Boolean)


def select_batches(scope: ConsignmentScope) -> Query:
    """The batches that the scope shows."""
    return select(*BATCH_COLUMNS).where(batch_visible(scope))


@cache
def batches_by_id(scope: ConsignmentScope) -> Statement[BatchRow]:
    """The batches of the parameter `ids` that the scope shows, in any order."""
    return Statement(select_batches(scope).where(BatchTable.id == any_(uuids("ids"))), BatchRow)


@cache
def lock_batch(scope: ConsignmentScope) -> Statement[BatchRow]:
    """The batch of the parameter `id`, if the scope shows it, locked.

    A recall refers to the batch while it holds places that the batch is waiting for, so the key stays shared.
    """
    return Statement(select_batches(scope).where(BatchTable.id == uuid("id")).with_for_update(key_share=True), BatchRow)


BATCH_LINES = Statement(
    select(*columns(BatchLineTable, BatchLineRow, variant=VARIANT_COLUMNS))
    .select_from(BatchLineTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == BatchLineTable.line_id)
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .where(BatchLineTable.batch_id == any_(uuids("ids")))
    .order_by(BatchLineTable.batch_id, VariantTable.sku),
    BatchLineRow,
)
NEXT_BATCH_NUMBER = Statement(select(func.nextval("batch_number").label("number")), scalar(int))
# Whether anybody downloaded the codes of a consignment.
CODES_DOWNLOADED = Statement(
    select(ConsignmentTable.codes_downloaded_at.is_not(None).label("downloaded")).where(
        ConsignmentTable.id == uuid("id")
    ),
    scalar(bool),
)
DUE_ON = Statement(select(ConsignmentTable.due_on).where(ConsignmentTable.id == uuid("id")), scalar(date))
