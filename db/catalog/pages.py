"""Statements that list and count products, variants and vendors."""

from functools import cache
from typing import Final

from sqlalchemy import or_, select

from db.catalog.reads import PRODUCT_COLUMNS, VARIANT_COLUMNS, VENDOR_COLUMNS
from db.catalog.rows import ProductRow, VariantRow, VendorRow
from db.catalog.tables import CategoryTable, ProductTable, VariantTable, VendorTable
from db.counting import counting
from db.keyset import Sort, keyset
from db.search import matches_words
from db.statement import Query, Statement, string

PRODUCTS_BY_NAME: Final = Sort(ProductTable.sort_name)
VARIANTS_BY_SKU: Final = Sort(VariantTable.sku)
VENDORS_BY_NAME: Final = Sort(VendorTable.sort_name)


@cache
def product_page(*, searched: bool, in_category: bool, backward: bool, resumed: bool) -> Statement[ProductRow]:
    """A page of products by name; parameters `words` and `category_key` when asked for."""
    query = _filtered_products(searched=searched, in_category=in_category)
    return Statement(keyset(query, PRODUCTS_BY_NAME, backward=backward, resumed=resumed), ProductRow)


@cache
def product_count(*, searched: bool, in_category: bool) -> Statement[int]:
    """How many products there are on all pages."""
    return counting(_filtered_products(searched=searched, in_category=in_category))


@cache
def variant_page(*, searched: bool, backward: bool, resumed: bool) -> Statement[VariantRow]:
    """A page of variants by SKU; the parameter `words` also finds the variants of products that match."""
    return Statement(
        keyset(_filtered_variants(searched=searched), VARIANTS_BY_SKU, backward=backward, resumed=resumed), VariantRow
    )


@cache
def variant_count(*, searched: bool) -> Statement[int]:
    """How many variants there are on all pages."""
    return counting(_filtered_variants(searched=searched))


@cache
def vendor_page(*, searched: bool, of_kind: bool, backward: bool, resumed: bool) -> Statement[VendorRow]:
    """A page of vendors by name; parameters `words` and `kind` when asked for."""
    query = _filtered_vendors(searched=searched, of_kind=of_kind)
    return Statement(keyset(query, VENDORS_BY_NAME, backward=backward, resumed=resumed), VendorRow)


@cache
def vendor_count(*, searched: bool, of_kind: bool) -> Statement[int]:
    """How many vendors there are on all pages."""
    return counting(_filtered_vendors(searched=searched, of_kind=of_kind))


def _filtered_products(*, searched: bool, in_category: bool) -> Query:
    query = select(*PRODUCT_COLUMNS)
    if searched:
        # People type a SKU into the search of products to find its product.
        by_sku = ProductTable.id.in_(select(VariantTable.product_id).where(matches_words(VariantTable.search_words)))
        query = query.where(or_(matches_words(ProductTable.search_words), by_sku))
    if in_category:
        query = query.where(
            ProductTable.category_id.in_(
                select(CategoryTable.id).where(CategoryTable.name_key == string("category_key"))
            )
        )
    return query


def _filtered_variants(*, searched: bool) -> Query:
    query = select(*VARIANT_COLUMNS)
    if searched:
        products = select(ProductTable.id).where(matches_words(ProductTable.search_words))
        query = query.where(or_(matches_words(VariantTable.search_words), VariantTable.product_id.in_(products)))
    return query


def _filtered_vendors(*, searched: bool, of_kind: bool) -> Query:
    query = select(*VENDOR_COLUMNS)
    if searched:
        query = query.where(matches_words(VendorTable.search_words))
    return query.where(VendorTable.kind == string("kind")) if of_kind else query
