"""Inputs and payloads of the catalog."""

import strawberry

from domain.catalog.facts import GeographyLevel, VendorKind
from domain.node_kinds import NodeKind
from resolvers.catalog.upsert_geography import UpsertGeography
from resolvers.catalog.upsert_product import UpsertProduct, VariantEntry
from resolvers.catalog.upsert_tier import UpsertTier
from resolvers.catalog.upsert_vendor import UpsertVendor
from schema.fields import leaf, optional
from schema.ids import InputIds

CODE = "capital letters, digits and `. _ / -`, up to 40, unique."


@strawberry.input(description="A variant of a product.")
class VariantInput:
    id: strawberry.ID | None = optional("The variant of the product to replace; a new one if left out.")
    sku: str = leaf(f"The stock keeping unit: {CODE}")
    name: str = leaf("What tells it from its siblings; 1 to 120 characters.")


@strawberry.input(description="A product to add, or to replace.")
class UpsertProductInput:
    id: strawberry.ID | None = optional("The product to replace; a new one if left out.")
    name: str = leaf("The name, unique; 1 to 120 characters.")
    category: str = leaf("The category; 1 to 120 characters.")
    brand: str = leaf("The brand; 1 to 120 characters.")
    variants: list[VariantInput] = leaf("Variants to add or replace, up to 200; those not named stay as they are.")

    def to_command(self) -> UpsertProduct:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            product_id = ids.maybe(NodeKind.PRODUCT, self.id, "id")
            variants = tuple(
                VariantEntry(ids.maybe(NodeKind.VARIANT, item.id, "variants", str(index), "id"), item.sku, item.name)
                for index, item in enumerate(self.variants)
            )
        return UpsertProduct(id=product_id, name=self.name, category=self.category, brand=self.brand, variants=variants)


@strawberry.input(description="A geography to add, or to replace.")
class UpsertGeographyInput:
    id: strawberry.ID | None = optional("The geography to replace; a new one if left out.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name; 1 to 120 characters.")
    level: GeographyLevel = leaf("How far down the tree it is; it stays while others lie beneath it.")
    parent_id: strawberry.ID | None = optional("What it lies in, one level up; nothing for a country.")

    def to_command(self) -> UpsertGeography:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.GEOGRAPHY, self.id, "id")
            parent_id = ids.maybe(NodeKind.GEOGRAPHY, self.parent_id, "parentId")
        return UpsertGeography(id=key, code=self.code, name=self.name, level=self.level, parent_id=parent_id)


@strawberry.input(description="A tier to add, or to replace.")
class UpsertTierInput:
    id: strawberry.ID | None = optional("The tier to replace; a new one if left out.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name; 1 to 120 characters.")
    rank: int = leaf("Its place among the tiers, 1 to 100, unique; a higher rank is a better tier.")

    def to_command(self) -> UpsertTier:
        """The command. Raises InvalidInput for an id that makes no sense."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.TIER, self.id, "id")
        return UpsertTier(id=key, code=self.code, name=self.name, rank=self.rank)


@strawberry.input(description="A vendor to add, or to replace.")
class UpsertVendorInput:
    id: strawberry.ID | None = optional("The vendor to replace; a new one if left out.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name of the company; 1 to 120 characters.")
    kind: VendorKind = leaf("What it does in a chain.")
    city: str | None = optional("Where it works; up to 120 characters.")

    def to_command(self) -> UpsertVendor:
        """The command. Raises InvalidInput for an id that makes no sense."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.VENDOR, self.id, "id")
        return UpsertVendor(id=key, code=self.code, name=self.name, kind=self.kind, city=self.city)
