"""Rows of the catalog."""

from uuid import UUID

from msgspec import Struct


class CategoryRow(Struct, frozen=True):
    """A category of products."""

    id: UUID
    name: str


class ProductRow(Struct, frozen=True):
    """A product."""

    id: UUID
    name: str
    category_id: UUID
    category: str
    brand: str


class VariantRow(Struct, frozen=True):
    """One SKU of a product."""

    id: UUID
    sku: str
    name: str
    product_id: UUID


class GeographyRow(Struct, frozen=True):
    """A node of the geography tree."""

    id: UUID
    code: str
    name: str
    level: str
    parent_id: UUID | None


class TierRow(Struct, frozen=True):
    """A tier of ECPs."""

    id: UUID
    code: str
    name: str
    rank: int


class VendorRow(Struct, frozen=True):
    """A vendor."""

    id: UUID
    code: str
    name: str
    kind: str
    city: str | None
