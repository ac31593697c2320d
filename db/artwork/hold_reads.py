"""Statements that read which serials are held because their artwork is superseded, and which should be."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, any_, cast, exists, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from db.artwork.hold_rows import SupersededRow, WatchedLineRow
from db.artwork.reads import IS_REQUEST
from db.artwork.tables import ArtworkReviewTable, ArtworkTable
from db.catalog.tables import VariantTable
from db.columns import columns, scalar
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable, MovementPartTable, MovementTable
from db.consignments.reads import visible
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable, DiscrepancyTable
from db.consignments.turn_reads import shares_turn
from db.statement import Statement, number, uuid, uuids
from domain.consignments.facts import Condition
from domain.viewers import ConsignmentScope

# Constants, so that PostgreSQL can use the partial indexes.
IS_OPEN_HOLD: Final = and_(
    DiscrepancyTable.kind == literal_column("'ARTWORK_SUPERSEDED'", Text), DiscrepancyTable.resolved_at.is_(None)
)
_IS_PRODUCTION: Final = MovementTable.kind == literal_column("'PRODUCED'", Text)
_OF_LINE: Final = and_(
    ArtworkTable.scheme_id == ConsignmentTable.scheme_id, ArtworkTable.variant_id == ConsignmentLineTable.variant_id
)
_REQUESTED: Final = (
    exists()
    .where(
        ArtworkReviewTable.artwork_id == ArtworkTable.id,
        ArtworkReviewTable.version == ArtworkTable.current_version,
        IS_REQUEST,
    )
    .correlate(ArtworkTable)
)


@cache
def lock_with_artworks(scope: ConsignmentScope) -> Statement[UUID]:
    """The id of the consignment of the parameter `id`, if the scope shows it, once for each variant that it carries.

    Shares the turn of the scheme, its lock, and then the locks of the artwork of the variants in the order of ids, in
    one round trip. Like `lock_consignment`, it keeps the plans of the statements that follow.
    """
    keeps_plans = func.set_config("plan_cache_mode", "force_generic_plan", true()).is_not(None)
    query = (
        select(ConsignmentTable.id)
        .select_from(ConsignmentTable)
        .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
        .join(ArtworkTable, _OF_LINE)
        .where(ConsignmentTable.id == uuid("id"), visible(scope), keeps_plans, shares_turn(ConsignmentTable.scheme_id))
        .order_by(ArtworkTable.id)
    )
    return Statement(query.with_for_update(read=True, of=[ConsignmentTable, ArtworkTable]), scalar(UUID))


# The lines with a request or with held serials, once for each open discrepancy; usually none.
WATCHED_LINES = Statement(
    select(
        ConsignmentLineTable.id.label("line_id"),
        ArtworkTable.id.label("artwork_id"),
        _REQUESTED.label("requested"),
        DiscrepancyTable.id.label("discrepancy_id"),
        DiscrepancyTable.artwork_version.label("version"),
        cast(DiscrepancyTable.open_spans, Text).label("open_text"),
    )
    .select_from(ConsignmentLineTable)
    .join(ConsignmentTable, ConsignmentTable.id == ConsignmentLineTable.consignment_id)
    .join(ArtworkTable, _OF_LINE)
    .outerjoin(DiscrepancyTable, and_(DiscrepancyTable.line_id == ConsignmentLineTable.id, IS_OPEN_HOLD))
    .where(
        ConsignmentLineTable.id == any_(uuids("line_ids")),
        or_(DiscrepancyTable.id.is_not(None), _REQUESTED),
    )
    .order_by(ConsignmentLineTable.id, DiscrepancyTable.id),
    WatchedLineRow,
)
# The good serials of a line on hand at a leg, by segment.
SPANS_ON_HAND = Statement(
    select(cast(CustodyTable.spans, Text).label("text"))
    .select_from(CustodyPlaceTable)
    .join(CustodyTable, CustodyTable.place_id == CustodyPlaceTable.id)
    .where(
        CustodyPlaceTable.line_id == uuid("line_id"),
        CustodyPlaceTable.leg == number("leg"),
        CustodyPlaceTable.batch_id.is_(None),
        CustodyPlaceTable.condition == Condition.GOOD.value,
    )
    .order_by(CustodyTable.segment),
    scalar(str),
)
# What was printed with an older version of the artwork than the current one, spoiled later or not. Serials without a
# version were printed before artwork was tracked.
_PRINTED: Final = (
    select(cast(func.range_agg(MovementPartTable.spans), Text).label("printed_text"))
    .select_from(MovementTable)
    .join(MovementPartTable, MovementPartTable.movement_id == MovementTable.id)
    .where(
        MovementTable.line_id == ConsignmentLineTable.id,
        _IS_PRODUCTION,
        MovementTable.artwork_version < ArtworkTable.current_version,
    )
    .lateral("printed")
)
_HELD: Final = (
    select(func.coalesce(cast(func.range_agg(DiscrepancyTable.open_spans), Text), "{}").label("held_text"))
    .where(DiscrepancyTable.line_id == ConsignmentLineTable.id, IS_OPEN_HOLD)
    .lateral("held")
)
_VENDORS: Final = (
    select(func.array_agg(aggregate_order_by(ConsignmentLegTable.vendor_id, ConsignmentLegTable.position)))
    .where(ConsignmentLegTable.consignment_id == ConsignmentTable.id)
    .scalar_subquery()
)


def _superseded(*predicates: ColumnElement[bool]) -> Statement[SupersededRow]:
    query: Any = (
        select(
            *columns(
                ConsignmentTable,
                SupersededRow,
                line_id=ConsignmentLineTable.id,
                consignment_id=ConsignmentTable.id,
                sku=VariantTable.sku,
                version=ArtworkTable.current_version,
                vendor_ids=_VENDORS,
                printed_text=_PRINTED.c.printed_text,
                held_text=_HELD.c.held_text,
            )
        )
        .select_from(ConsignmentLineTable)
        .join(ConsignmentTable, ConsignmentTable.id == ConsignmentLineTable.consignment_id)
        .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
        .join(ArtworkTable, _OF_LINE)
        .join(_PRINTED, _PRINTED.c.printed_text.is_not(None))
        .join(_HELD, true())
        .where(ConsignmentTable.canceled_at.is_(None), *predicates)
        .order_by(ConsignmentLineTable.id)
    )
    return Statement(query, SupersededRow)


# The lines of a variant of a scheme that have serials with an older version than the current one.
SUPERSEDED_OF_VARIANT = _superseded(
    ConsignmentTable.scheme_id == uuid("scheme_id"), ConsignmentLineTable.variant_id == uuid("variant_id")
)
SUPERSEDED_OF_LINES = _superseded(ConsignmentLineTable.id == any_(uuids("line_ids")))
