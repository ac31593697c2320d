"""Root fields of schemes."""

from typing import Annotated

import strawberry

from db.schemes.rows import SchemeRow
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.enrollments.open_schemes import list_open_schemes
from resolvers.outbox.feeds import Feed, FeedPage, read_feed
from resolvers.paging import Page, PageArguments
from resolvers.schemes.activity_feed import follow_activity
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.approve_scheme import approve_scheme
from resolvers.schemes.create_scheme import create_scheme
from resolvers.schemes.lists import list_schemes
from resolvers.schemes.loaders import find_scheme
from resolvers.schemes.reject_scheme import reject_scheme
from resolvers.schemes.remove_scheme_participant import remove_scheme_participant
from resolvers.schemes.request_scheme_changes import request_scheme_changes
from resolvers.schemes.reschedule_scheme_revision import reschedule_scheme_revision
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.save_scheme_basics import save_scheme_basics
from resolvers.schemes.save_scheme_bonus_rules import save_scheme_bonus_rules
from resolvers.schemes.save_scheme_coupon_values import save_scheme_coupon_values
from resolvers.schemes.save_scheme_geographies import save_scheme_geographies
from resolvers.schemes.save_scheme_products import save_scheme_products
from resolvers.schemes.submit_scheme import submit_scheme
from schema.feeds import EventConnection, ReadAfterArgument, ResumeArgument
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument, SearchArgument
from schema.roots import mutation, query, subscription
from schema.schemes import definition_inputs, inputs, payloads
from schema.schemes.activity_types import SchemeActivity, SchemeActivityEvent
from schema.schemes.enums import SchemeOrder
from schema.schemes.types import Scheme

FilterArgument = Annotated[
    inputs.SchemeFilterInput | None,
    strawberry.argument(name="filter", description="Return only schemes that match this filter."),
]
OrderArgument = Annotated[
    SchemeOrder | None, strawberry.argument(description="The order of the list. Default: last changed first.")
]
CodeArgument = Annotated[str, strawberry.argument(description="The code of the scheme, such as `SCH-2026-000042`.")]
RevisionArgument = Annotated[
    int | None,
    strawberry.argument(description="The number of a pending revision. Default: the scheme itself."),
]
EcpIdArgument = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The ID of the ECP, if not the viewer. Requires the permission `ecp:read`."),
]
SchemeIdArgument = Annotated[strawberry.ID, strawberry.argument(description="The ID of the scheme.")]


