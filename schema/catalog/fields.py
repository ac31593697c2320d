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

CategoryArgument = Annotated[str | None, strawberry.argument(description="Only products of this category.")]
KindArgument = Annotated[VendorKind | None, strawberry.argument(description="Only vendors of this kind.")]
ParentArgument = Annotated[strawberry.ID | None, strawberry.argument(description="Only what lies right beneath this.")]


@strawberry.type
class CatalogQueries:
    """Root fields that read the catalog."""

    @query(
        requires=Permission.CATALOG_READ,
        returns=Connection[Product],
        description="Products by name; a search finds them by their SKUs too.",
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
        description="Variants by SKU; a search finds them by their products too.",
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

    @query(requires=Permission.CATALOG_READ, returns=list[str], description="The categories of the products, by name.")
    async def categories(self, info: AppInfo) -> list[str]:
        return await list_categories(info.context)

    @query(
        requires=Permission.CATALOG_READ,
        returns=list[Geography],
        description="Geographies by name, at most 200: beneath a parent or found by a search, else the countries.",
    )
    async def geographies(
        self, info: AppInfo, parent_id: ParentArgument = None, search: SearchArgument = None
    ) -> list[GeographyRow]:
        parent = None if parent_id is None else argument_id(NodeKind.GEOGRAPHY, parent_id, "parentId")
        return await list_geographies(info.context, parent_id=parent, search=search)

    @query(requires=Permission.CATALOG_READ, returns=list[Tier], description="All tiers, the lowest rank first.")
    async def tiers(self, info: AppInfo) -> list[TierRow]:
        return await list_tiers(info.context)

    @query(requires=Permission.VENDOR_READ, returns=Connection[Vendor], description="Vendors by name.")
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
    """Root fields that change the catalog."""

    @mutation(requires=Permission.CATALOG_MANAGE, description="Add a product with its variants, or replace it.")
    async def upsert_product(self, info: AppInfo, input: inputs.UpsertProductInput) -> payloads.UpsertProductPayload:
        return payloads.UpsertProductPayload(key=await upsert_product(info.context, input.to_command()))

    @mutation(requires=Permission.CATALOG_MANAGE, description="Add a geography, or replace it.")
    async def upsert_geography(
        self, info: AppInfo, input: inputs.UpsertGeographyInput
    ) -> payloads.UpsertGeographyPayload:
        return payloads.UpsertGeographyPayload(key=await upsert_geography(info.context, input.to_command()))

    @mutation(requires=Permission.CATALOG_MANAGE, description="Add a tier, or replace it.")
    async def upsert_tier(self, info: AppInfo, input: inputs.UpsertTierInput) -> payloads.UpsertTierPayload:
        return payloads.UpsertTierPayload(key=await upsert_tier(info.context, input.to_command()))

    @mutation(requires=Permission.VENDOR_MANAGE, description="Add a vendor, or replace it.")
    async def upsert_vendor(self, info: AppInfo, input: inputs.UpsertVendorInput) -> payloads.UpsertVendorPayload:
        return payloads.UpsertVendorPayload(key=await upsert_vendor(info.context, input.to_command()))
