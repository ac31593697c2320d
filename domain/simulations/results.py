"""The result of a simulation, as it is stored for good (N7)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.calendar import Calendar
from domain.rules.model import BonusRule
from domain.simulations.explaining import ExampleLine
from domain.simulations.records import moment_of
from domain.simulations.tally import Totals

_MONTHS: Final = 12
KeyT = TypeVar("KeyT")


class RulePoints(Struct, frozen=True):
    """The points of a rule in the simulation and in the ledger; a rule that the draft lacks has 0 in the former."""

    rule_id: UUID
    points: int
    live_points: int


class MonthPoints(Struct, frozen=True):
    """The points of the sales of a month, which is named by its first day."""

    month: date
    points: int
    live_points: int


class Example(Struct, frozen=True):
    """A line whose value changes, with the facts of both valuations. A side that did not value it has no facts."""

    ecp: int
    sold_at: datetime
    sale: int
    position: int
    variant_id: UUID | None
    points: int
    live_points: int
    base: int
    facts: bytes | None
    live_revision: int | None
    live_base: int
    live_facts: bytes | None


class SimulationResult(Struct, frozen=True):
    """What the sales of a period would have earned, beside what they did."""

    lines: int
    ecps: int
    points: int
    live_points: int
    base_points: int
    live_base_points: int
    by_rule: tuple[RulePoints, ...]
    by_month: tuple[MonthPoints, ...]
    budget_exhausted_on: date | None
    gaining: int
    losing: int
    median_points: int
    top_points: int
    examples: tuple[Example, ...]
    removed_rules: tuple[BonusRule, ...] = ()


def merge_totals(
    parts: Iterable[Totals],
    examples: Iterable[ExampleLine],
    variants: Sequence[UUID],
    live_rules: Sequence[BonusRule],
    *,
    calendar: Calendar,
) -> SimulationResult:
    """Add up the totals of all pieces. Each ECP is in one of them, so the order of the pieces does not matter.

    `examples` are the best candidates of all pieces, explained.
    """
    rules: dict[UUID, list[int]] = {}
    months: dict[int, list[int]] = {}
    ecps: list[tuple[int, int, int]] = []
    lines = base = live_base = 0
    exhausted: int | None = None
    for part in parts:
        lines += part.lines
        base, live_base = base + part.base[0], live_base + part.base[1]
        _add(rules, part.rules)
        _add(months, part.months)
        ecps += part.ecps
        exhausted = part.budget_exhausted_at if exhausted is None else exhausted
    earned = sorted(points for _, points, _ in ecps if points > 0)
    removed = {key: rule for rule in live_rules if (key := rule.id) in rules and not rules[key][0]}
    return SimulationResult(
        lines=lines,
        ecps=len(ecps),
        points=sum(points for _, points, _ in ecps),
        live_points=sum(live for _, _, live in ecps),
        base_points=base,
        live_base_points=live_base,
        by_rule=tuple(RulePoints(key, points, live) for key, (points, live) in rules.items()),
        by_month=tuple(MonthPoints(_first_day(key), points, live) for key, (points, live) in sorted(months.items())),
        budget_exhausted_on=None if exhausted is None else calendar.day_of(moment_of(exhausted)),
        gaining=sum(points > live for _, points, live in ecps),
        losing=sum(points < live for _, points, live in ecps),
        median_points=earned[(len(earned) - 1) // 2] if earned else 0,
        top_points=earned[-1] if earned else 0,
        examples=tuple(_example(one, variants) for one in examples),
        removed_rules=tuple(removed.values()),
    )


def encode_result(result: SimulationResult) -> str:
    """Encode a result for its column."""
    return msgspec.json.encode(result).decode()


def decode_result(stored: str) -> SimulationResult:
    """Decode a stored result."""
    return msgspec.json.decode(stored, type=SimulationResult)


def _add(sums: dict[KeyT, list[int]], parts: Iterable[tuple[KeyT, int, int]]) -> None:
    for key, points, live in parts:
        found = sums.setdefault(key, [0, 0])
        found[0] += points
        found[1] += live


def _first_day(month: int) -> date:
    """The first day of a month that the fold numbered."""
    year, number = divmod(month - 1, _MONTHS)
    return date(year, number + 1, 1)


def _example(one: ExampleLine, variants: Sequence[UUID]) -> Example:
    return Example(
        ecp=one.ecp,
        sold_at=moment_of(one.sold_at),
        sale=one.sale,
        position=one.position,
        variant_id=None if one.variant < 0 else variants[one.variant],
        points=one.points,
        live_points=one.live_points,
        base=one.base,
        facts=one.facts,
        live_revision=one.live_revision,
        live_base=one.live_base,
        live_facts=one.live_facts,
    )
