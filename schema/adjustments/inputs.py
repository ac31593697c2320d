"""Inputs of adjustments."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.adjustments.adjust_points import AdjustPoints
from resolvers.adjustments.decide_adjustment import DecideAdjustment
from resolvers.adjustments.lists import AdjustmentFilter
from resolvers.adjustments.withdraw_adjustment import WithdrawAdjustment
from schema.adjustments.enums import AdjustmentStatus
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id, input_id
from schema.scalars import SafeInt

_KEY = (
    "A key of the client, up to 120 characters. The same key with the same input answers as the first time and changes "
    "nothing."
)


@strawberry.input(description="Points of an ECP to adjust.")
class AdjustPointsInput:
    ecp_id: strawberry.ID = leaf("The ID of the ECP.")
    scheme_id: strawberry.ID = leaf("The ID of the scheme, in which the ECP is or was enrolled.")
    points: SafeInt = leaf("The points to add, or a negative number of points to take. Never 0.")
    reason: str = leaf("The reason, which the ECP can read; 3 to 1,000 characters.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> AdjustPoints:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        return AdjustPoints(
            ecp_id=ecp_id,
            scheme_id=scheme_id,
            points=self.points,
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A decision about a pending adjustment.")
class DecideAdjustmentInput:
    adjustment_id: strawberry.ID = leaf("The ID of the adjustment, which must be pending.")
    accept: bool = leaf("Whether to approve and post the adjustment.")
    reason: str | None = optional("The reason; up to 1,000 characters. A rejection requires at least 3.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> DecideAdjustment:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return DecideAdjustment(
            adjustment_id=input_id(NodeKind.ADJUSTMENT, self.adjustment_id, "adjustmentId"),
            accept=self.accept,
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A pending adjustment to withdraw.")
class WithdrawAdjustmentInput:
    adjustment_id: strawberry.ID = leaf("The ID of the adjustment, which must be pending, and which the viewer made.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> WithdrawAdjustment:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return WithdrawAdjustment(
            adjustment_id=input_id(NodeKind.ADJUSTMENT, self.adjustment_id, "adjustmentId"),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(name="AdjustmentFilter", description="A filter of adjustments. All given conditions must hold.")
class AdjustmentFilterInput:
    ecp_id: strawberry.ID | None = optional("Return only adjustments of this ECP.")
    scheme_id: strawberry.ID | None = optional("Return only adjustments in this scheme.")
    statuses: list[AdjustmentStatus] | None = optional("Return only adjustments with one of these statuses.")

    def to_filter(self) -> AdjustmentFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return AdjustmentFilter(
            ecp_id=None if self.ecp_id is None else argument_id(NodeKind.ECP, self.ecp_id, "ecpId"),
            scheme_id=None if self.scheme_id is None else argument_id(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            statuses=None if self.statuses is None else tuple(self.statuses),
        )
