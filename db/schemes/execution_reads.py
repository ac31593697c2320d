"""Statements that read how far the coupons of schemes are: their quantities by variant."""

from typing import Any

from sqlalchemy import BigInteger, Text, any_, func, literal_column, select

from db.catalog.tables import VariantTable
from db.consignments.custody_tables import CustodyPlaceTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable, ConsignmentTable
from db.coupons.rows import CouponQuantityRow
from db.coupons.tables import CouponRunTable, ShortfallClosureTable
from db.schemes.tables import SchemeVariantTable
from db.statement import Statement, uuids
from domain.consignments.facts import Condition


def _sum(size: Any, *predicates: Any) -> Any:
    return _aggregate(func.coalesce(func.sum(size), 0).cast(BigInteger), *predicates)


def _aggregate(value: Any, *predicates: Any) -> Any:
    return select(value).where(*predicates).scalar_subquery()


def _size(span: Any) -> Any:
    return func.upper(span) - func.lower(span)


_RUN_OF_VARIANT = (
    CouponRunTable.scheme_id == SchemeVariantTable.scheme_id,
    CouponRunTable.variant_id == SchemeVariantTable.variant_id,
)
_CLOSURE_OF_VARIANT = (
    ShortfallClosureTable.scheme_id == SchemeVariantTable.scheme_id,
    ShortfallClosureTable.variant_id == SchemeVariantTable.variant_id,
)
QUANTITIES_BY_SCHEME = Statement(
    select(
        SchemeVariantTable.scheme_id,
        SchemeVariantTable.variant_id,
        VariantTable.sku,
        func.coalesce(SchemeVariantTable.planned_quantity, 0).cast(BigInteger).label("planned"),
        _sum(_size(CouponRunTable.span), *_RUN_OF_VARIANT).label("generated"),
        _sum(
            ShortfallClosureTable.quantity,
            *_CLOSURE_OF_VARIANT,
        ).label("closed"),
        _sum(
            _size(AllotmentTable.span),
            AllotmentTable.run_id == CouponRunTable.id,
            AllotmentTable.released_at.is_(None),
            *_RUN_OF_VARIANT,
        ).label("allotted"),
        _sum(
            CustodyPlaceTable.quantity,
            CustodyPlaceTable.line_id == ConsignmentLineTable.id,
            # A constant, so that PostgreSQL can use the partial index.
            CustodyPlaceTable.condition == literal_column(f"'{Condition.VOID}'", Text),
            ConsignmentLineTable.variant_id == SchemeVariantTable.variant_id,
            ConsignmentLineTable.consignment_id == ConsignmentTable.id,
            ConsignmentTable.scheme_id == SchemeVariantTable.scheme_id,
        ).label("void"),
        _aggregate(func.min(CouponRunTable.generated_at), *_RUN_OF_VARIANT).label("first_generated_at"),
        _aggregate(func.max(CouponRunTable.generated_at), *_RUN_OF_VARIANT).label("generated_at"),
        _aggregate(func.max(ShortfallClosureTable.closed_at), *_CLOSURE_OF_VARIANT).label("closed_at"),
    )
    .select_from(SchemeVariantTable)
    .join(VariantTable, VariantTable.id == SchemeVariantTable.variant_id)
    .where(SchemeVariantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeVariantTable.scheme_id, VariantTable.sku),
    CouponQuantityRow,
)
