"""Tables of the catalog: products and variants, geographies, tiers and vendors."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from db.text_columns import search_index, search_words_column, sort_key_column, text_key_column
from domain.catalog.facts import GeographyLevel, VendorKind


class CategoryTable(Base):
    """A category of products. Rules refer to its id, so that its name may change."""

    __tablename__ = "category"
    __table_args__ = (
        Index("uq_category__name_key", "name_key", unique=True),
        Index("uq_category__id_name", "id", "name", unique=True),
    )

    id: Mapped[Key]
    name: Mapped[str]
    name_key: Mapped[str] = text_key_column("name")


class ProductTable(Base):
    """A product of the brand; its variants carry the SKUs.

    The name of the category stands beside its id for search and for reads without a join; the foreign key renames it.
    """

    __tablename__ = "product"
    __table_args__ = (
        Index("uq_product__name_key", "name_key", unique=True),
        Index("ix_product__sort_name", "sort_name", "id"),
        Index("ix_product__category_id_sort_name", "category_id", "sort_name", "id"),
        ForeignKeyConstraint(["category_id", "category"], ["category.id", "category.name"], onupdate="CASCADE"),
        search_index("product"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    category_id: Mapped[UUID]
    category: Mapped[str]
    brand: Mapped[str]
    # Null where another product had the same key when keys were introduced.
    name_key: Mapped[str | None] = text_key_column("name")
    sort_name: Mapped[bytes] = sort_key_column("name")
    search_words: Mapped[str] = search_words_column("name", "category", "brand")


class VariantTable(Base):
    """One SKU of a product."""

    __tablename__ = "variant"
    __table_args__ = (Index("uq_variant__sku", "sku", unique=True), search_index("variant"))

    id: Mapped[Key]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"), index=True)
    sku: Mapped[str]
    name: Mapped[str]
    search_words: Mapped[str] = search_words_column("sku", "name")


class GeographyTable(Base):
    """A node of the tree of countries, regions and cities."""

    __tablename__ = "geography"
    __table_args__ = (
        Index("uq_geography__code", "code", unique=True),
        one_of("level", GeographyLevel),
        CheckConstraint("(parent_id IS NULL) = (level = 'COUNTRY')", "only_countries_are_roots"),
        Index("ix_geography__sort_name", "sort_name", "id"),
        search_index("geography"),
    )

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    level: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("geography.id"), index=True)
    sort_name: Mapped[bytes] = sort_key_column("name")
    search_words: Mapped[str] = search_words_column("code", "name")


class TierTable(Base):
    """A rank of ECPs; a higher rank is a better tier."""

    __tablename__ = "tier"
    __table_args__ = (
        Index("uq_tier__code", "code", unique=True),
        Index("uq_tier__rank", "rank", unique=True),
        CheckConstraint("rank >= 1", "rank_positive"),
    )

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    rank: Mapped[int]


class VendorTable(Base):
    """A company that prints, packs or manufactures."""

    __tablename__ = "vendor"
    __table_args__ = (
        Index("uq_vendor__code", "code", unique=True),
        Index("ix_vendor__sort_name", "sort_name", "id"),
        one_of("kind", VendorKind),
        search_index("vendor"),
    )

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    city: Mapped[str | None]
    sort_name: Mapped[bytes] = sort_key_column("name")
    search_words: Mapped[str] = search_words_column("code", "name", "city")


class TierVersionTable(Base):
    """The rank of a tier from a moment until the next one; the first row is valid from -infinity."""

    __tablename__ = "tier_version"

    tier_id: Mapped[UUID] = mapped_column(ForeignKey("tier.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[Moment] = mapped_column(primary_key=True)
    rank: Mapped[int]


class GeographyVersionTable(Base):
    """The level and parent of a geography from a moment until the next one; the first row is valid from -infinity."""

    __tablename__ = "geography_version"
    __table_args__ = (one_of("level", GeographyLevel),)

    geography_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[Moment] = mapped_column(primary_key=True)
    level: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("geography.id"))


class ProductVersionTable(Base):
    """The category of a product from a moment until the next one; the first row is valid from -infinity."""

    __tablename__ = "product_version"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[Moment] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(ForeignKey("category.id"))
