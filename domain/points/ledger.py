"""The ledger of points: kinds of entries, and the accounts between which points move (R22).

Every entry has one debit and one credit, so entries sum to zero. The numbers are stored; never change them.
"""

from enum import IntEnum


class PointsEntryKind(IntEnum):
    """Why points move."""

    BASE = 1
    BONUS = 2
    REVERSAL = 3
    ADJUSTMENT = 4
    SETTLEMENT = 5
    EXPIRY = 6


class LedgerAccount(IntEnum):
    """An account of the double entry: `AVAILABLE` belongs to an ECP in a scheme, the others to the scheme."""

    AVAILABLE = 1
    ISSUED = 2
    SETTLING = 3
    PAID = 4
    EXPIRED = 5
