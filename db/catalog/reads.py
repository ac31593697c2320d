"""Statements about products, variants, geographies, tiers and vendors."""

from functools import cache

from sqlalchemy import Text, any_, or_, select, union

from db.catalog.rows import GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.catalog.tables import GeographyTable, ProductTable, TierTable, VariantTable, VendorTable
from db.keyset import Sort, keyset
from db.search import matches_words
from db.statement import Query, Statement, counting, string, uuid, uuids


def _products() -> Query:
    return select(ProductTable.id, ProductTable.name, ProductTable.category, ProductTable.brand)


def _variants() -> Query:
    return select(VariantTable.id, VariantTable.sku, VariantTable.name, VariantTable.product_id)


def _geographies() -> Query:
    return select(
        GeographyTable.id, GeographyTable.code, GeographyTable.name, GeographyTable.level, GeographyTable.parent_id
    )


def _tiers() -> Query:
    return select(TierTable.id, TierTable.code, TierTable.name, TierTable.rank)


def _vendors() -> Query:
    return select(VendorTable.id, VendorTable.code, VendorTable.name, VendorTable.kind, VendorTable.city)


PRODUCTS_BY_ID = Statement(_products().where(ProductTable.id == any_(uuids("ids"))), ProductRow)
VARIANTS_BY_ID = Statement(_variants().where(VariantTable.id == any_(uuids("ids"))), VariantRow)
GEOGRAPHIES_BY_ID = Statement(_geographies().where(GeographyTable.id == any_(uuids("ids"))), GeographyRow)
TIERS_BY_ID = Statement(_tiers().where(TierTable.id == any_(uuids("ids"))), TierRow)
VENDORS_BY_ID = Statement(_vendors().where(VendorTable.id == any_(uuids("ids"))), VendorRow)

LOCK_PRODUCT = Statement(_products().where(ProductTable.id == uuid("id")).with_for_update(), ProductRow)
LOCK_GEOGRAPHY = Statement(_geographies().where(GeographyTable.id == uuid("id")).with_for_update(), GeographyRow)
LOCK_TIER = Statement(_tiers().where(TierTable.id == uuid("id")).with_for_update(), TierRow)
LOCK_VENDOR = Statement(_vendors().where(VendorTable.id == uuid("id")).with_for_update(), VendorRow)

VARIANTS_BY_PRODUCT = Statement(
    _variants().where(VariantTable.product_id == any_(uuids("ids"))).order_by(VariantTable.sku), VariantRow
)
CHILDREN_BY_GEOGRAPHY = Statement(
    _geographies().where(GeographyTable.parent_id == any_(uuids("ids"))).order_by(GeographyTable.name), GeographyRow
)
ALL_TIERS = Statement(_tiers().order_by(TierTable.rank), TierRow)
CATEGORIES = Statement(select(ProductTable.category).distinct().order_by(ProductTable.category), str)


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
    """Geographies by name: those beneath the parameter `parent_id`, or the countries when neither is asked for."""
    query = _geographies()
    if of_parent:
        query = query.where(GeographyTable.parent_id == uuid("parent_id"))
    if searched:
        query = query.where(matches_words(GeographyTable.search_words))
    if not of_parent and not searched:
        query = query.where(GeographyTable.parent_id.is_(None))
    return Statement(query.order_by(GeographyTable.name, GeographyTable.id).limit(200), GeographyRow)


@cache
def product_page(*, searched: bool, in_category: bool, backward: bool, resumed: bool) -> Statement[ProductRow]:
    """A page of products by name; parameters `words` and `category` when asked for."""
    query = _filtered_products(searched=searched, in_category=in_category)
    sort = Sort(ProductTable.name, ProductTable.id, Text())
    return Statement(keyset(query, sort, backward=backward, resumed=resumed), ProductRow)


@cache
def product_count(*, searched: bool, in_category: bool) -> Statement[int]:
    """How many products there are on all pages."""
    return counting(_filtered_products(searched=searched, in_category=in_category))


@cache
def variant_page(*, searched: bool, backward: bool, resumed: bool) -> Statement[VariantRow]:
    """A page of variants by SKU; the parameter `words` also finds the variants of products that match."""
    sort = Sort(VariantTable.sku, VariantTable.id, Text())
    return Statement(
        keyset(_filtered_variants(searched=searched), sort, backward=backward, resumed=resumed), VariantRow
    )


@cache
def variant_count(*, searched: bool) -> Statement[int]:
    """How many variants there are on all pages."""
    return counting(_filtered_variants(searched=searched))


@cache
def vendor_page(*, searched: bool, of_kind: bool, backward: bool, resumed: bool) -> Statement[VendorRow]:
    """A page of vendors by name; parameters `words` and `kind` when asked for."""
    query = _filtered_vendors(searched=searched, of_kind=of_kind)
    sort = Sort(VendorTable.name, VendorTable.id, Text())
    return Statement(keyset(query, sort, backward=backward, resumed=resumed), VendorRow)


@cache
def vendor_count(*, searched: bool, of_kind: bool) -> Statement[int]:
    """How many vendors there are on all pages."""
    return counting(_filtered_vendors(searched=searched, of_kind=of_kind))


def _filtered_products(*, searched: bool, in_category: bool) -> Query:
    query = _products()
    if searched:
        # Somebody who types a SKU into the search of products looks for its product.
        by_sku = ProductTable.id.in_(select(VariantTable.product_id).where(matches_words(VariantTable.search_words)))
        query = query.where(or_(matches_words(ProductTable.search_words), by_sku))
    return query.where(ProductTable.category == string("category")) if in_category else query


def _filtered_variants(*, searched: bool) -> Query:
    query = _variants()
    if searched:
        products = select(ProductTable.id).where(matches_words(ProductTable.search_words))
        query = query.where(or_(matches_words(VariantTable.search_words), VariantTable.product_id.in_(products)))
    return query


def _filtered_vendors(*, searched: bool, of_kind: bool) -> Query:
    query = _vendors()
    if searched:
        query = query.where(matches_words(VendorTable.search_words))
    return query.where(VendorTable.kind == string("kind")) if of_kind else query
