"""Statements that read products, variants, geographies, tiers and vendors."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import any_, exists, select, union

from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.catalog.tables import CategoryTable, GeographyTable, ProductTable, TierTable, VariantTable, VendorTable
from db.columns import columns, scalar
from db.search import matches_words
from db.statement import Query, Statement, string, texts, uuid, uuids

CATEGORY_COLUMNS: Final = columns(CategoryTable, CategoryRow)
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

VENDOR_BY_CODE = Statement(select(*VENDOR_COLUMNS).where(VendorTable.code == string("code")), VendorRow)
GEOGRAPHIES_BY_CODE = Statement(
    select(*GEOGRAPHY_COLUMNS).where(GeographyTable.code == any_(texts("codes"))), GeographyRow
)

LOCK_PRODUCT = Statement(select(*PRODUCT_COLUMNS).where(ProductTable.id == uuid("id")).with_for_update(), ProductRow)
LOCK_GEOGRAPHY = Statement(
    select(*GEOGRAPHY_COLUMNS).where(GeographyTable.id == uuid("id")).with_for_update(), GeographyRow
)
# Locked until the transaction ends: a category must not be renamed while a product is put into it.
LOCK_CATEGORY_FOR_SHARE = Statement(
    select(*CATEGORY_COLUMNS).where(CategoryTable.name_key == string("key")).with_for_update(read=True), CategoryRow
)
# In the order of their ids, so that two transactions never wait for each other.
LOCK_CATEGORIES = Statement(
    select(*CATEGORY_COLUMNS)
    .where(CategoryTable.name_key == any_(texts("keys")))
    .order_by(CategoryTable.id)
    .with_for_update(),
    CategoryRow,
)
LOCK_TIER = Statement(select(*TIER_COLUMNS).where(TierTable.id == uuid("id")).with_for_update(), TierRow)
LOCK_VENDOR = Statement(select(*VENDOR_COLUMNS).where(VendorTable.id == uuid("id")).with_for_update(), VendorRow)

PRODUCTS_OF_CATEGORY = Statement(
    select(*PRODUCT_COLUMNS).where(ProductTable.category_id == uuid("id")).order_by(ProductTable.id).with_for_update(),
    ProductRow,
)
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
# A category without products is not offered; rules may still refer to it.
CATEGORIES = Statement(
    select(CategoryTable.name).where(exists().where(ProductTable.category_id == CategoryTable.id)), scalar(str)
)
CATEGORIES_BY_ID = Statement(select(*CATEGORY_COLUMNS).where(CategoryTable.id == any_(uuids("ids"))), CategoryRow)
CATEGORIES_BY_KEY = Statement(
    select(*CATEGORY_COLUMNS).where(CategoryTable.name_key == any_(texts("keys"))), CategoryRow
)


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


def _beneath() -> Query:
    """The geographies in the parameter `ids` and everything beneath them."""
    found = select(GeographyTable.id).where(GeographyTable.id == any_(uuids("ids"))).cte("found", recursive=True)
    found = found.union(select(GeographyTable.id).join(found, GeographyTable.parent_id == found.c.id))
    return select(found.c.id)


GEOGRAPHIES_BENEATH = Statement(_beneath(), scalar(UUID))
# Of all tiers, in the order of their ids: ranks change one transaction after the other.
LOCK_TIERS = Statement(select(*TIER_COLUMNS).order_by(TierTable.id).with_for_update(), TierRow)


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
