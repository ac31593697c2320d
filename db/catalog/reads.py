"""Statements that read products, variants, geographies, tiers and vendors."""

from functools import cache
from typing import Final

from sqlalchemy import any_, select, union

from db.catalog.rows import GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.catalog.tables import GeographyTable, ProductTable, TierTable, VariantTable, VendorTable
from db.columns import columns, scalar
from db.search import matches_words
from db.statement import Query, Statement, uuid, uuids

PRODUCT_COLUMNS: Final = columns(ProductTable, ProductRow)
VARIANT_COLUMNS: Final = columns(VariantTable, VariantRow)
GEOGRAPHY_COLUMNS: Final = columns(GeographyTable, GeographyRow)
TIER_COLUMNS: Final = columns(TierTable, TierRow)
VENDOR_COLUMNS: Final = columns(VendorTable, VendorRow)

PRODUCTS_BY_ID = Statement(select(*PRODUCT_COLUMNS).where(ProductTable.id == any_(uuids("ids"))), ProductRow)
VARIANTS_BY_ID = Statement(select(*VARIANT_COLUMNS).where(VariantTable.id == any_(uuids("ids"))), VariantRow)
GEOGRAPHIES_BY_ID = Statement(select(*GEOGRAPHY_COLUMNS).where(GeographyTable.id == any_(uuids("ids"))), GeographyRow)
TIERS_BY_ID = Statement(select(*TIER_COLUMNS).where(TierTable.id == any_(uuids("ids"))), TierRow)
VENDORS_BY_ID = Statement(select(*VENDOR_COLUMNS).where(VendorTable.id == any_(uuids("ids"))), VendorRow)

LOCK_PRODUCT = Statement(select(*PRODUCT_COLUMNS).where(ProductTable.id == uuid("id")).with_for_update(), ProductRow)
LOCK_GEOGRAPHY = Statement(
    select(*GEOGRAPHY_COLUMNS).where(GeographyTable.id == uuid("id")).with_for_update(), GeographyRow
)
LOCK_TIER = Statement(select(*TIER_COLUMNS).where(TierTable.id == uuid("id")).with_for_update(), TierRow)
LOCK_VENDOR = Statement(select(*VENDOR_COLUMNS).where(VendorTable.id == uuid("id")).with_for_update(), VendorRow)

VARIANTS_BY_PRODUCT = Statement(
    select(*VARIANT_COLUMNS).where(VariantTable.product_id == any_(uuids("ids"))).order_by(VariantTable.sku), VariantRow
)
CHILDREN_BY_GEOGRAPHY = Statement(
    select(*GEOGRAPHY_COLUMNS)
    .where(GeographyTable.parent_id == any_(uuids("ids")))
    .order_by(GeographyTable.sort_name, GeographyTable.id),
    GeographyRow,
)
ALL_TIERS = Statement(select(*TIER_COLUMNS).order_by(TierTable.rank), TierRow)
CATEGORIES = Statement(select(ProductTable.category).distinct(), scalar(str))


def _relatives() -> Query:
    """The geographies in the parameter `geography_ids`, everything beneath them and everything above them."""
    chosen = uuids("geography_ids")
    below = select(GeographyTable.id).where(GeographyTable.id == any_(chosen)).cte("below", recursive=True)
    below = below.union(select(GeographyTable.id).join(below, GeographyTable.parent_id == below.c.id))
    above = select(GeographyTable.id, GeographyTable.parent_id).where(GeographyTable.id == any_(chosen))
    upward = above.cte("above", recursive=True)
    upward = upward.union(
        select(GeographyTable.id, GeographyTable.parent_id).join(upward, GeographyTable.id == upward.c.parent_id)
    )
    return select(union(select(below.c.id), select(upward.c.id)).subquery().c.id)


RELATED_GEOGRAPHIES = _relatives()


@cache
def geographies(*, searched: bool, of_parent: bool) -> Statement[GeographyRow]:
    """Geographies by name: those beneath the parameter `parent_id`, those that match `words`, or the countries."""
    query = select(*GEOGRAPHY_COLUMNS)
    if of_parent:
        query = query.where(GeographyTable.parent_id == uuid("parent_id"))
    if searched:
        query = query.where(matches_words(GeographyTable.search_words))
    if not of_parent and not searched:
        query = query.where(GeographyTable.parent_id.is_(None))
    return Statement(query.order_by(GeographyTable.sort_name, GeographyTable.id).limit(200), GeographyRow)
