"""Rules as one generated Python function that decides every clause of every rule, without stopping at the first no.

A clause that several rules share is decided once. The function is made of names of our own only; what the rules say
reaches it as the values of those names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from types import MappingProxyType
from typing import Any, Final, assert_never
from uuid import UUID

from msgspec import Struct

from domain.rules.clause_phrases import EcpClause
from domain.rules.facts import EcpFacts, LineFacts, days_back, days_enrolled, times_done, volume_key
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Clause,
    EnrolledWithinClause,
    GeographyClause,
    Not,
    PeriodClause,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
    Weekday,
)
from domain.rules.payouts import earning
from domain.rules.traversal import Node, walk

# Whether each clause holds, whether each rule is met, and what it earns before limits, which is 0 unless it is met.
Decision = tuple[tuple[bool, ...], tuple[bool, ...], tuple[int, ...]]
# From the line, the ECP, the units of the line and its base points.
Decide = Callable[[LineFacts, EcpFacts, int, int], Decision]

# What the tests of clauses may read, in an order in which each needs only those before it. Ids are compared as
# integers, because UUIDs compute their hash and compare in Python.
_READS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tier": "-1 if ecp.tier_id is None else ecp.tier_id.int",
        "places": "[place.int for place in ecp.geography_path]",
        "enrolled": "days_enrolled(ecp.enrolled_at, line.at)",
        "volumes": "ecp.volumes.get",
        "activities": "ecp.activities.get",
        "variant": "line.variant_id.int",
        "product": "line.product_id.int",
        "utc": "line.at.astimezone(UTC)",
        "day": "utc.toordinal()",
        "clock": "utc.time()",
    }
)


class AskedClause(Struct, frozen=True):
    """A clause at its place in a rule: where its answer is among all clauses, and whether it is beneath a NOT.

    It is beneath a NOT when the number of NOTs above it is odd; then the rule asks for its opposite.
    """

    clause: Clause
    index: int
    negated: bool


class Program(Struct, frozen=True):
    """The function, and for each rule its clauses in reading order."""

    decide: Decide
    asked: tuple[tuple[AskedClause, ...], ...]


def compile_program(rules: Sequence[BonusRule], tier_ranks: Mapping[UUID, int]) -> Program:
    """Compile valid rules. A tier without a rank is no better than any other, nor is any other better than it."""
    source = _Source(tier_ranks)
    asked = tuple(source.add(rule) for rule in rules)
    return Program(source.function(), asked)


def is_negated(node: Node) -> bool:
    """Whether the number of NOTs above the node is odd."""
    negated = False
    above = node.parent
    while above is not None:
        negated ^= isinstance(above.condition, Not)
        above = above.parent
    return negated


class _Source:
    """The function, as it is written."""

    def __init__(self, tier_ranks: Mapping[UUID, int]) -> None:
        self._tier_ranks = tier_ranks
        self._names: dict[str, Any] = {"UTC": UTC, "days_enrolled": days_enrolled, "times_done": times_done}
        self._clauses: dict[Clause, int] = {}
        self._reads: set[str] = set()
        self._lines: list[str] = []
        self._met: list[str] = []
        self._earned: list[str] = []

    def add(self, rule: BonusRule) -> tuple[AskedClause, ...]:
        """Write the decision of one more rule."""
        asked: list[AskedClause] = []
        waiting: list[str] = []
        # Backwards, members come before their group, the first member last.
        for node in reversed(tuple(walk(rule.condition))):
            match node.condition:
                case AllOf(conditions):
                    waiting.append(self._group(" and ", [waiting.pop() for _ in conditions], empty="True"))
                case AnyOf(conditions):
                    waiting.append(self._group(" or ", [waiting.pop() for _ in conditions], empty="False"))
                case Not():
                    waiting.append(self._assigned(f"not {waiting.pop()}"))
                case clause:
                    index = self._clause(clause)
                    waiting.append(f"clause_{index}")
                    asked.append(AskedClause(clause, index, is_negated(node)))
        (met,) = waiting
        earn = self._named("earn", earning(rule.reward))
        self._met.append(met)
        self._earned.append(f"{earn}(units, base) if {met} else 0")
        return tuple(reversed(asked))

    def function(self) -> Decide:
        """Make the function of all that was added."""
        reads = [f"{name} = {value}" for name, value in _READS.items() if name in self._reads]
        held = _tuple(f"clause_{index}" for index in range(len(self._clauses)))
        answer = f"return {held}, {_tuple(self._met)}, {_tuple(self._earned)}"
        body = "\n    ".join((*reads, *self._lines, answer))
        exec(f"def decide(line, ecp, units, base):\n    {body}\n", self._names)  # noqa: S102 - made of our own names
        decide: Decide = self._names["decide"]
        return decide

    def _group(self, operator: str, members: Sequence[str], *, empty: str) -> str:
        return self._assigned(operator.join(members) or empty)

    def _assigned(self, expression: str) -> str:
        name = f"group_{len(self._lines)}"
        self._lines.append(f"{name} = {expression}")
        return name

    def _clause(self, clause: Clause) -> int:
        index = self._clauses.get(clause)
        if index is None:
            index = self._clauses[clause] = len(self._clauses)
            self._lines.append(f"clause_{index} = {self._test(clause)}")
        return index

    def _named(self, kind: str, value: object) -> str:
        name = f"{kind}_{len(self._names)}"
        self._names[name] = value
        return name

    def _read(self, *names: str) -> None:
        self._reads.update(names)

    def _test(self, clause: Clause) -> str:
        match clause:
            case ProductClause():
                return self._product(clause)
            case ChannelClause(channel):
                return f"line.channel is {self._named('channel', channel)}"
            case QuantityClause(low, high):
                least = None if low is None else f"units >= {self._named('least', low)}"
                most = None if high is None else f"units <= {self._named('most', high)}"
                return _all(least, most)
            case PeriodClause():
                return self._period(clause)
            case _:
                return self._test_of_ecp(clause)

    def _test_of_ecp(self, clause: EcpClause) -> str:
        match clause:
            case TierClause():
                return self._tier(clause)
            case GeographyClause(geography_ids):
                self._read("places")
                return f"not {self._named('places', _integers(geography_ids))}.isdisjoint(places)"
            case VolumeClause():
                self._read("volumes")
                key = self._named("key", volume_key(clause))
                return f"volumes({key}, 0) >= {self._named('least', clause.at_least)}"
            case ActivityClause(activity, times):
                self._read("activities")
                moments = f"activities({self._named('activity', activity)}, ())"
                within = self._named("within", days_back(clause))
                return f"times_done({moments}, line.at, {within}) >= {self._named('times', times)}"
            case EnrolledWithinClause(days):
                self._read("enrolled")
                return f"enrolled is not None and 0 <= enrolled <= {self._named('days', days)}"
            case _:
                assert_never(clause)

    def _tier(self, clause: TierClause) -> str:
        self._read("tier")
        tiers = set(clause.tier_ids)
        lowest = None if clause.at_least is None else self._tier_ranks.get(clause.at_least)
        if lowest is not None:
            tiers.update(tier for tier, rank in self._tier_ranks.items() if rank >= lowest)
        return f"tier in {self._named('tiers', _integers(tiers))}"

    def _product(self, clause: ProductClause) -> str:
        self._read("variant", "product")
        variants = self._named("variants", _integers(clause.variant_ids))
        products = self._named("products", _integers(clause.product_ids))
        categories = self._named("categories", frozenset(clause.categories))
        return f"variant in {variants} or product in {products} or line.category in {categories}"

    def _period(self, clause: PeriodClause) -> str:
        self._read("utc", "day", "clock")
        start, end = clause.from_time, clause.to_time
        opened = None if start is None else f"clock >= {self._named('opens', start)}"
        closing = None if end is None else f"clock < {self._named('closes', end)}"
        today = self._days(clause, "day")
        if start is not None and end is not None and end < start:
            # After midnight, the window is the one that opened on the day before.
            yesterday = self._days(clause, "(day - 1)")
            return f"{_all(opened, *today)} or {_all(closing, *yesterday)}"
        return _all(opened, closing, *today)

    def _days(self, clause: PeriodClause, day: str) -> tuple[str, ...]:
        tests: list[str] = []
        if clause.from_date is not None:
            tests.append(f"{day} >= {self._named('first', clause.from_date.toordinal())}")
        if clause.to_date is not None:
            tests.append(f"{day} <= {self._named('last', clause.to_date.toordinal())}")
        if clause.weekdays is not None:
            # 1 January of the year 1 is day 1 and, in the proleptic Gregorian calendar, a Monday.
            chosen = frozenset((list(Weekday).index(weekday) + 1) % 7 for weekday in clause.weekdays)
            tests.append(f"{day} % 7 in {self._named('weekdays', chosen)}")
        return tuple(tests)


def _integers(ids: Iterable[UUID]) -> frozenset[int]:
    return frozenset(identifier.int for identifier in ids)


def _all(*tests: str | None) -> str:
    return " and ".join(test for test in tests if test is not None) or "True"


def _tuple(items: Iterable[str]) -> str:
    return "".join(("(", *(f"{item}, " for item in items), ")"))
