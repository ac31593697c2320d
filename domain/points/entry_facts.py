"""Entries of the ledger as ECPs read them: ids, signs, labels, and the sections of a monthly statement (R22)."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.calendar import MONTHS, Calendar
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.text import format_count

_SEQ_BITS: Final = 96
_ID_BYTES: Final = 16
_LARGEST_SEQ: Final = 2**63 - 1
_LARGEST_NUMBER: Final = 2**31 - 1
_MONTH_LENGTH: Final = len("2026-03")

ENTRY_LABELS: Final[Mapping[PointsEntryKind, str]] = MappingProxyType(
    {
        PointsEntryKind.BASE: "Base points",
        PointsEntryKind.BONUS: "Bonus points",
        PointsEntryKind.REVERSAL: "Reversal",
        PointsEntryKind.ADJUSTMENT: "Adjustment",
        PointsEntryKind.SETTLEMENT: "Settlement",
        PointsEntryKind.EXPIRY: "Expiry",
    }
)


class StatementSectionKind(IntEnum):
    """A section of a statement. An entry is in one of them, so opening balance and sections make the closing balance.

    The numbers are those of the statement in SQL; they are not stored.
    """

    EARNED = 1
    REVERSED = 2
    ADJUSTED = 3
    SETTLED = 4
    EXPIRED = 5
    EARLIER_MONTHS = 6


SECTION_LABELS: Final[Mapping[StatementSectionKind, str]] = MappingProxyType(
    {
        StatementSectionKind.EARNED: "Earned",
        StatementSectionKind.REVERSED: "Taken back",
        StatementSectionKind.ADJUSTED: "Adjusted",
        StatementSectionKind.SETTLED: "Settled",
        StatementSectionKind.EXPIRED: "Expired",
        StatementSectionKind.EARLIER_MONTHS: "Later corrections of earlier months",
    }
)


def entry_id(ecp: int, seq: int) -> UUID:
    """The id of an entry: the number of the ECP, followed by the number of the entry in the ECP's ledger."""
    return UUID(bytes=entry_octets(ecp, seq))


def entry_octets(ecp: int, seq: int) -> bytes:
    """The bytes of the id of an entry. Pages of entries need nothing else of it."""
    return (ecp << _SEQ_BITS | seq).to_bytes(_ID_BYTES)


def entry_place(key: UUID) -> tuple[int, int] | None:
    """The number of the ECP and of the entry in an id; None if no entry can have it."""
    ecp, seq = key.int >> _SEQ_BITS, key.int & ((1 << _SEQ_BITS) - 1)
    return (ecp, seq) if ecp <= _LARGEST_NUMBER and seq <= _LARGEST_SEQ else None


def signed_points(points: int, debit: int, credit: int) -> int:
    """The points of an entry as the ECP sees them: what comes to the available points is positive."""
    if credit == LedgerAccount.AVAILABLE:
        return points
    return -points if debit == LedgerAccount.AVAILABLE else 0


def read_month(text: str) -> date | None:
    """The first day of a month like “2026-03”; None for any other text."""
    if len(text) != _MONTH_LENGTH or not text.isascii():
        return None
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if f"{found:%Y-%m}" == text else None


def month_moments(month: date, calendar: Calendar) -> tuple[datetime, datetime]:
    """When a month begins and when it is over, in the calendar of the program."""
    last = month.year == date.max.year and month.month == len(MONTHS)
    following = date.max if last else date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return calendar.start_of_day(month), calendar.start_of_day(following)


def format_month(month: date) -> str:
    """Write “March 2026”."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def negative_balance_sentence(available: int) -> str | None:
    """Write what a negative balance means for its ECP; None for a balance that is not negative."""
    if available >= 0:
        return None
    count = format_count(-available, "point")
    return f"The balance is negative, because more was taken back than was left. The next {count} offset it."
