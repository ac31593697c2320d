"""What a replay reads: sales, returns, and valuations as rows of fixed length, and the facts of their ECPs (N7).

Moments are microseconds since the beginning of 2000, as PostgreSQL sends them. Variants are named by their number in
the setup.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct as Layout
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_LINE: Final = Layout("!iqqiqiiiqh")
_RETURN: Final = Layout("!iqqqiiiq")
_LIVE: Final = Layout("!iqqhhqqi")


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
    """A revision of a sale that another one replaced."""

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

    def read_lines(self) -> Iterator[LineRecord]:
        """The lines."""
        return map(LineRecord._make, _LINE.iter_unpack(self.lines))

    def read_returns(self) -> Iterator[ReturnRecord]:
        """The returns."""
        return map(ReturnRecord._make, _RETURN.iter_unpack(self.returns))

    def read_live(self) -> dict[int, dict[LineKey, LiveValue]]:
        """The valuations, by ECP and line."""
        found: dict[int, dict[LineKey, LiveValue]] = {}
        blob, at, end, size = self.live, 0, len(self.live), _LIVE.size
        while at < end:
            ecp, sold_at, sale, position, revision, base, bonus, length = _LIVE.unpack_from(blob, at)
            at += size
            value = LiveValue(revision, base, bonus, facts=blob[at : at + length])
            found.setdefault(ecp, {})[sold_at, sale, position] = value
            at += length
        return found


def moment_of(microseconds: int) -> datetime:
    """The moment of a record."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(moment: datetime) -> int:
    """A moment as records have it."""
    return (moment - EPOCH) // MICROSECOND


def pack_lines(lines: Sequence[LineRecord]) -> bytes:
    """The lines as bytes."""
    return b"".join([_LINE.pack(*line) for line in lines])


def unpack_lines(packed: bytes) -> list[LineRecord]:
    """The lines again."""
    return [LineRecord._make(line) for line in _LINE.iter_unpack(packed)]
