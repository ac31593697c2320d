"""Types of the catalog."""

import strawberry

from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from domain.catalog.facts import GeographyLevel, VendorKind
from domain.node_kinds import NodeKind
from resolvers.catalog.loaders import children_by_geography, geographies_by_id, products_by_id, variants_by_product
from schema.descriptions import described
from schema.fields import batched, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type

described(
    GeographyLevel,
    "The level of a geography in the tree.",
    {
        GeographyLevel.COUNTRY: "A country, at the top of the tree.",
        GeographyLevel.REGION: "A region of a country.",
        GeographyLevel.CITY: "A city in a region.",
    },
)
described(
    VendorKind,
    "The role of a vendor in a vendor chain.",
    {
        VendorKind.PRINTER: "Prints coupons.",
        VendorKind.PACKAGER: "Packs coupons for the manufacturer.",
        VendorKind.FACTORY: "Puts coupons into product units, which activates the coupons.",
    },
)


@node_type(CategoryRow, "A category of products. Bonus rules can refer to it.")
class Category(Node):
    id: strawberry.ID = node_id(NodeKind.CATEGORY)
    name: str = leaf("The name of the category, unique in the catalog whatever its case and spacing.")


@node_type(ProductRow, "A product of the brand. Each of its variants has an SKU.")
class Product(Node):
    id: strawberry.ID = node_id(NodeKind.PRODUCT)
    name: str = leaf("The name of the product, unique in the catalog.")
    category: str = leaf("The name of the category. Bonus rules can refer to it.")
    brand: str = leaf("The brand under which the product is sold.")
    variants: list["Variant"] = batched(
        variants_by_product, key="id", description="The variants of the product, ordered by SKU."
    )


@node_type(VariantRow, "A variant of a product, with its own SKU.")
class Variant(Node):
    id: strawberry.ID = node_id(NodeKind.VARIANT)
    sku: str = leaf("The stock keeping unit, unique in the catalog.")
    name: str = leaf("The difference from the other variants of the product, such as the size.")
    product: Product = batched(products_by_id, key="product_id", description="The product that this is a variant of.")


@node_type(GeographyRow, "A country, region or city. A list of geographies includes everything beneath each entry.")
class Geography(Node):
    id: strawberry.ID = node_id(NodeKind.GEOGRAPHY)
    code: str = leaf("The code of the geography, unique in the tree.")
    name: str = leaf("The name of the geography.")
    level: GeographyLevel = leaf("The level in the tree.")
    parent: "Geography | None" = batched(
        geographies_by_id, key="parent_id", description="The geography that contains this one. Null if it is a country."
    )
    children: list["Geography"] = batched(
        children_by_geography, key="id", description="The geographies directly beneath this one, ordered by name."
    )


@node_type(TierRow, "A rank of ECPs.")
class Tier(Node):
    id: strawberry.ID = node_id(NodeKind.TIER)
    code: str = leaf("The code of the tier.")
    name: str = leaf("The name of the tier.")
    rank: int = leaf("The rank of the tier. A higher rank is a better tier.")


@node_type(VendorRow, "A company that prints, packs or manufactures.")
class Vendor(Node):
    id: strawberry.ID = node_id(NodeKind.VENDOR)
    code: str = leaf("The code of the vendor.")
    name: str = leaf("The name of the company.")
    kind: VendorKind = leaf("The role of the vendor in a vendor chain.")
    city: str | None = leaf("Where the vendor works.")
