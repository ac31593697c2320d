"""Inputs of the catalog."""

import strawberry

from domain.catalog.facts import GeographyLevel, VendorKind
from domain.node_kinds import NodeKind
from resolvers.catalog.merge_categories import MergeCategories
from resolvers.catalog.rename_category import RenameCategory
from resolvers.catalog.upsert_geography import UpsertGeography
from resolvers.catalog.upsert_product import UpsertProduct, VariantEntry
from resolvers.catalog.upsert_tier import UpsertTier
from resolvers.catalog.upsert_vendor import UpsertVendor
from schema.fields import leaf, optional
from schema.ids import InputIds

ACKNOWLEDGE = (
    "Whether to make the change although it affects schemes that are approved or wait for approval. Without it, the "
    "error `ImpactNotAcknowledged` lists these schemes."
)
CODE = "up to 40 capital letters, digits and the characters `. _ / -`. It must be unique."


@strawberry.input(description="A variant of a product.")
class VariantInput:
    id: strawberry.ID | None = optional("The ID of the variant to replace. Omit it to create a variant.")
    sku: str = leaf(f"The stock keeping unit: {CODE}")
    name: str = leaf("The difference from the other variants of the product, such as the size; 1 to 120 characters.")


@strawberry.input(description="A product to create or replace.")
class UpsertProductInput:
    id: strawberry.ID | None = optional("The ID of the product to replace. Omit it to create a product.")
    name: str = leaf("The name, which must be unique; 1 to 120 characters.")
    category: str = leaf(
        "The name of the category, which is added if no category has it; 1 to 120 characters. Case and spacing do not "
        "matter."
    )
    brand: str = leaf("The brand; 1 to 120 characters.")
    variants: list[VariantInput] = leaf(
        "The variants to create or replace, up to 200. Other variants of the product stay as they are."
    )
    acknowledge_impact: bool | None = optional(ACKNOWLEDGE)

    def to_command(self) -> UpsertProduct:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            product_id = ids.maybe(NodeKind.PRODUCT, self.id, "id")
            variants = tuple(
                VariantEntry(ids.maybe(NodeKind.VARIANT, item.id, "variants", str(index), "id"), item.sku, item.name)
                for index, item in enumerate(self.variants)
            )
        return UpsertProduct(
            id=product_id,
            name=self.name,
            category=self.category,
            brand=self.brand,
            variants=variants,
            acknowledge_impact=bool(self.acknowledge_impact),
        )


@strawberry.input(description="A category to rename. Bonus rules that refer to it keep their meaning.")
class RenameCategoryInput:
    category: str = leaf("The current name of the category. Case and spacing do not matter.")
    name: str = leaf("The new name, which must be unique; 1 to 120 characters.")

    def to_command(self) -> RenameCategory:
        """Convert the input."""
        return RenameCategory(category=self.category, name=self.name)


@strawberry.input(description="Two categories of which one gets the products of the other.")
class MergeCategoriesInput:
    category: str = leaf("The name of the category whose products move. Case and spacing do not matter.")
    into: str = leaf("The name of the category that gets them.")
    acknowledge_impact: bool | None = optional(ACKNOWLEDGE)

    def to_command(self) -> MergeCategories:
        """Convert the input."""
        return MergeCategories(category=self.category, into=self.into, acknowledge_impact=bool(self.acknowledge_impact))


@strawberry.input(description="A geography to create or replace.")
class UpsertGeographyInput:
    id: strawberry.ID | None = optional("The ID of the geography to replace. Omit it to create a geography.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name; 1 to 120 characters.")
    level: GeographyLevel = leaf("The level in the tree. It cannot change while the geography has children.")
    parent_id: strawberry.ID | None = optional("The ID of the parent, which is one level up. Omit it for a country.")
    acknowledge_impact: bool | None = optional(ACKNOWLEDGE)

    def to_command(self) -> UpsertGeography:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.GEOGRAPHY, self.id, "id")
            parent_id = ids.maybe(NodeKind.GEOGRAPHY, self.parent_id, "parentId")
        return UpsertGeography(
            id=key,
            code=self.code,
            name=self.name,
            level=self.level,
            parent_id=parent_id,
            acknowledge_impact=bool(self.acknowledge_impact),
        )


@strawberry.input(description="A tier to create or replace.")
class UpsertTierInput:
    id: strawberry.ID | None = optional("The ID of the tier to replace. Omit it to create a tier.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name; 1 to 120 characters.")
    rank: int = leaf("The rank, 1 to 100, which must be unique. A higher rank is a better tier.")
    acknowledge_impact: bool | None = optional(ACKNOWLEDGE)

    def to_command(self) -> UpsertTier:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.TIER, self.id, "id")
        return UpsertTier(
            id=key,
            code=self.code,
            name=self.name,
            rank=self.rank,
            acknowledge_impact=bool(self.acknowledge_impact),
        )


@strawberry.input(description="A vendor to create or replace.")
class UpsertVendorInput:
    id: strawberry.ID | None = optional("The ID of the vendor to replace. Omit it to create a vendor.")
    code: str = leaf(f"The code: {CODE}")
    name: str = leaf("The name of the company; 1 to 120 characters.")
    kind: VendorKind = leaf("The role of the vendor in a vendor chain.")
    city: str | None = optional("Where the vendor works; up to 120 characters.")

    def to_command(self) -> UpsertVendor:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        with InputIds() as ids:
            key = ids.maybe(NodeKind.VENDOR, self.id, "id")
        return UpsertVendor(id=key, code=self.code, name=self.name, kind=self.kind, city=self.city)
