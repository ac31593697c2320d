"""Types of the catalog."""

import strawberry

from db.catalog.rows import GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from domain.catalog.facts import GeographyLevel, VendorKind
from domain.node_kinds import NodeKind
from resolvers.catalog.loaders import children_by_geography, geographies_by_id, products_by_id, variants_by_product
from schema.descriptions import described
from schema.fields import batched, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type

described(
    GeographyLevel,
    "How far down the tree of geographies a node is.",
    {
        GeographyLevel.COUNTRY: "A country, a root of the tree.",
        GeographyLevel.REGION: "A region of a country.",
        GeographyLevel.CITY: "A city in a region.",
    },
)
described(
    VendorKind,
    "What a vendor does in a chain.",
    {
        VendorKind.PRINTER: "Prints coupons.",
        VendorKind.PACKAGER: "Packs coupons for the factory.",
        VendorKind.FACTORY: "Puts coupons into product units, which brings them to life.",
    },
)


@node_type(ProductRow, "What the brand sells; its variants carry the SKUs.")
class Product(Node):
    id: strawberry.ID = node_id(NodeKind.PRODUCT)
    name: str = leaf("The name of the product, unique in the catalog.")
    category: str = leaf("The category, which bonus rules can name.")
    brand: str = leaf("The brand the product is sold under.")
    variants: list["Variant"] = batched(
        variants_by_product, key="id", description="The variants of the product, by SKU."
    )


@node_type(VariantRow, "One SKU of a product.")
class Variant(Node):
    id: strawberry.ID = node_id(NodeKind.VARIANT)
    sku: str = leaf("The stock keeping unit, unique in the catalog.")
    name: str = leaf("What tells the variant from its siblings, like its size.")
    product: Product = batched(products_by_id, key="product_id", description="The product.")


@node_type(
    GeographyRow, "A node of the tree of countries, regions and cities. Naming one includes everything beneath it."
)
class Geography(Node):
    id: strawberry.ID = node_id(NodeKind.GEOGRAPHY)
    code: str = leaf("The code of the geography, unique in the tree.")
    name: str = leaf("The name people use.")
    level: GeographyLevel = leaf("How far down the tree it is.")
    parent: "Geography | None" = batched(
        geographies_by_id, key="parent_id", description="What it lies in; null for a country."
    )
    children: list["Geography"] = batched(
        children_by_geography, key="id", description="What lies right beneath it, by name."
    )


@node_type(TierRow, "A rank of ECPs.")
class Tier(Node):
    id: strawberry.ID = node_id(NodeKind.TIER)
    code: str = leaf("The code of the tier.")
    name: str = leaf("The name people use.")
    rank: int = leaf("Its place among the tiers; a higher rank is a better tier.")


@node_type(VendorRow, "A company that prints, packs or manufactures.")
class Vendor(Node):
    id: strawberry.ID = node_id(NodeKind.VENDOR)
    code: str = leaf("The code of the vendor.")
    name: str = leaf("The name of the company.")
    kind: VendorKind = leaf("What it does in a chain.")
    city: str | None = leaf("Where it works.")
