"""Enums of points: kinds of entries, and the sections of a statement."""

from domain.points.entry_facts import StatementSectionKind
from domain.points.ledger import PointsEntryKind
from schema.descriptions import described

described(
    PointsEntryKind,
    "Why points move.",
    {
        PointsEntryKind.BASE: "Base points of a line of a sale, or of a redeemed coupon.",
        PointsEntryKind.BONUS: "Points of one bonus rule for a line or a redeemed coupon.",
        PointsEntryKind.REVERSAL: "Points that a return, a correction, or a late sale takes back.",
        PointsEntryKind.ADJUSTMENT: "Points that a manager adds or deducts, with a reason.",
        PointsEntryKind.SETTLEMENT: "Points that are paid out.",
        PointsEntryKind.EXPIRY: "Points that expire.",
    },
)
described(
    StatementSectionKind,
    "A section of a monthly statement. Each entry is in one of them.",
    {
        StatementSectionKind.EARNED: "Base and bonus points that the month earned.",
        StatementSectionKind.REVERSED: "Points of the same month that were taken back.",
        StatementSectionKind.ADJUSTED: "Points that managers added or deducted.",
        StatementSectionKind.SETTLED: "Points that were paid out.",
        StatementSectionKind.EXPIRED: "Points that expired.",
        StatementSectionKind.EARLIER_MONTHS: "What was recorded in this month and belongs to an earlier one: "
        "late sales, returns, and corrections. The statement of the earlier month never changes.",
    },
)

__all__ = ["PointsEntryKind", "StatementSectionKind"]
