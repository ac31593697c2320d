"""Root fields of adjustments."""

from typing import Annotated

import strawberry

from db.adjustments.rows import AdjustmentRow
from domain.permissions import Permission
from resolvers.adjustments.adjust_points import adjust_points
from resolvers.adjustments.decide_adjustment import decide_adjustment
from resolvers.adjustments.lists import list_adjustments
from resolvers.adjustments.withdraw_adjustment import withdraw_adjustment
from resolvers.paging import Page, PageArguments
from schema.adjustments import inputs, payloads
from schema.adjustments.types import Adjustment
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query

FilterArgument = Annotated[
    inputs.AdjustmentFilterInput | None,
    strawberry.argument(name="filter", description="Return only adjustments that match this filter."),
]


@strawberry.type
class AdjustmentQueries:
    @query(
        requires=Permission.ECP_READ,
        returns=Connection[Adjustment],
        description="Returns adjustments of points, newest first.",
    )
    async def adjustments(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: FilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[AdjustmentRow]:
        chosen = (filter_ or inputs.AdjustmentFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_adjustments(info.context, page, chosen)


@strawberry.type
class AdjustmentMutations:
    @mutation(
        requires=Permission.POINTS_ADJUST,
        description="Add points to an ECP in a scheme, or take points from it, with a reason. If what the viewer "
        "adjusted for this ECP within 24 hours, added up without signs, exceeds `Program.approvalThresholdPoints`, the "
        "adjustment is pending and posts nothing until a second person approves it.",
    )
    async def adjust_points(self, info: AppInfo, input: inputs.AdjustPointsInput) -> payloads.AdjustPointsPayload:
        return payloads.AdjustPointsPayload(key=await adjust_points(info.context, input.to_command()))

    @mutation(
        requires=Permission.POINTS_ADJUST,
        description="Approve or reject a pending adjustment of another person. An approval posts its points. A "
        "rejection needs a reason. Nobody decides about their own points.",
    )
    async def decide_adjustment(
        self, info: AppInfo, input: inputs.DecideAdjustmentInput
    ) -> payloads.DecideAdjustmentPayload:
        return payloads.DecideAdjustmentPayload(key=await decide_adjustment(info.context, input.to_command()))

    @mutation(
        requires=Permission.POINTS_ADJUST,
        description="Withdraw a pending adjustment that the viewer made. It posts nothing, and it no longer counts "
        "toward `Program.approvalThresholdPoints`.",
    )
    async def withdraw_adjustment(
        self, info: AppInfo, input: inputs.WithdrawAdjustmentInput
    ) -> payloads.WithdrawAdjustmentPayload:
        return payloads.WithdrawAdjustmentPayload(key=await withdraw_adjustment(info.context, input.to_command()))
