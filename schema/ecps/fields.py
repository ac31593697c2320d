"""Root fields of ECPs."""

from typing import Annotated

import strawberry

from db.ecps.rows import EcpRow
from domain.permissions import Permission
from resolvers.ecps.erase_ecp import erase_ecp
from resolvers.ecps.lists import list_ecps
from resolvers.ecps.loaders import find_ecp
from resolvers.ecps.record_activities import record_activities
from resolvers.ecps.register_ecp import register_ecp
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.update_ecp import update_ecp
from resolvers.ecps.verify_ecp import verify_ecp
from resolvers.paging import Page, PageArguments
from schema.ecps import inputs, payloads
from schema.ecps.enums import EcpOrder
from schema.ecps.types import Ecp
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query

FilterArgument = Annotated[
    inputs.EcpFilterInput | None, strawberry.argument(name="filter", description="Which ECPs to list.")
]
OrderArgument = Annotated[EcpOrder | None, strawberry.argument(description="In which order; by name if left out.")]
CodeArgument = Annotated[str, strawberry.argument(description="The code people use, like `ECP-2026-000123`.")]


@strawberry.type
class EcpQueries:
    """Root fields that read ECPs."""

    @query(requires=Permission.ECP_READ, returns=Connection[Ecp], description="ECPs, a page at a time.")
    async def ecps(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: FilterArgument = None,
        order_by: OrderArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[EcpRow]:
        chosen = (filter_ or inputs.EcpFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_ecps(info.context, page, chosen, order_by or EcpOrder.NAME_ASC)

    @query(
        requires=Permission.ECP_READ,
        returns=Ecp | None,
        description="The ECP of a code; null when there is none. An ECP finds itself as `viewer.ecp`.",
    )
    async def ecp(self, info: AppInfo, code: CodeArgument) -> EcpRow | None:
        return await find_ecp(info.context, code)


@strawberry.type
class EcpMutations:
    """Root fields that change ECPs."""

    @mutation(
        requires=Permission.ECP_REGISTER,
        description="Become an ECP with the account that is signed in; a program manager then verifies it.",
    )
    async def register_ecp(self, info: AppInfo, input: inputs.RegisterEcpInput) -> payloads.RegisterEcpPayload:
        return payloads.RegisterEcpPayload(key=await register_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_MANAGE,
        description="Make an ECP active, with a tier: one that registered, or one that was suspended. An active one "
        "gets another tier.",
    )
    async def verify_ecp(self, info: AppInfo, input: inputs.VerifyEcpInput) -> payloads.VerifyEcpPayload:
        return payloads.VerifyEcpPayload(key=await verify_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_MANAGE,
        description="Keep an active ECP from enrolling and earning, until it is verified again.",
    )
    async def suspend_ecp(self, info: AppInfo, input: inputs.SuspendEcpInput) -> payloads.SuspendEcpPayload:
        return payloads.SuspendEcpPayload(key=await suspend_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_UPDATE,
        description="Correct the data of an ECP. Program managers correct any; an ECP its own, of which the name, the "
        "place and the license number are fixed once it is verified.",
    )
    async def update_ecp(self, info: AppInfo, input: inputs.UpdateEcpInput) -> payloads.UpdateEcpPayload:
        return payloads.UpdateEcpPayload(key=await update_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_ERASE,
        description="Erase the personal data of an ECP for good. The code and the history stay; an account that is "
        "nothing but this ECP's is erased and disabled with it.",
    )
    async def erase_ecp(self, info: AppInfo, input: inputs.EraseEcpInput) -> payloads.EraseEcpPayload:
        return payloads.EraseEcpPayload(key=await erase_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ACTIVITY_RECORD,
        description="Record what ECPs did, as a connected system reports it. An activity is known by source and "
        "external id: the same again changes nothing. Each is recorded or rejected by itself.",
    )
    async def record_activities(
        self, info: AppInfo, input: inputs.RecordActivitiesInput
    ) -> payloads.RecordActivitiesPayload:
        return payloads.RecordActivitiesPayload.of(await record_activities(info.context, input.to_command()))
