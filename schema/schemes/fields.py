"""Root fields of schemes."""

from typing import Annotated

import strawberry

from db.schemes.rows import SchemeRow
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.enrollments.open_schemes import list_open_schemes
from resolvers.paging import Page, PageArguments
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.approve_scheme import approve_scheme
from resolvers.schemes.create_scheme import create_scheme
from resolvers.schemes.lists import list_schemes
from resolvers.schemes.loaders import find_scheme
from resolvers.schemes.reject_scheme import reject_scheme
from resolvers.schemes.remove_scheme_participant import remove_scheme_participant
from resolvers.schemes.request_scheme_changes import request_scheme_changes
from resolvers.schemes.save_scheme_basics import save_scheme_basics
from resolvers.schemes.save_scheme_bonus_rules import save_scheme_bonus_rules
from resolvers.schemes.save_scheme_coupon_values import save_scheme_coupon_values
from resolvers.schemes.save_scheme_geographies import save_scheme_geographies
from resolvers.schemes.save_scheme_products import save_scheme_products
from resolvers.schemes.submit_scheme import submit_scheme
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument, SearchArgument
from schema.roots import mutation, query
from schema.schemes import inputs
from schema.schemes.enums import SchemeOrder
from schema.schemes.payloads import (
    ApproveSchemePayload,
    CreateSchemePayload,
    RejectSchemePayload,
    RequestSchemeChangesPayload,
    SaveSchemeStepPayload,
    SchemeParticipantPayload,
    SubmitSchemePayload,
)
from schema.schemes.types import Scheme

FilterArgument = Annotated[
    inputs.SchemeFilterInput | None, strawberry.argument(name="filter", description="Which schemes to list.")
]
OrderArgument = Annotated[SchemeOrder | None, strawberry.argument(description="In which order; last changed first.")]
CodeArgument = Annotated[str, strawberry.argument(description="The code people use, like `SCH-2026-000042`.")]
RevisionArgument = Annotated[
    int | None,
    strawberry.argument(description="The number of a revision of it; the scheme itself if left out."),
]
EcpIdArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="For whom, when it is not the viewer; takes `ecp:read`.")
]
What = strawberry.argument(description="What to do.")


