"""Inputs of points."""

from datetime import datetime
from decimal import Decimal

import strawberry

from domain.node_kinds import NodeKind
from resolvers.points.preview_points import PreviewPoints
from schema.fields import leaf, optional
from schema.ids import InputIds
from schema.rules.enums import EarningChannel
from schema.scalars import SafeInt


@strawberry.input(description="A hypothetical sale of one variant, or a hypothetical redemption of a coupon.")
class PreviewPointsInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme. A draft or a revision is previewed as it is.")
    ecp_id: strawberry.ID = leaf("The ID of the ECP who would earn.")
    channel: EarningChannel = leaf("The channel through which the points would be earned.")
    variant_id: strawberry.ID = leaf("The ID of the variant that would be sold or redeemed.")
    quantity: int = leaf("The number of units; 1 for a coupon.")
    unit_price: Decimal | None = optional(
        "The price of a unit. No rule uses it for now: rules about volume add up earlier sales."
    )
    at: datetime | None = optional(
        "The time of the sale. Default: now. An approved scheme pays by the revision in force at that time."
    )
    volume_so_far: SafeInt | None = optional(
        "The volume assumed as sold or redeemed before, wherever a rule requires a volume. Default: 0."
    )

    def to_command(self) -> PreviewPoints:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
            variant_id = ids.one(NodeKind.VARIANT, self.variant_id, "variantId")
        return PreviewPoints(
            scheme_id=scheme_id,
            ecp_id=ecp_id,
            channel=self.channel,
            variant_id=variant_id,
            quantity=self.quantity,
            at=self.at,
            volume_so_far=self.volume_so_far or 0,
        )
