"""Turns what lines are worth into entries of ledgers: only differences to what was posted before (R22)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from domain.points.fold import LineValue
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.points.valuation_facts import encode_facts

_BASE: Final = PointsEntryKind.BASE.value
_BONUS: Final = PointsEntryKind.BONUS.value
_REVERSAL: Final = PointsEntryKind.REVERSAL.value
_AVAILABLE: Final = LedgerAccount.AVAILABLE.value
_ISSUED: Final = LedgerAccount.ISSUED.value

# A component of a line: the ECP, the scheme, the sale, the position, and the rule; 0 is the base.
Component = tuple[int, int, int, int, int]


class OpenEntry(Struct, frozen=True):
    """An entry that was posted for a line, and what is left of it after entries that take it back."""

    seq: int
    points: int


class PostedEntry(Struct, frozen=True):
    """An entry that was posted for a component of a line; it takes another one back if `reverses` is given."""

    component: Component
    seq: int
    points: int
    reverses: int | None


class Balance:
    """The ledger of an ECP and its account in one scheme, while entries are added."""

    __slots__ = ("available", "ecp", "scheme")

    def __init__(self, ecp: int, scheme: int, available: int) -> None:
        self.ecp = ecp
        self.scheme = scheme
        self.available = available


class EntryWriter:
    """Writes rows of entries and valuations, numbered without gaps, in the order of their columns."""

    def __init__(
        self, times: Mapping[int, datetime], seqs: Mapping[int, int], posted: Mapping[Component, list[OpenEntry]]
    ) -> None:
        """Begin after these numbers of the ledgers of ECPs, at the time of the posting in each.

        `posted` is what may be taken back, newest first.
        """
        self.times = times
        self.seqs = dict(seqs)
        self.entries: list[tuple[Any, ...]] = []
        self.valuations: list[tuple[Any, ...]] = []
        self._posted = posted

    def write(self, balance: Balance, value: LineValue, cause: int | None) -> int:
        """Write a new version of a valuation and its entries, and return by how much the points changed."""
        line, known = value.line, value.line.known
        version = 1 if known is None else known.version + 1
        first = self.seqs[balance.ecp] + 1
        before = balance.available
        self._add(balance, value, self._moves(balance, value), version=version, cause=cause)
        last = self.seqs[balance.ecp]
        self.valuations.append(
            (
                balance.ecp,
                balance.scheme,
                line.place.sold_at,
                line.number,
                line.position,
                version,
                line.revision.number,
                last + 1 - first,
                value.base,
                value.bonus,
                first,
                self.times[balance.ecp],
                cause,
                encode_facts(value.facts),
            )
        )
        return balance.available - before

    def _moves(self, balance: Balance, value: LineValue) -> Iterator[tuple[int, int, int | None]]:
        """Yield the rule and the points of each entry, and the number of the one that it takes back, if any."""
        for rule, difference in differences(value):
            if difference > 0:
                yield rule, difference, None
            else:
                for seq, points in self._take_back(balance, value, rule, -difference):
                    yield rule, points, seq

    def _add(
        self,
        balance: Balance,
        value: LineValue,
        moves: Iterable[tuple[int, int, int | None]],
        *,
        version: int,
        cause: int | None,
    ) -> None:
        line, ecp, scheme = value.line, balance.ecp, balance.scheme
        # Of a call with thousands of lines, these are the innermost steps.
        sold_at, recorded_at, position, sale = line.place.sold_at, self.times[ecp], line.position, line.number
        seq, available, add = self.seqs[ecp], balance.available, self.entries.append
        for rule, points, reverses in moves:
            seq += 1
            if reverses is None:
                available += points
                kind, debit, credit = _BONUS if rule else _BASE, _ISSUED, _AVAILABLE
            else:
                available -= points
                kind, debit, credit = _REVERSAL, _AVAILABLE, _ISSUED
            add(
                (
                    ecp,
                    seq,
                    scheme,
                    points,
                    available,
                    sold_at,
                    recorded_at,
                    kind,
                    debit,
                    credit,
                    position,
                    version,
                    rule,
                    sale,
                    cause,
                    reverses,
                    None,
                )
            )
        self.seqs[ecp], balance.available = seq, available

    def _take_back(self, balance: Balance, value: LineValue, rule: int, points: int) -> Iterator[tuple[int, int]]:
        """Yield the numbers of entries to take back, the newest first, each with the points."""
        line = value.line
        left = points
        for entry in self._posted.get((balance.ecp, balance.scheme, line.number, line.position, rule), ()):
            taken = min(left, entry.points)
            if taken:
                yield entry.seq, taken
            left -= taken
            if not left:
                return
        raise ValueError(f"{left} points of sale {line.number} were never posted")


def differences(value: LineValue) -> Iterator[tuple[int, int]]:
    """Yield by how much the points of each component changed; 0 is the base, n the nth rule."""
    known = value.line.known
    if known is None:
        if value.base:
            yield 0, value.base
        paid = value.facts.paid
        for at in range(0, len(paid), 2):
            yield paid[at] + 1, paid[at + 1]
        return
    if value.base != known.base:
        yield 0, value.base - known.base
    before = known.facts.points_by_rule(len(value.points))
    for position, amount in enumerate(value.points):
        if amount != before[position]:
            yield position + 1, amount - before[position]


def takes_back(value: LineValue) -> bool:
    """Whether a component of a line is worth less than before."""
    return value.line.known is not None and any(difference < 0 for _, difference in differences(value))


def open_entries(posted: Sequence[PostedEntry]) -> Mapping[Component, list[OpenEntry]]:
    """What is left of posted entries, given from the newest to the oldest, by component."""
    # Numbers of entries are those of a ledger, and there is one for each ECP.
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for entry in posted:
        if entry.reverses is not None:
            taken[entry.component[0], entry.reverses] += entry.points
    found: dict[Component, list[OpenEntry]] = defaultdict(list)
    for entry in posted:
        left = entry.points - taken[entry.component[0], entry.seq]
        if entry.reverses is None and left > 0:
            found[entry.component].append(OpenEntry(entry.seq, left))
    return found