@strawberry.type
class SchemeQueries:
    """Root fields that read schemes."""

    @query(
        requires=Permission.SCHEME_READ,
        returns=Connection[Scheme],
        description="The schemes that the viewer sees, a page at a time.",
    )
    async def schemes(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: FilterArgument = None,
        order_by: OrderArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[SchemeRow]:
        """A page of schemes."""
        chosen = (filter_ or inputs.SchemeFilterInput()).to_filter()
        page = PageArguments(first, after, last, before)
        return await list_schemes(info.context, page, chosen, order_by or SchemeOrder.UPDATED_AT_DESC)

    @query(
        requires=Permission.SCHEME_READ,
        returns=Scheme | None,
        description="The scheme of a code, or a revision that it has not become yet; null when the viewer sees none.",
    )
    async def scheme(self, info: AppInfo, code: CodeArgument, revision: RevisionArgument = None) -> SchemeRow | None:
        """One scheme."""
        return await find_scheme(info.context, code, revision)

    @query(
        requires=Permission.SCHEME_READ,
        returns=Connection[Scheme],
        description="The schemes in which an ECP can enroll today: approved ones whose enrollment window is open and "
        "that run where the ECP is. Those that close first come first. Who is no ECP sees those of all places.",
    )
    async def open_schemes(
        self,
        info: AppInfo,
        search: SearchArgument = None,
        ecp_id: EcpIdArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
    ) -> Page[SchemeRow]:
        """A page of schemes."""
        key = None if ecp_id is None else argument_id(NodeKind.ECP, ecp_id, "ecpId")
        return await list_open_schemes(info.context, PageArguments(first, after), search=search, ecp_id=key)


@strawberry.type
class SchemeMutations:
    """Root fields that change schemes."""

    @mutation(requires=Permission.SCHEME_DEFINE, description="Start the definition of a scheme.")
    async def create_scheme(
        self, info: AppInfo, input: Annotated[inputs.CreateSchemeInput, What]
    ) -> CreateSchemePayload:
        """Create."""
        return CreateSchemePayload(scheme_id=await create_scheme(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the first step of the wizard.")
    async def save_scheme_basics(
        self, info: AppInfo, input: Annotated[inputs.SaveSchemeBasicsInput, What]
    ) -> SaveSchemeStepPayload:
        """Save basics."""
        return SaveSchemeStepPayload.of(await save_scheme_basics(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the second step of the wizard.")
    async def save_scheme_products(
        self, info: AppInfo, input: Annotated[inputs.SaveSchemeProductsInput, What]
    ) -> SaveSchemeStepPayload:
        """Save products."""
        return SaveSchemeStepPayload.of(await save_scheme_products(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the third step of the wizard.")
    async def save_scheme_geographies(
        self, info: AppInfo, input: Annotated[inputs.SaveSchemeGeographiesInput, What]
    ) -> SaveSchemeStepPayload:
        """Save geographies."""
        return SaveSchemeStepPayload.of(await save_scheme_geographies(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the fourth step of the wizard.")
    async def save_scheme_coupon_values(
        self, info: AppInfo, input: Annotated[inputs.SaveSchemeCouponValuesInput, What]
    ) -> SaveSchemeStepPayload:
        """Save coupon values."""
        return SaveSchemeStepPayload.of(await save_scheme_coupon_values(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the fifth step of the wizard.")
    async def save_scheme_bonus_rules(
        self, info: AppInfo, input: Annotated[inputs.SaveSchemeBonusRulesInput, What]
    ) -> SaveSchemeStepPayload:
        """Save bonus rules."""
        command = input.to_command(info.context.new_id)
        return SaveSchemeStepPayload.of(await save_scheme_bonus_rules(info.context, command))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Submit a complete scheme for approval.")
    async def submit_scheme(
        self, info: AppInfo, input: Annotated[inputs.SubmitSchemeInput, What]
    ) -> SubmitSchemePayload:
        """Submit."""
        return SubmitSchemePayload(scheme_id=await submit_scheme(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_APPROVE, description="Approve a submitted scheme, which cannot be edited afterwards."
    )
    async def approve_scheme(
        self, info: AppInfo, input: Annotated[inputs.ApproveSchemeInput, What]
    ) -> ApproveSchemePayload:
        """Approve."""
        return ApproveSchemePayload(scheme_id=await approve_scheme(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_APPROVE, description="Give a submitted scheme back to its managers.")
    async def request_scheme_changes(
        self, info: AppInfo, input: Annotated[inputs.RequestSchemeChangesInput, What]
    ) -> RequestSchemeChangesPayload:
        """Request changes."""
        return RequestSchemeChangesPayload(scheme_id=await request_scheme_changes(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_APPROVE, description="Reject a submitted scheme for good.")
    async def reject_scheme(
        self, info: AppInfo, input: Annotated[inputs.RejectSchemeInput, What]
    ) -> RejectSchemePayload:
        """Reject."""
        return RejectSchemePayload(scheme_id=await reject_scheme(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Ask somebody to take part in a scheme; they are told so.")
    async def add_scheme_participant(
        self, info: AppInfo, input: Annotated[inputs.SchemeParticipantInput, What]
    ) -> SchemeParticipantPayload:
        """Add."""
        return SchemeParticipantPayload(scheme_id=await add_scheme_participant(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_DEFINE,
        description="Let somebody take part in a scheme no longer; they keep what they see, and are told no more.",
    )
    async def remove_scheme_participant(
        self, info: AppInfo, input: Annotated[inputs.SchemeParticipantInput, What]
    ) -> SchemeParticipantPayload:
        """Remove."""
        return SchemeParticipantPayload(scheme_id=await remove_scheme_participant(info.context, input.to_command()))
