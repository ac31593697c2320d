"""Root fields of points."""

from typing import Annotated

import strawberry

from domain.failures import Failure
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.points.preview_points import preview_points
from resolvers.points.why_not import Verdict, WhyNot, why_not
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.points.inputs import PreviewPointsInput
from schema.points.types import PointsPreview, RuleVerdict
from schema.roots import query

What = strawberry.argument(description="The sale to preview.")
EcpArgument = Annotated[strawberry.ID, strawberry.argument(description="The ID of the ECP who sold or redeemed.")]
RuleArgument = Annotated[strawberry.ID, strawberry.argument(description="The ID of the bonus rule.")]
LineArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="The ID of the line of a sale. Not with `couponCode`.")
]
CodeArgument = Annotated[
    str | None, strawberry.argument(description="The code of a coupon that the ECP redeemed. Not with `saleLineId`.")
]


@strawberry.type
class PointsQueries:
    @query(
        requires=Permission.POINTS_PREVIEW,
        returns=PointsPreview,
        description="Returns the points that a sale would earn in a scheme, and why, rule by rule. It "
        "also works while a draft is being edited. Nothing is posted.",
    )
    async def preview_points(self, info: AppInfo, input: Annotated[PreviewPointsInput, What]) -> PointsPreview:
        try:
            return PointsPreview.of(await preview_points(info.context, input.to_command()))
        except Failure as failure:
            return PointsPreview.failed(failure)

    @query(
        requires=Permission.LEDGER_READ,
        returns=RuleVerdict | None,
        description="Returns why a bonus rule paid nothing for a line of a sale or for a redeemed coupon: the clause "
        "that failed with its fact, the limit that was used up, or why the line earned nothing in the scheme. If the "
        "rule paid, it says so. The answer comes from the facts that were stored when the line was valued.",
    )
    async def why_not(
        self,
        info: AppInfo,
        ecp_id: EcpArgument,
        rule_id: RuleArgument,
        sale_line_id: LineArgument = None,
        coupon_code: CodeArgument = None,
    ) -> Verdict:
        asked = WhyNot(
            ecp_id=argument_id(NodeKind.ECP, ecp_id, "ecpId"),
            rule_id=argument_id(NodeKind.BONUS_RULE, rule_id, "ruleId"),
            line=None if sale_line_id is None else argument_id(NodeKind.SALE_LINE, sale_line_id, "saleLineId"),
            coupon_code=coupon_code,
        )
        return await why_not(info.context, asked)
