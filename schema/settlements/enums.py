"""Enums of settlements: statuses, reasons, outcomes, and actions."""

from domain.settlements.facts import CarryReason, LineStatus, PayoutOutcome, PayoutResult, SettlementStatus
from domain.settlements.guards import SettlementAction
from schema.descriptions import described

described(
    SettlementStatus,
    "The status of a settlement.",
    {
        SettlementStatus.PREPARING: "A job prepares the lines. Nothing is posted.",
        SettlementStatus.PROPOSED: "The lines are complete, and a second person must decide. Nothing is posted.",
        SettlementStatus.APPROVED: "A second person approved it, and a job posts its points.",
        SettlementStatus.PAYING: "All points are posted, and payments are reported with `recordPayouts`.",
        SettlementStatus.SETTLED: "Every payable line is reported, or there was none.",
        SettlementStatus.REJECTED: "A second person rejected it. Nothing was posted.",
        SettlementStatus.WITHDRAWN: "Its maker withdrew it before anybody decided. Nothing was posted.",
    },
)
described(
    LineStatus,
    "The status of a line of a settlement.",
    {
        LineStatus.PENDING: "Its payment is not reported yet.",
        LineStatus.PAID: "It was paid.",
        LineStatus.FAILED: "Its payment failed. The points are available again, and in the next settlement.",
        LineStatus.RETURNED: "It was paid, and the money came back later. The points are available again, and in the "
        "next settlement.",
        LineStatus.CARRIED_OVER: "Nothing is paid for it. The points stay with the ECP.",
    },
)
described(
    CarryReason,
    "Why the points of a line are not paid.",
    {
        CarryReason.NEGATIVE: "The balance is negative. Later points in the scheme offset it.",
        CarryReason.AWAITING_VALUATION: "Sales of the ECP are still being valued.",
        CarryReason.SUSPENDED: "The ECP is not active.",
        CarryReason.CLOSED: "The ECP is closed.",
        CarryReason.BELOW_MINIMUM: "The ECP has fewer points than the minimum of the scheme.",
        CarryReason.WITHOUT_AMOUNT: "The points are worth less than the smallest amount of the currency.",
    },
)
described(
    PayoutOutcome,
    "What happened to the payment of a line.",
    {
        PayoutOutcome.PAID: "It was paid.",
        PayoutOutcome.FAILED: "It failed for good. The points become available again.",
        PayoutOutcome.RETURNED: "It was reported as paid, and the bank sent the money back later. The points become "
        "available again.",
    },
)
described(
    PayoutResult,
    "What came of a reported payout.",
    {
        PayoutResult.RECORDED: "It is recorded.",
        PayoutResult.DUPLICATE: "It was recorded before with the same outcome and reference. Nothing changed.",
        PayoutResult.CONFLICT: "The line was reported differently before. Nothing changed.",
        PayoutResult.REJECTED: "The line is unknown, belongs to another settlement, or is carried over, or it was not "
        "reported as paid, so no money can come back.",
    },
)
described(
    SettlementAction,
    "An action on a settlement.",
    {
        SettlementAction.APPROVE: "Approve it, with `approveSettlement`.",
        SettlementAction.REJECT: "Reject it, with `rejectSettlement`.",
        SettlementAction.WITHDRAW: "Withdraw it, with `withdrawSettlement`; only its maker can.",
        SettlementAction.RECORD_PAYOUTS: "Report payments, with `recordPayouts`.",
    },
)

__all__ = ["CarryReason", "LineStatus", "PayoutOutcome", "PayoutResult", "SettlementAction", "SettlementStatus"]
