"""Root fields of ECPs."""

from typing import Annotated

import strawberry

from db.ecps.rows import EcpRow
from domain.permissions import Permission
from resolvers.adjustments.erase_ecp import erase_ecp
from resolvers.ecps.lists import list_ecps
from resolvers.ecps.loaders import find_ecp
from resolvers.ecps.record_activities import record_activities
from resolvers.ecps.register_ecp import register_ecp
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.unlock_ecp import unlock_ecp
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
    inputs.EcpFilterInput | None,
    strawberry.argument(name="filter", description="Return only ECPs that match this filter."),
]
OrderArgument = Annotated[EcpOrder | None, strawberry.argument(description="The order of the list. Default: by name.")]
CodeArgument = Annotated[str, strawberry.argument(description="The code of the ECP, such as `ECP-2026-000123`.")]


@strawberry.type
class EcpQueries:
    @query(requires=Permission.ECP_READ, returns=Connection[Ecp], description="Returns ECPs.")
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
        description="Returns the ECP with this code. Null if there is none. ECPs find themselves as `viewer.ecp`.",
    )
    async def ecp(self, info: AppInfo, code: CodeArgument) -> EcpRow | None:
        return await find_ecp(info.context, code)


@strawberry.type
class EcpMutations:
    @mutation(
        requires=Permission.ECP_REGISTER,
        description="Register the viewer's account as an ECP. A program manager then verifies the registration. "
        "For a person without an account, makes one with the role ECP and the e-mail address that the identity "
        "provider has verified.",
        newcomers=True,
    )
    async def register_ecp(self, info: AppInfo, input: inputs.RegisterEcpInput) -> payloads.RegisterEcpPayload:
        return payloads.RegisterEcpPayload(key=await register_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_MANAGE,
        description="Activate a registered or suspended ECP and assign a tier. For an active ECP, change the tier.",
    )
    async def verify_ecp(self, info: AppInfo, input: inputs.VerifyEcpInput) -> payloads.VerifyEcpPayload:
        return payloads.VerifyEcpPayload(key=await verify_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_MANAGE,
        description="Suspend an active ECP, who cannot enroll or earn until verified again.",
    )
    async def suspend_ecp(self, info: AppInfo, input: inputs.SuspendEcpInput) -> payloads.SuspendEcpPayload:
        return payloads.SuspendEcpPayload(key=await suspend_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_MANAGE,
        description="Let an ECP redeem coupons again after too many wrong codes locked it.",
    )
    async def unlock_ecp(self, info: AppInfo, input: inputs.UnlockEcpInput) -> payloads.UnlockEcpPayload:
        return payloads.UnlockEcpPayload(key=await unlock_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_UPDATE,
        description="Correct the data of an ECP. Program managers can correct any ECP. ECPs can correct "
        "only their own data, and after verification no longer their name, place and license "
        "number.",
    )
    async def update_ecp(self, info: AppInfo, input: inputs.UpdateEcpInput) -> payloads.UpdateEcpPayload:
        return payloads.UpdateEcpPayload(key=await update_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ECP_ERASE,
        description="Erase the personal data of an ECP permanently. The code and the history remain. An "
        "account whose only role is ECP is erased and disabled too. An account with other "
        "roles survives and is unlinked.",
    )
    async def erase_ecp(self, info: AppInfo, input: inputs.EraseEcpInput) -> payloads.EraseEcpPayload:
        return payloads.EraseEcpPayload(key=await erase_ecp(info.context, input.to_command()))

    @mutation(
        requires=Permission.ACTIVITY_RECORD,
        description="Record activities of ECPs that a connected system reports. The source and the "
        "external ID identify an activity; sending the same activity again changes nothing. "
        "Each activity is recorded or rejected independently.",
    )
    async def record_activities(
        self, info: AppInfo, input: inputs.RecordActivitiesInput
    ) -> payloads.RecordActivitiesPayload:
        return payloads.RecordActivitiesPayload.of(await record_activities(info.context, input.to_command()))
