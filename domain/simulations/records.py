"""What a replay reads: sales, returns, and valuations as rows of fixed length, and the facts of their ECPs (N7).

Moments are microseconds since the beginning of 2000, as PostgreSQL sends them. Variants are named by their number in
the setup.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from struct import Struct as Layout
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LINE: Final = Layout("!iqqiqiiiqh")
RETURN: Final = Layout("!iqqqiiiq")
LIVE: Final = Layout("!iqqhhqqi")


class LineRecord(NamedTuple):
    """A line of a revision of a sale, or a redeemed coupon; they come in canonical order, by ECP."""

    ecp: int
    sold_at: int
    sale: int
    revision: int
    recorded_at: int
    position: int
    variant: int
    quantity: int
    price: int
    is_coupon: int


# A record as it is read; making a million objects with names takes long.
LineRow = tuple[int, int, int, int, int, int, int, int, int, int]


class ReturnRecord(NamedTuple):
    """Units of a sale that came back."""

    ecp: int
    sold_at: int
    sale: int
    returning_sale: int
    returning_revision: int
    variant: int
    quantity: int
    recorded_at: int


class Superseded(Struct, frozen=True, array_like=True):
    """A revision of a sale of an ECP that another one replaced."""

    ecp: int
    sale: int
    revision: int
    at: int


class LiveValue(NamedTuple):
    """What the ledger says about a line: the revision of the scheme, the points, and the stored facts."""

    revision: int
    base: int
    bonus: int
    facts: bytes


# The time, the sale, and the position of a line of an ECP.
LineKey = tuple[int, int, int]


class EarnerSpan(Struct, frozen=True, array_like=True):
    """What is true of an ECP from a moment on until its next span."""

    ecp: int
    since: int
    status: str | None
    tier_id: UUID | None
    path: tuple[UUID, ...]
    enrolled_at: datetime | None
    withdrawn_at: datetime | None
    returned_at: datetime | None
    first_enrolled_at: datetime | None


class Piece(Struct, frozen=True):
    """The sales of some ECPs, with everything that their values depend on.

    `activities` are given by ECP and kind.
    """

    lines: bytes
    returns: bytes
    superseded: tuple[Superseded, ...]
    live: bytes
    earners: tuple[EarnerSpan, ...]
    activities: tuple[tuple[int, str, datetime], ...]

    def lines_by_ecp(self) -> Iterator[tuple[int, list[LineRow]]]:
        """The lines of each ECP."""
        for ecp, rows in groupby(LINE.iter_unpack(self.lines), key=itemgetter(0)):
            yield ecp, list(rows)

    def read_returns(self) -> Iterator[ReturnRecord]:
        """The returns."""
        return map(ReturnRecord._make, RETURN.iter_unpack(self.returns))

    def read_live(self) -> Iterator[tuple[int, LineKey, LiveValue]]:
        """The valuations of lines, each with its ECP."""
        blob, at, end, size, unpack = self.live, 0, len(self.live), LIVE.size, LIVE.unpack_from
        while at < end:
            ecp, sold_at, sale, position, revision, base, bonus, length = unpack(blob, at)
            at += size
            yield ecp, (sold_at, sale, position), LiveValue(revision, base, bonus, facts=blob[at : at + length])
            at += length


def moment_of(microseconds: int) -> datetime:
    """The moment of a record."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(moment: datetime) -> int:
    """A moment as records have it."""
    return (moment - EPOCH) // MICROSECOND
