"""Root fields of the catalog."""

from typing import Annotated

import strawberry

from db.catalog.rows import GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from domain.catalog.facts import VendorKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.catalog.loaders import (
    list_categories,
    list_geographies,
    list_products,
    list_tiers,
    list_variants,
    list_vendors,
)
from resolvers.catalog.merge_categories import merge_categories
from resolvers.catalog.rename_category import rename_category
from resolvers.catalog.upsert_geography import upsert_geography
from resolvers.catalog.upsert_product import upsert_product
from resolvers.catalog.upsert_tier import upsert_tier
from resolvers.catalog.upsert_vendor import upsert_vendor
from resolvers.paging import Page, PageArguments
from schema.catalog import inputs, payloads
from schema.catalog.types import Geography, Product, Tier, Variant, Vendor
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument, SearchArgument
from schema.roots import mutation, query

CategoryArgument = Annotated[
    str | None,
    strawberry.argument(
        description="Return only products in the category with this name. Case and spacing do not matter."
    ),
]
KindArgument = Annotated[VendorKind | None, strawberry.argument(description="Return only vendors of this kind.")]
ParentArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="Return only the direct children of this geography.")
]


@strawberry.type
class CatalogQueries:
    @query(
        requires=Permission.CATALOG_READ,
        returns=Connection[Product],
        description="Returns products, ordered by name. The search also matches the SKUs of their variants.",
    )
    async def products(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        search: SearchArgument = None,
        category: CategoryArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ProductRow]:
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_products(info.context, page, search=search, category=category)

    @query(
        requires=Permission.CATALOG_READ,
        returns=Connection[Variant],
        description="Returns variants, ordered by SKU. The search also matches the names of their products.",
    )
    async def variants(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        search: SearchArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[VariantRow]:
        return await list_variants(
            info.context, PageArguments(first=first, after=after, last=last, before=before), search=search
        )

    @query(
        requires=Permission.CATALOG_READ,
        returns=list[str],
        description="Returns the names of all categories that have products, in alphabetical order.",
    )
    async def categories(self, info: AppInfo) -> list[str]:
        return await list_categories(info.context)

    @query(
        requires=Permission.CATALOG_READ,
        returns=list[Geography],
        description="Returns up to 200 geographies, ordered by name: the children of `parentId`, or the "
        "matches of `search`. With neither, returns the countries.",
        newcomers=True,
    )
    async def geographies(
        self, info: AppInfo, parent_id: ParentArgument = None, search: SearchArgument = None
    ) -> list[GeographyRow]:
        parent = None if parent_id is None else argument_id(NodeKind.GEOGRAPHY, parent_id, "parentId")
        return await list_geographies(info.context, parent_id=parent, search=search)

    @query(
        requires=Permission.CATALOG_READ,
        returns=list[Tier],
        description="Returns all tiers, lowest rank first.",
        newcomers=True,
    )
    async def tiers(self, info: AppInfo) -> list[TierRow]:
        return await list_tiers(info.context)

    @query(requires=Permission.VENDOR_READ, returns=Connection[Vendor], description="Returns vendors, ordered by name.")
    async def vendors(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        kind: KindArgument = None,
        search: SearchArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[VendorRow]:
        return await list_vendors(
            info.context, PageArguments(first=first, after=after, last=last, before=before), search=search, kind=kind
        )


@strawberry.type
class CatalogMutations:
    @mutation(requires=Permission.CATALOG_MANAGE, description="Create or replace a product and its variants.")
    async def upsert_product(self, info: AppInfo, input: inputs.UpsertProductInput) -> payloads.UpsertProductPayload:
        return payloads.UpsertProductPayload(key=await upsert_product(info.context, input.to_command()))

    @mutation(
        requires=Permission.CATALOG_MANAGE,
        description="Rename a category. Rules that refer to it apply to the same products as before.",
    )
    async def rename_category(self, info: AppInfo, input: inputs.RenameCategoryInput) -> payloads.RenameCategoryPayload:
        return payloads.RenameCategoryPayload(key=await rename_category(info.context, input.to_command()))

    @mutation(
        requires=Permission.CATALOG_MANAGE,
        description="Move all products of a category to another one. The empty category is no longer listed.",
    )
    async def merge_categories(
        self, info: AppInfo, input: inputs.MergeCategoriesInput
    ) -> payloads.MergeCategoriesPayload:
        return payloads.MergeCategoriesPayload(key=await merge_categories(info.context, input.to_command()))

    @mutation(requires=Permission.CATALOG_MANAGE, description="Create or replace a geography.")
    async def upsert_geography(
        self, info: AppInfo, input: inputs.UpsertGeographyInput
    ) -> payloads.UpsertGeographyPayload:
        return payloads.UpsertGeographyPayload(key=await upsert_geography(info.context, input.to_command()))

    @mutation(requires=Permission.CATALOG_MANAGE, description="Create or replace a tier.")
    async def upsert_tier(self, info: AppInfo, input: inputs.UpsertTierInput) -> payloads.UpsertTierPayload:
        return payloads.UpsertTierPayload(key=await upsert_tier(info.context, input.to_command()))

    @mutation(requires=Permission.VENDOR_MANAGE, description="Create or replace a vendor.")
    async def upsert_vendor(self, info: AppInfo, input: inputs.UpsertVendorInput) -> payloads.UpsertVendorPayload:
        return payloads.UpsertVendorPayload(key=await upsert_vendor(info.context, input.to_command()))
