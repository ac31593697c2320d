"""The basic types of settlements: statuses, why points are carried over, and the facts that guards use."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

# Payouts that one report has at most.
MAX_PAYOUTS: Final = 1_000
# In characters, after trimming.
REFERENCE_LENGTH: Final = (1, 200)


class SettlementStatus(StrEnum):
    """The status of a settlement. Points move only from APPROVED on."""

    PREPARING = "PREPARING"
    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    PAYING = "PAYING"
    SETTLED = "SETTLED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


# A scheme has at most one settlement with one of these statuses.
OPEN: Final = (SettlementStatus.PREPARING, SettlementStatus.PROPOSED, SettlementStatus.APPROVED)
# What was approved, so that people outside may see it.
APPROVED: Final = (SettlementStatus.APPROVED, SettlementStatus.PAYING, SettlementStatus.SETTLED)
# What was never posted.
UNDONE: Final = (SettlementStatus.REJECTED, SettlementStatus.WITHDRAWN)


class LineStatus(StrEnum):
    """The status of a line of a settlement: what became of its points."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    RETURNED = "RETURNED"
    CARRIED_OVER = "CARRIED_OVER"


class CarryReason(StrEnum):
    """Why the points of a line are not paid out and stay with the ECP."""

    NEGATIVE = "NEGATIVE"
    AWAITING_VALUATION = "AWAITING_VALUATION"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    WITHOUT_AMOUNT = "WITHOUT_AMOUNT"


class PayoutOutcome(StrEnum):
    """What a payment system reports about the payment of a line. Only a line that was paid can be returned later."""

    PAID = "PAID"
    FAILED = "FAILED"
    RETURNED = "RETURNED"

    @property
    def status(self) -> LineStatus:
        """The status of a line with this outcome."""
        return LineStatus(self.value)


class PayoutResult(StrEnum):
    """What came of one reported payout."""

    RECORDED = "RECORDED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    REJECTED = "REJECTED"


class OpenWork(Struct, frozen=True):
    """What may still change the points of a scheme when it is settled."""

    discrepancies: int = 0
    parked_sales: int = 0
    pending_adjustments: int = 0
    waiting_accounts: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open."""
        return not (self.discrepancies or self.parked_sales or self.pending_adjustments or self.waiting_accounts)


class SettlementFacts(Struct, frozen=True):
    """The facts about a settlement that guards use; `has_own_line` says that a line belongs to the viewer as an ECP."""

    status: SettlementStatus
    made_by: UUID
    number: int
    has_own_line: bool = False


NOT_PAID: Final = "Not paid"
STATUS_LABELS: Final[Mapping[SettlementStatus, str]] = MappingProxyType(
    {
        SettlementStatus.PREPARING: "Being prepared",
        SettlementStatus.PROPOSED: "Approval pending",
        SettlementStatus.APPROVED: "Approved, being posted",
        SettlementStatus.PAYING: "Being paid",
        SettlementStatus.SETTLED: "Settled",
        SettlementStatus.REJECTED: "Rejected",
        SettlementStatus.WITHDRAWN: "Withdrawn",
    }
)
LINE_LABELS: Final[Mapping[LineStatus, str]] = MappingProxyType(
    {
        LineStatus.PENDING: "Payment pending",
        LineStatus.PAID: "Paid",
        LineStatus.FAILED: "Payment failed",
        LineStatus.RETURNED: "Payment returned",
        LineStatus.CARRIED_OVER: "Carried over",
    }
)
