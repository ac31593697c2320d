"""Root fields about packs."""

from typing import Annotated

import strawberry

from db.consignments.pack_rows import PackViewRow
from domain.permissions import Permission
from resolvers.consignments.declare_packs import declare_packs
from resolvers.consignments.pack_lists import list_packs
from resolvers.consignments.pack_loaders import find_pack
from resolvers.consignments.unpack_packs import unpack_packs
from resolvers.paging import Page, PageArguments
from schema.consignments import pack_inputs as inputs
from schema.consignments import payloads
from schema.consignments.pack_filter import PackFilterInput
from schema.consignments.pack_types import Pack
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query

PackFilterArgument = Annotated[
    PackFilterInput | None,
    strawberry.argument(name="filter", description="Return only packs that match this filter."),
]
SsccArgument = Annotated[
    str, strawberry.argument(description="The SSCC of the pack. (00), spaces, and dashes do not matter.")
]


@strawberry.type
class PackQueries:
    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=Connection[Pack] | None,
        description="Returns packs, last packed first. A vendor sees those that it has on hand, and those of batches "
        "that it sent or receives.",
    )
    async def packs(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: PackFilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[PackViewRow]:
        chosen = (filter_ or PackFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_packs(info.context, page, chosen)

    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=Pack | None,
        description="Returns the pack with this SSCC; if the code was used again, the pack that is not opened or was "
        "packed last. Null if there is none that the viewer may see.",
    )
    async def pack(self, info: AppInfo, sscc: SsccArgument) -> PackViewRow | None:
        return await find_pack(info.context, sscc)


@strawberry.type
class PackMutations:
    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Put good coupons that the vendor has on hand into packs. A pack moves as a whole: name its SSCC "
        "to dispatch, receive, or commission it. It is opened when only a part of its coupons moves.",
    )
    async def declare_packs(self, info: AppInfo, input: inputs.DeclarePacksInput) -> payloads.DeclarePacksPayload:
        return payloads.DeclarePacksPayload(key=await declare_packs(info.context, input.to_command()))

    @mutation(
        requires=Permission.CUSTODY_RECORD,
        description="Open packs that the vendor has on hand. Their coupons stay where they are.",
    )
    async def unpack_packs(self, info: AppInfo, input: inputs.UnpackPacksInput) -> payloads.UnpackPacksPayload:
        return payloads.UnpackPacksPayload(key=await unpack_packs(info.context, input.to_command()))
