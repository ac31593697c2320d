"""Inputs and payloads of the catalog."""

from uuid import UUID

import strawberry

from domain.catalog.facts import GeographyLevel, VendorKind
from domain.node_kinds import NodeKind
from resolvers.catalog.loaders import geographies_by_id, products_by_id, tiers_by_id, vendors_by_id
from resolvers.catalog.upsert_geography import UpsertGeography
from resolvers.catalog.upsert_product import UpsertProduct, VariantEntry
from resolvers.catalog.upsert_tier import UpsertTier
from resolvers.catalog.upsert_vendor import UpsertVendor
from schema.catalog.types import Geography, Product, Tier, Vendor
from schema.errors import UserError
from schema.fields import batched, leaf, optional
from schema.ids import InputIds
from schema.payloads import error_list

CODE = "capital letters, digits and `. _ / -`, up to 40, unique."
AFTER = "What was stored; null when there are errors."


@strawberry.input(description="A variant of a product.")
class VariantInput:
    """A variant."""

    id: strawberry.ID | None = optional("The variant of the product to replace; a new one if left out.")
    sku: str = leaf(f"The stock keeping unit: {CODE}")
    name: str = leaf("What tells it from its siblings; 1 to 120 characters.")


@strawberry.input(description="A product to add, or to replace.")
class UpsertProductInput:
    """A product."""

    id: strawberry.ID | None = optional("The product to replace; a new one if left out.")
    name: str = leaf("The name, unique; 1 to 120 characters.")
    category: str = leaf("The category; 1 to 120 characters.")
    brand: str = leaf("The brand; 1 to 120 characters.")
    variants: list[VariantInput] = leaf("Variants to add or replace, up to 200; those not named stay as they are.")

    def to_command(self) -> UpsertProduct:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        product_id = ids.maybe(NodeKind.PRODUCT, self.id, "id")
        variants = tuple(
            VariantEntry(ids.maybe(NodeKind.VARIANT, item.id, "variants", str(index), "id"), item.sku, item.name)
            for index, item in enumerate(self.variants)
        )
        ids.check()
        return UpsertProduct(product_id, self.name, self.category, self.brand, variants)


@strawberry.input(description="A geography to add, or to replace.")
class UpsertGeographyInput:
    """A geography."""

    id: strawberry.ID | None = optional("The geography to replace; a new one if left out.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name; 1 to 120 characters.")
    level: GeographyLevel = leaf("How far down the tree it is; it stays while others lie beneath it.")
    parent_id: strawberry.ID | None = optional("What it lies in, one level up; nothing for a country.")

    def to_command(self) -> UpsertGeography:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        key = ids.maybe(NodeKind.GEOGRAPHY, self.id, "id")
        parent_id = ids.maybe(NodeKind.GEOGRAPHY, self.parent_id, "parentId")
        ids.check()
        return UpsertGeography(key, self.code, self.name, self.level, parent_id)


@strawberry.input(description="A tier to add, or to replace.")
class UpsertTierInput:
    """A tier."""

    id: strawberry.ID | None = optional("The tier to replace; a new one if left out.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name; 1 to 120 characters.")
    rank: int = leaf("Its place among the tiers, 1 to 100, unique; a higher rank is a better tier.")

    def to_command(self) -> UpsertTier:
        """The command. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        key = ids.maybe(NodeKind.TIER, self.id, "id")
        ids.check()
        return UpsertTier(key, self.code, self.name, self.rank)


@strawberry.input(description="A vendor to add, or to replace.")
class UpsertVendorInput:
    """A vendor."""

    id: strawberry.ID | None = optional("The vendor to replace; a new one if left out.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name of the company; 1 to 120 characters.")
    kind: VendorKind = leaf("What it does in a chain.")
    city: str | None = optional("Where it works; up to 120 characters.")

    def to_command(self) -> UpsertVendor:
        """The command. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        key = ids.maybe(NodeKind.VENDOR, self.id, "id")
        ids.check()
        return UpsertVendor(key, self.code, self.name, self.kind, self.city)


@strawberry.type(description="The answer to `upsertProduct`.")
class UpsertProductPayload:
    """A stored product."""

    product: Product | None = batched(products_by_id, key="key", description=AFTER)
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `upsertGeography`.")
class UpsertGeographyPayload:
    """A stored geography."""

    geography: Geography | None = batched(geographies_by_id, key="key", description=AFTER)
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `upsertTier`.")
class UpsertTierPayload:
    """A stored tier."""

    tier: Tier | None = batched(tiers_by_id, key="key", description=AFTER)
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `upsertVendor`.")
class UpsertVendorPayload:
    """A stored vendor."""

    vendor: Vendor | None = batched(vendors_by_id, key="key", description=AFTER)
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None
