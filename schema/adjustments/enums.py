"""Enums of adjustments: statuses and actions."""

from domain.adjustments.facts import AdjustmentStatus
from domain.adjustments.guards import AdjustmentAction
from schema.descriptions import described

described(
    AdjustmentStatus,
    "The status of an adjustment.",
    {
        AdjustmentStatus.PENDING: "A second person must decide. Nothing is posted.",
        AdjustmentStatus.APPROVED: "The adjustment is posted.",
        AdjustmentStatus.REJECTED: "A second person rejected the adjustment, or the ECP was erased. Nothing is posted.",
        AdjustmentStatus.WITHDRAWN: "The maker withdrew the adjustment before anybody decided. Nothing is posted.",
    },
)
described(
    AdjustmentAction,
    "An action on an adjustment.",
    {
        AdjustmentAction.APPROVE: "Approve and post it, with `decideAdjustment` and `accept: true`.",
        AdjustmentAction.REJECT: "Reject it, with `decideAdjustment` and `accept: false`.",
        AdjustmentAction.WITHDRAW: "Withdraw it, with `withdrawAdjustment`; only its maker can.",
    },
)

__all__ = ["AdjustmentAction", "AdjustmentStatus"]
