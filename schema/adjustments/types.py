"""The type of adjustments."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.adjustments.rows import AdjustmentRow
from domain.adjustments.facts import AdjustmentStatus as Status
from domain.adjustments.sentences import STATUS_LABELS
from domain.node_kinds import NodeKind
from resolvers.adjustments.loaders import actions_by_adjustment, adjusters_by_id
from resolvers.ecps.loaders import ecps_by_id
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.adjustments.enums import AdjustmentAction, AdjustmentStatus
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import SafeInt


@node_type(AdjustmentRow, "Points that a person added to an ECP in a scheme, or took from it, with a reason.")
class Adjustment(Node):
    id: strawberry.ID = node_id(NodeKind.ADJUSTMENT)
    ecp: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        ecps_by_id, key="ecp_id", description="The ECP."
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    points: SafeInt = leaf("The points that were added; negative if they were taken.")
    reason: str = leaf("The reason.")
    status: AdjustmentStatus = leaf("The status of the adjustment.")
    status_label: str = computed(lambda row: STATUS_LABELS[Status(row.status)], "The status as a label for people.")
    made_at: datetime = leaf("When the adjustment was made.")
    by: Account | None = batched(
        adjusters_by_id,
        key="made_by",
        description="The account that made the adjustment. Null without the permission `ecp:read`.",
    )
    decided_at: datetime | None = leaf("When the adjustment was approved, rejected, or withdrawn. Null until then.")
    approved_by: Account | None = batched(
        adjusters_by_id,
        key="approved_by",
        description="The second person that approved the adjustment. Null unless one did, and without the permission "
        "`ecp:read`.",
    )
    rejected_by: Account | None = batched(
        adjusters_by_id,
        key="rejected_by",
        description="The second person that rejected the adjustment. Null unless one did, and without the permission "
        "`ecp:read`.",
    )
    decision_reason: str | None = leaf("The reason of the decision. A rejection always has one.")
    recorded_at: datetime | None = leaf("When the points were posted. Null unless the adjustment is approved.")
    is_forfeit: bool = renamed("forfeits", "Whether it takes what the ECP had when its personal data was erased.")
    viewer_actions: list[AdjustmentAction] = batched(
        actions_by_adjustment,
        key="id",
        description="The actions that the viewer may take now. None of them would fail because of the adjustment's "
        "state.",
    )
