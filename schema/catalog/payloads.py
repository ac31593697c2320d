"""Payloads of the catalog."""

import strawberry

from resolvers.catalog.loaders import (
    categories_by_id,
    geographies_by_id,
    products_by_id,
    tiers_by_id,
    vendors_by_id,
)
from schema.catalog.types import Category, Geography, Product, Tier, Vendor
from schema.fields import batched
from schema.payloads import KeyedPayload

STORED = "The stored object. Null if there are errors."


@strawberry.type(description="The result of `upsertProduct`.")
class UpsertProductPayload(KeyedPayload):
    product: Product | None = batched(products_by_id, key="key", description=STORED)


@strawberry.type(description="The result of `renameCategory`.")
class RenameCategoryPayload(KeyedPayload):
    category: Category | None = batched(categories_by_id, key="key", description=STORED)


@strawberry.type(description="The result of `mergeCategories`.")
class MergeCategoriesPayload(KeyedPayload):
    category: Category | None = batched(
        categories_by_id, key="key", description="The category that has the products now. Null if there are errors."
    )


@strawberry.type(description="The result of `upsertGeography`.")
class UpsertGeographyPayload(KeyedPayload):
    geography: Geography | None = batched(geographies_by_id, key="key", description=STORED)


@strawberry.type(description="The result of `upsertTier`.")
class UpsertTierPayload(KeyedPayload):
    tier: Tier | None = batched(tiers_by_id, key="key", description=STORED)


@strawberry.type(description="The result of `upsertVendor`.")
class UpsertVendorPayload(KeyedPayload):
    vendor: Vendor | None = batched(vendors_by_id, key="key", description=STORED)
