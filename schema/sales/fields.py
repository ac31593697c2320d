"""Root fields of sales."""

from typing import Annotated

import strawberry

from db.sales.rows import AliasRow, ParkedSaleRow, SaleRow
from domain.permissions import Permission
from resolvers.paging import Page, PageArguments
from resolvers.sales.add_alias import add_alias
from resolvers.sales.discard_parked_sales import discard_parked_sales
from resolvers.sales.lists import list_aliases, list_parked_sales
from resolvers.sales.loaders import find_sale
from resolvers.sales.record_sales import record_sales
from resolvers.sales.remove_alias import remove_alias
from resolvers.sales.set_sale_source_accounts import set_sale_source_accounts
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query
from schema.sales import inputs, payloads
from schema.sales.types import Alias, ParkedSale, Sale

SourceArgument = Annotated[str, strawberry.argument(description="The system that reported the sale.")]
ExternalIdArgument = Annotated[str, strawberry.argument(description="The ID of the sale in that system.")]
ParkedSearchArgument = Annotated[
    str | None,
    strawberry.argument(
        description="Return only parked sales with this in their external ID, in their problem, or in what names the "
        "ECP or a variant. Case does not matter."
    ),
]
AliasSearchArgument = Annotated[
    str | None, strawberry.argument(description="Return only aliases with this in them. Case does not matter.")
]
OfSourceArgument = Annotated[str | None, strawberry.argument(description="Return only parked sales of this source.")]


@strawberry.type
class SaleQueries:
    @query(
        requires=Permission.SALE_READ,
        returns=Sale | None,
        description="Returns a sale. Null if it is not recorded or the viewer may not see it: ECPs see their own "
        "sales, and connected systems those of their sources.",
    )
    async def sale(self, info: AppInfo, source: SourceArgument, external_id: ExternalIdArgument) -> SaleRow | None:
        return await find_sale(info.context, source, external_id)

    @query(
        requires=Permission.SALE_READ,
        returns=Connection[ParkedSale],
        description="Returns parked sales, the longest parked first. Connected systems see those of their sources, and "
        "ECPs none.",
    )
    async def parked_sales(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        source: OfSourceArgument = None,
        search: ParkedSearchArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ParkedSaleRow]:
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_parked_sales(info.context, page, source, search)

    @query(
        requires=Permission.SALE_REPAIR,
        returns=Connection[Alias],
        description="Returns the aliases of ECPs and variants, newest first.",
    )
    async def aliases(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        search: AliasSearchArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[AliasRow]:
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_aliases(info.context, page, search)


@strawberry.type
class SaleMutations:
    @mutation(
        requires=Permission.SALE_RECORD,
        description="Record sales of ECPs that a connected system reports, with corrections and returns. The source "
        "and the external ID identify a sale for ever: sending the same sale again changes nothing, and a higher "
        "revision corrects it. Sales that earn no points are recorded too.",
    )
    async def record_sales(self, info: AppInfo, input: inputs.RecordSalesInput) -> payloads.RecordSalesPayload:
        return payloads.RecordSalesPayload.of(await record_sales(info.context, input.to_command()))

    @mutation(
        requires=Permission.SALE_REPAIR,
        description="Add a name that other systems give an ECP or a variant. Parked sales that wait for it are "
        "recorded.",
    )
    async def add_alias(self, info: AppInfo, input: inputs.AddAliasInput) -> payloads.AddAliasPayload:
        added = await add_alias(info.context, input.to_command())
        return payloads.AddAliasPayload(key=added.alias_id, recorded=added.recorded, notices=list(added.notices))

    @mutation(
        requires=Permission.SALE_REPAIR,
        description="Remove an alias. Sales that were recorded with it stay as they are.",
    )
    async def remove_alias(self, info: AppInfo, input: inputs.RemoveAliasInput) -> payloads.RemoveAliasPayload:
        await remove_alias(info.context, input.to_command())
        return payloads.RemoveAliasPayload()

    @mutation(
        requires=Permission.SALE_REPAIR,
        description="Discard parked sales that cannot be recorded. They are kept with the reason; if the source sends "
        "such a sale again, it is a new one.",
    )
    async def discard_parked_sales(
        self, info: AppInfo, input: inputs.DiscardParkedSalesInput
    ) -> payloads.DiscardParkedSalesPayload:
        discarded = await discard_parked_sales(info.context, input.to_command())
        return payloads.DiscardParkedSalesPayload(discarded=discarded)

    @mutation(
        requires=Permission.SALE_SOURCE_MANAGE,
        description="Choose the accounts that may report for a source of sales and see its sales. Without this, a "
        "source belongs to the first account that uses it.",
    )
    async def set_sale_source_accounts(
        self, info: AppInfo, input: inputs.SetSaleSourceAccountsInput
    ) -> payloads.SetSaleSourceAccountsPayload:
        source = await set_sale_source_accounts(info.context, input.to_command())
        return payloads.SetSaleSourceAccountsPayload(source=source)
