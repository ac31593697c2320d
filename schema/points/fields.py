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

What = strawberry.argument(description="The sale to try.")


@strawberry.input(description="A sale of one variant, or a redeemed coupon, that has not happened.")
class PreviewPointsInput:
    """A sale to try."""

    scheme_id: strawberry.ID = leaf("The scheme; a draft and a revision are tried as they are.")
    ecp_id: strawberry.ID = leaf("Who would earn.")
    channel: EarningChannel = leaf("How it would be earned.")
    variant_id: strawberry.ID = leaf("What would be sold or redeemed.")
    quantity: int = leaf("How many units; a coupon is found in one.")
    unit_price: Decimal | None = optional(
        "The price of a unit. No rule asks for it yet: volumes count what was sold before."
    )
    at: datetime | None = optional("When; now if left out. An approved scheme pays by the revision in force then.")
    volume_so_far: SafeInt | None = optional(
        "What counts as sold or redeemed before, wherever a rule asks for a volume; 0 if left out."
    )

    def to_command(self) -> PreviewPoints:
        """The command. Raises InvalidInput for ids that make no sense."""
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
        description="What a sale would earn in a scheme, and why, rule by rule; for drafts too, to try rules while "
        "they are written. Nothing is posted.",
    )
    async def preview_points(self, info: AppInfo, input: Annotated[PreviewPointsInput, What]) -> PointsPreview:
        """A preview; what is wrong with the input is in its errors."""
        try:
            return PointsPreview.of(await preview_points(info.context, input.to_command()))
        except Failure as failure:
            return PointsPreview.refused(failure)
