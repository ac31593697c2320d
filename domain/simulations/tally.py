"""Adds up what a simulation finds: by rule, by month, and by ECP, with the lines that change most (N7)."""

from collections.abc import Iterable, Sequence
from heapq import heappush, heappushpop
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.points.valuation_facts import decode_facts
from domain.simulations.facts import EXAMPLES
from domain.simulations.records import LiveValue
from domain.simulations.worths import Worth

# A line: its time, sale, position, and month, and its points in the ledger.
Slot = tuple[int, int, int, int, int]
_Rank = tuple[int, int, int]


class Candidate(Struct, frozen=True, array_like=True):
    """A line whose value changes, with what it is granted; `paid` and `cuts` are as in the facts of a valuation."""

    ecp: int
    sold_at: int
    sale: int
    position: int
    points: int
    live_points: int
    base: int
    paid: tuple[int, ...]
    cuts: tuple[int, ...]

    @property
    def rank(self) -> _Rank:
        """How far up the line belongs: by how much its value changes, and then by age."""
        return abs(self.points - self.live_points), -self.sale, -self.position


class Totals(Struct, frozen=True, array_like=True):
    """What the sales of some ECPs are worth; pairs are the points of the simulation and those of the ledger.

    Months are numbered from the year 0. `ecps` has the number of each ECP with a line in either, and
    both sums.
    """

    lines: int
    base: tuple[int, int]
    rules: list[tuple[UUID, int, int]]
    months: list[tuple[int, int, int]]
    ecps: list[tuple[int, int, int]]
    candidates: list[Candidate]
    budget_exhausted_at: int | None


class LiveTally:
    """Adds up the valuations of the ledger."""

    def __init__(self, live_rules: Sequence[tuple[int, tuple[UUID, ...]]]) -> None:
        self.base = 0
        self.rules: dict[UUID, int] = {}
        self._rule_ids = dict(live_rules)

    def add(self, live: LiveValue) -> int:
        """Add the valuation of a line, and return its points."""
        self.base += live.base
        if live.bonus:
            ids, paid = self._rule_ids[live.revision], decode_facts(live.facts).paid
            for at in range(0, len(paid), 2):
                rule_id = ids[paid[at]]
                self.rules[rule_id] = self.rules.get(rule_id, 0) + paid[at + 1]
        return live.base + live.bonus

    def add_all(self, base: int, rules: Iterable[tuple[UUID, int]]) -> None:
        """Add what was added up elsewhere."""
        self.base += base
        for rule_id, points in rules:
            self.rules[rule_id] = self.rules.get(rule_id, 0) + points


class Tally:
    """Adds lines up, in any order of the ECPs."""

    def __init__(self, rule_ids: Sequence[UUID]) -> None:
        self.lines = 0
        self.budget_exhausted_at: int | None = None
        self._rule_ids = rule_ids
        self._months: dict[int, list[int]] = {}
        self._ecps: list[tuple[int, int, int]] = []
        self._best: list[tuple[_Rank, int, Slot, Worth]] = []
        # The least change that a further candidate needs.
        self._least = 1

    def add(self, ecp: int, slots: Iterable[Slot], worths: Iterable[Worth]) -> None:
        """Add all lines of an ECP, of which those that only the ledger has valued are worth nothing."""
        months, least = self._months, self._least
        points = live = 0
        for slot, worth in zip(slots, worths, strict=True):
            _, _, _, month, before = slot
            total = worth.total
            worth.count += 1
            of_month = months.get(month)
            if of_month is None:
                of_month = months[month] = [0, 0]
            of_month[0] += total
            of_month[1] += before
            points += total
            live += before
            if total - before >= least or before - total >= least:
                self._consider(ecp, slot, worth)
                least = self._least
        self._ecps.append((ecp, points, live))

    def total(self, worths: Iterable[Worth], live: LiveTally) -> Totals:
        """What was added."""
        base, rules = 0, [0] * len(self._rule_ids)
        for worth in worths:
            base += worth.base * worth.count
            for position, amount in enumerate(worth.points):
                rules[position] += amount * worth.count
        found = [(key, points, live.rules.get(key, 0)) for key, points in zip(self._rule_ids, rules, strict=True)]
        known = set(self._rule_ids)
        found += [(key, 0, points) for key, points in sorted(live.rules.items()) if key not in known]
        return Totals(
            lines=self.lines,
            base=(base, live.base),
            rules=found,
            months=[(month, points, before) for month, (points, before) in sorted(self._months.items())],
            ecps=self._ecps,
            candidates=[_candidate(ecp, slot, worth) for _, ecp, slot, worth in self._best],
            budget_exhausted_at=self.budget_exhausted_at,
        )

    def _consider(self, ecp: int, slot: Slot, worth: Worth) -> None:
        _, sale, position, _, before = slot
        found = ((abs(worth.total - before), -sale, -position), ecp, slot, worth)
        if len(self._best) < EXAMPLES:
            heappush(self._best, found)
        else:
            heappushpop(self._best, found)
            self._least = self._best[0][0][0]


def best_candidates(parts: Iterable[Totals]) -> list[Candidate]:
    """The lines that change most, that which changes most first."""
    found = [one for part in parts for one in part.candidates]
    return sorted(found, key=lambda one: one.rank, reverse=True)[:EXAMPLES]


def encode_totals(totals: Totals) -> bytes:
    """Encode totals to be stored or sent."""
    return msgspec.msgpack.encode(totals)


def decode_totals(stored: bytes) -> Totals:
    """Decode totals."""
    return msgspec.msgpack.decode(stored, type=Totals)


def _candidate(ecp: int, slot: Slot, worth: Worth) -> Candidate:
    sold_at, sale, position, _, before = slot
    return Candidate(
        ecp=ecp,
        sold_at=sold_at,
        sale=sale,
        position=position,
        points=worth.total,
        live_points=before,
        base=worth.base,
        paid=worth.paid,
        cuts=worth.cuts,
    )
