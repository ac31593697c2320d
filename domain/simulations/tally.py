"""Adds up what a simulation finds: by rule, by month, and by ECP, with the lines that change most (N7)."""

from collections.abc import Mapping, Sequence
from heapq import heappush, heappushpop
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.points.fold import LineValue
from domain.points.valuation_facts import decode_facts, encode_facts
from domain.simulations.facts import EXAMPLES
from domain.simulations.records import LineKey, LiveValue

_NOTHING: Final[Mapping[LineKey, LiveValue]] = {}


class ExampleLine(Struct, frozen=True, array_like=True):
    """A line whose value changes, with the facts of both valuations; a side without a valuation has none.

    The variant is given by its number in the setup; -1 where the draft does not include it.
    """

    ecp: int
    sold_at: int
    sale: int
    position: int
    variant: int
    is_coupon: bool
    points: int
    live_points: int
    base: int
    facts: bytes | None
    live_revision: int | None
    live_base: int
    live_facts: bytes | None


class Totals(Struct, frozen=True, array_like=True):
    """What the sales of some ECPs are worth; pairs are the points of the simulation and those of the ledger.

    Months are numbered from the year 0. `ecps` has a pair for each ECP with a line in either.
    """

    lines: int
    base: tuple[int, int]
    rules: list[tuple[UUID, int, int]]
    months: list[tuple[int, int, int]]
    ecps: list[tuple[int, int]]
    examples: list[ExampleLine]
    budget_exhausted_at: int | None


class Tally:
    """Adds lines up, one ECP after another, or in any order."""

    def __init__(self, rule_ids: Sequence[UUID], live_rules: Sequence[tuple[int, tuple[UUID, ...]]]) -> None:
        self.lines = 0
        self.budget_exhausted_at: int | None = None
        self._rule_ids = rule_ids
        self._live_rule_ids = dict(live_rules)
        self._base, self._live_base = 0, 0
        self._rules = [0] * len(rule_ids)
        self._live_rules: dict[UUID, int] = {}
        self._months: dict[int, list[int]] = {}
        self._ecps: dict[int, list[int]] = {}
        self._examples: list[tuple[tuple[int, int, int], ExampleLine]] = []

    def add(  # noqa: PLR0913 - a line, and what the ledger says about it
        self, ecp: int, key: LineKey, value: LineValue, live: LiveValue | None, *, month: int, variant: int
    ) -> None:
        """Add a line of the simulation."""
        self.lines += value.line.quantity > 0
        base = value.base
        points = base
        self._base += base
        rules = self._rules
        for position, amount in enumerate(value.points):
            if amount:
                rules[position] += amount
                points += amount
        live_points = 0 if live is None else self._add_live(live)
        self._count(ecp, month, points, live_points)
        if points != live_points:
            self._consider(ecp, key, points, live_points, value=value, live=live, variant=variant)

    def add_live_only(self, ecp: int, key: LineKey, live: LiveValue, month: int) -> None:
        """Add a line that only the ledger has valued."""
        points = self._add_live(live)
        self._count(ecp, month, 0, points)
        if points:
            self._consider(ecp, key, 0, points, value=None, live=live, variant=-1)

    def total(self) -> Totals:
        """What was added."""
        live = self._live_rules
        found = [(key, points, live.get(key, 0)) for key, points in zip(self._rule_ids, self._rules, strict=True)]
        known = set(self._rule_ids)
        found += [(key, 0, points) for key, points in sorted(live.items()) if key not in known]
        return Totals(
            lines=self.lines,
            base=(self._base, self._live_base),
            rules=found,
            months=[(month, points, before) for month, (points, before) in sorted(self._months.items())],
            ecps=[(points, before) for points, before in self._ecps.values()],
            examples=[example for _, example in self._examples],
            budget_exhausted_at=self.budget_exhausted_at,
        )

    def _add_live(self, live: LiveValue) -> int:
        self._live_base += live.base
        if live.bonus:
            ids, paid = self._live_rule_ids[live.revision], decode_facts(live.facts).paid
            for at in range(0, len(paid), 2):
                rule_id = ids[paid[at]]
                self._live_rules[rule_id] = self._live_rules.get(rule_id, 0) + paid[at + 1]
        return live.base + live.bonus

    def _count(self, ecp: int, month: int, points: int, live_points: int) -> None:
        of_month = self._months.get(month)
        if of_month is None:
            of_month = self._months[month] = [0, 0]
        of_month[0] += points
        of_month[1] += live_points
        of_ecp = self._ecps.get(ecp)
        if of_ecp is None:
            of_ecp = self._ecps[ecp] = [0, 0]
        of_ecp[0] += points
        of_ecp[1] += live_points

    def _consider(  # noqa: PLR0913 - a line, and what the ledger says about it
        self,
        ecp: int,
        key: LineKey,
        points: int,
        live_points: int,
        *,
        value: LineValue | None,
        live: LiveValue | None,
        variant: int,
    ) -> None:
        sold_at, sale, position = key
        rank = rank_of(points - live_points, sale, position)
        if len(self._examples) >= EXAMPLES and rank < self._examples[0][0]:
            return
        example = ExampleLine(
            ecp=ecp,
            sold_at=sold_at,
            sale=sale,
            position=position,
            variant=variant,
            is_coupon=value is not None and value.line.channel.value == "COUPON",
            points=points,
            live_points=live_points,
            base=0 if value is None else value.base,
            facts=None if value is None else encode_facts(value.facts),
            live_revision=None if live is None else live.revision,
            live_base=0 if live is None else live.base,
            live_facts=None if live is None else live.facts,
        )
        if len(self._examples) < EXAMPLES:
            heappush(self._examples, (rank, example))
        else:
            heappushpop(self._examples, (rank, example))


def rank_of(change: int, sale: int, position: int) -> tuple[int, int, int]:
    """How far up a line belongs: by how much its value changes, and then by age."""
    return abs(change), -sale, -position


def encode_totals(totals: Totals) -> bytes:
    """Encode totals to be stored or sent."""
    return msgspec.msgpack.encode(totals)


def decode_totals(stored: bytes) -> Totals:
    """Decode totals."""
    return msgspec.msgpack.decode(stored, type=Totals)