@strawberry.type
class SchemeQueries:
    @query(
        requires=Permission.SCHEME_READ,
        returns=Connection[Scheme],
        description="Returns the schemes that the viewer may see.",
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
        chosen = (filter_ or inputs.SchemeFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_schemes(info.context, page, chosen, order_by or SchemeOrder.UPDATED_AT_DESC)

    @query(
        requires=Permission.SCHEME_READ,
        returns=Scheme | None,
        description="Returns the scheme with this code, or one of its revisions that has not taken "
        "effect. Null if there is none that the viewer may see.",
    )
    async def scheme(self, info: AppInfo, code: CodeArgument, revision: RevisionArgument = None) -> SchemeRow | None:
        return await find_scheme(info.context, code, revision)

    @query(
        requires=Permission.SCHEME_READ,
        returns=Connection[Scheme],
        description="Returns the schemes in which an ECP can enroll today: approved, within their "
        "enrollment window, and running where the ECP works. Ordered by the close of "
        "enrollment, earliest first. Viewers who are not ECPs see every open scheme.",
    )
    async def open_schemes(
        self,
        info: AppInfo,
        search: SearchArgument = None,
        ecp_id: EcpIdArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
    ) -> Page[SchemeRow]:
        key = None if ecp_id is None else argument_id(NodeKind.ECP, ecp_id, "ecpId")
        return await list_open_schemes(info.context, PageArguments(first, after), search=search, ecp_id=key)

    @query(
        requires=Permission.SCHEME_FOLLOW,
        returns=EventConnection[SchemeActivity],
        description="Returns recent activity of a scheme, oldest first: the stream of the subscription "
        "`schemeActivity`, for clients that poll.",
    )
    async def scheme_activity(
        self,
        info: AppInfo,
        scheme_id: SchemeIdArgument,
        after: ReadAfterArgument = None,
        first: FirstArgument = None,
    ) -> FeedPage:
        key = argument_id(NodeKind.SCHEME, scheme_id, "schemeId")
        return await read_feed(info.context, await follow_activity(info.context, key, after), first, activities_by_id)


@strawberry.type
class SchemeMutations:
    @mutation(requires=Permission.SCHEME_DEFINE, description="Create a scheme and start its definition.")
    async def create_scheme(
        self, info: AppInfo, input: definition_inputs.CreateSchemeInput
    ) -> payloads.CreateSchemePayload:
        return payloads.CreateSchemePayload(key=await create_scheme(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_DEFINE,
        description="Save the first step of the wizard: title, channels, dates, terms, budget, payment and materials.",
    )
    async def save_scheme_basics(
        self, info: AppInfo, input: definition_inputs.SaveSchemeBasicsInput
    ) -> payloads.SaveSchemeStepPayload:
        return payloads.SaveSchemeStepPayload.of(await save_scheme_basics(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the second step of the wizard: the variants.")
    async def save_scheme_products(
        self, info: AppInfo, input: definition_inputs.SaveSchemeProductsInput
    ) -> payloads.SaveSchemeStepPayload:
        return payloads.SaveSchemeStepPayload.of(await save_scheme_products(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the third step of the wizard: the geographies.")
    async def save_scheme_geographies(
        self, info: AppInfo, input: definition_inputs.SaveSchemeGeographiesInput
    ) -> payloads.SaveSchemeStepPayload:
        return payloads.SaveSchemeStepPayload.of(await save_scheme_geographies(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the fourth step of the wizard: the coupon values.")
    async def save_scheme_coupon_values(
        self, info: AppInfo, input: definition_inputs.SaveSchemeCouponValuesInput
    ) -> payloads.SaveSchemeStepPayload:
        return payloads.SaveSchemeStepPayload.of(await save_scheme_coupon_values(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Save the fifth step of the wizard: the bonus rules.")
    async def save_scheme_bonus_rules(
        self, info: AppInfo, input: definition_inputs.SaveSchemeBonusRulesInput
    ) -> payloads.SaveSchemeStepPayload:
        command = input.to_command(info.context.new_id)
        return payloads.SaveSchemeStepPayload.of(await save_scheme_bonus_rules(info.context, command))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Submit a complete scheme for approval.")
    async def submit_scheme(self, info: AppInfo, input: inputs.SubmitSchemeInput) -> payloads.SubmitSchemePayload:
        return payloads.SubmitSchemePayload(key=await submit_scheme(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_APPROVE, description="Approve a submitted scheme. It cannot be edited afterwards."
    )
    async def approve_scheme(self, info: AppInfo, input: inputs.ApproveSchemeInput) -> payloads.ApproveSchemePayload:
        return payloads.ApproveSchemePayload(key=await approve_scheme(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_APPROVE, description="Return a submitted scheme to its managers for changes.")
    async def request_scheme_changes(
        self, info: AppInfo, input: inputs.RequestSchemeChangesInput
    ) -> payloads.RequestSchemeChangesPayload:
        return payloads.RequestSchemeChangesPayload(key=await request_scheme_changes(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_APPROVE, description="Reject a submitted scheme permanently.")
    async def reject_scheme(self, info: AppInfo, input: inputs.RejectSchemeInput) -> payloads.RejectSchemePayload:
        return payloads.RejectSchemePayload(key=await reject_scheme(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Add a participant to a scheme and notify them.")
    async def add_scheme_participant(
        self, info: AppInfo, input: inputs.SchemeParticipantInput
    ) -> payloads.SchemeParticipantPayload:
        return payloads.SchemeParticipantPayload(key=await add_scheme_participant(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_DEFINE,
        description="Remove a participant. They keep the access their roles give them and are no longer notified.",
    )
    async def remove_scheme_participant(
        self, info: AppInfo, input: inputs.SchemeParticipantInput
    ) -> payloads.SchemeParticipantPayload:
        return payloads.SchemeParticipantPayload(key=await remove_scheme_participant(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_DEFINE,
        description="Open the next revision of an approved scheme as a draft beside it. The draft is "
        "saved, reviewed, submitted and approved like a scheme. The scheme itself does not "
        "change until the revision takes effect.",
    )
    async def revise_scheme(self, info: AppInfo, input: inputs.ReviseSchemeInput) -> payloads.ReviseSchemePayload:
        return payloads.ReviseSchemePayload(key=await revise_scheme(info.context, input.to_command()))

    @mutation(
        requires=Permission.SCHEME_DEFINE, description="Change the time at which an undecided revision takes effect."
    )
    async def reschedule_scheme_revision(
        self, info: AppInfo, input: inputs.RescheduleSchemeRevisionInput
    ) -> payloads.RescheduleSchemeRevisionPayload:
        scheme_id = await reschedule_scheme_revision(info.context, input.to_command())
        return payloads.RescheduleSchemeRevisionPayload(key=scheme_id)


@strawberry.type
class SchemeSubscriptions:
    @subscription(
        requires=Permission.SCHEME_FOLLOW,
        returns=SchemeActivityEvent,
        description="Streams the activity of a scheme: every save, participant, submission and decision.",
    )
    async def scheme_activity(self, info: AppInfo, scheme_id: SchemeIdArgument, after: ResumeArgument = None) -> Feed:
        return await follow_activity(info.context, argument_id(NodeKind.SCHEME, scheme_id, "schemeId"), after)
