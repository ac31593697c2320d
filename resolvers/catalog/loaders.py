"""Loaders and lists of the catalog."""

from typing import Any
from uuid import UUID

from db.catalog import pages
from db.catalog import reads as statements
from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.search import words_of
from domain.catalog.facts import VendorKind
from domain.collation import sort_names
from domain.text import text_key
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.paging import Page, PageArguments, read_page


async def products_by_id(operation: Operation, ids: list[UUID]) -> list[ProductRow | None]:
    """Load products; None for unknown ids."""
    return align_one(ids, await operation.fetch(statements.PRODUCTS_BY_ID, ids=ids), lambda row: row.id)


async def variants_by_id(operation: Operation, ids: list[UUID]) -> list[VariantRow | None]:
    """Load variants; None for unknown ids."""
    return align_one(ids, await operation.fetch(statements.VARIANTS_BY_ID, ids=ids), lambda row: row.id)


async def geographies_by_id(operation: Operation, ids: list[UUID]) -> list[GeographyRow | None]:
    """Load geographies; None for unknown ids."""
    return align_one(ids, await operation.fetch(statements.GEOGRAPHIES_BY_ID, ids=ids), lambda row: row.id)


async def tiers_by_id(operation: Operation, ids: list[UUID]) -> list[TierRow | None]:
    """Load tiers; None for unknown ids."""
    return align_one(ids, await operation.fetch(statements.TIERS_BY_ID, ids=ids), lambda row: row.id)


async def vendors_by_id(operation: Operation, ids: list[UUID]) -> list[VendorRow | None]:
    """Load vendors; None for unknown ids."""
    return align_one(ids, await operation.fetch(statements.VENDORS_BY_ID, ids=ids), lambda row: row.id)


async def categories_by_id(operation: Operation, ids: list[UUID]) -> list[CategoryRow | None]:
    """Load categories; None for unknown ids."""
    return align_one(ids, await operation.fetch(statements.CATEGORIES_BY_ID, ids=ids), lambda row: row.id)


async def category_names_by_id(operation: Operation, ids: list[UUID]) -> list[str | None]:
    """Load the names of categories; None for unknown ids."""
    return [None if row is None else row.name for row in await categories_by_id(operation, ids)]


async def variants_by_product(operation: Operation, ids: list[UUID]) -> list[list[VariantRow]]:
    """Load the variants of each product, by SKU."""
    return align_many(ids, await operation.fetch(statements.VARIANTS_BY_PRODUCT, ids=ids), lambda row: row.product_id)


async def children_by_geography(operation: Operation, ids: list[UUID]) -> list[list[GeographyRow]]:
    """Load the direct children of each geography, by name."""
    rows = await operation.fetch(statements.CHILDREN_BY_GEOGRAPHY, ids=ids)
    found: list[list[Any]] = align_many(ids, rows, lambda row: row.parent_id)
    return found


async def list_tiers(operation: Operation) -> list[TierRow]:
    """List all tiers, lowest rank first."""
    return await operation.fetch(statements.ALL_TIERS)


async def list_categories(operation: Operation) -> list[str]:
    """List the names of the categories that have products, in alphabetical order."""
    return sort_names(await operation.fetch(statements.CATEGORIES))


async def list_geographies(operation: Operation, *, parent_id: UUID | None, search: str | None) -> list[GeographyRow]:
    """List the geographies beneath `parent_id` or matching `search`; the countries when neither is given."""
    words = words_of(search)
    parameters: dict[str, Any] = {"words": words} if words else {}
    if parent_id is not None:
        parameters["parent_id"] = parent_id
    statement = statements.geographies(searched=bool(words), of_parent=parent_id is not None)
    return await operation.fetch(statement, **parameters)


async def list_products(
    operation: Operation, arguments: PageArguments, *, search: str | None = None, category: str | None = None
) -> Page[ProductRow]:
    """List products by name; a search also matches SKUs."""
    parameters = _words(search)
    searched = bool(parameters)
    if category is not None:
        parameters["category_key"] = text_key(category)
    return await read_page(
        operation,
        arguments,
        pages.PRODUCTS_BY_NAME,
        lambda **directions: pages.product_page(searched=searched, in_category=category is not None, **directions),
        parameters,
        count=pages.product_count(searched=searched, in_category=category is not None),
    )


async def list_variants(
    operation: Operation, arguments: PageArguments, *, search: str | None = None
) -> Page[VariantRow]:
    """List variants by SKU; a search also matches product names."""
    parameters = _words(search)
    return await read_page(
        operation,
        arguments,
        pages.VARIANTS_BY_SKU,
        lambda **directions: pages.variant_page(searched=bool(parameters), **directions),
        parameters,
        count=pages.variant_count(searched=bool(parameters)),
    )


async def list_vendors(
    operation: Operation, arguments: PageArguments, *, search: str | None = None, kind: VendorKind | None = None
) -> Page[VendorRow]:
    """List vendors by name."""
    parameters = _words(search)
    searched = bool(parameters)
    if kind is not None:
        parameters["kind"] = kind.value
    return await read_page(
        operation,
        arguments,
        pages.VENDORS_BY_NAME,
        lambda **directions: pages.vendor_page(searched=searched, of_kind=kind is not None, **directions),
        parameters,
        count=pages.vendor_count(searched=searched, of_kind=kind is not None),
    )


def _words(search: str | None) -> dict[str, str]:
    words = words_of(search)
    return {"words": words} if words else {}
