"""Root fields of points."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.failures import Failure
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.points.preview_points import PreviewPoints, preview_points
from schema.fields import AppInfo, leaf, optional
from schema.ids import InputIds
from schema.points.types import PointsPreview
from schema.roots import query
from schema.rules.enums import EarningChannel
from schema.scalars import SafeInt

What = strawberry.argument(description="The sale to preview.")


@strawberry.input(description="A sale of one variant, or a redeemed coupon, that has not happened.")
class PreviewPointsInput:
    """A sale to try."""

    scheme_id: strawberry.ID = leaf("The scheme. A draft or a revision is previewed as it is.")
    ecp_id: strawberry.ID = leaf("The ECP who would earn.")
    channel: EarningChannel = leaf("The channel through which the points would be earned.")
    variant_id: strawberry.ID = leaf("The variant that would be sold or redeemed.")
    quantity: int = leaf("The number of units; 1 for a coupon.")
    unit_price: Decimal | None = optional("The price of a unit. No rule uses it yet: volumes add up earlier sales.")
    at: datetime | None = optional(
        "The time of the sale. Default: now. An approved scheme pays by the revision in force at that time."
    )
    volume_so_far: SafeInt | None = optional(
        "The volume sold or redeemed before, wherever a rule asks for one. Default: 0."
    )

    def to_command(self) -> PreviewPoints:
        """Convert the input. Raises InvalidInput for malformed ids."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
        variant_id = ids.one(NodeKind.VARIANT, self.variant_id, "variantId")
        ids.check()
        return PreviewPoints(
            scheme_id, ecp_id, self.channel, variant_id, self.quantity, self.at, self.volume_so_far or 0
        )


@strawberry.type
class PointsQueries:
    """Root fields that read points."""

    @query(
        requires=Permission.POINTS_PREVIEW,
        returns=PointsPreview,
        description="Preview the points that a sale would earn in a scheme, and why, rule by rule. This works for "
        "drafts, too, while their rules are written. Nothing is posted.",
    )
    async def preview_points(self, info: AppInfo, input: Annotated[PreviewPointsInput, What]) -> PointsPreview:
        """Preview the points; invalid input is reported in `errors`."""
        try:
            return PointsPreview.of(await preview_points(info.context, input.to_command()))
        except Failure as failure:
            return PointsPreview.failed(failure)
