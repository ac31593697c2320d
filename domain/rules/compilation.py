"""Compiles rules to one generated Python function that decides every clause of every rule, without short-circuiting.

A clause that several rules share is decided once. The generated source contains only names made here; all values that
come from rules are passed in through the namespace of the function, so no rule can inject code.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, assert_never
from uuid import UUID

from domain.calendar import Calendar
from domain.rules.clause_phrases import EcpClause
from domain.rules.facts import count_activities, days_enrolled, lookback, volume_key
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
from domain.rules.program import DecideAgainFunction, DecideFunction, Program, RuleClause, VaryFunction
from domain.rules.rewards import compile_reward
from domain.rules.traversal import ConditionNode, walk_condition

# The values that clause tests read; each expression uses only names defined before it. Ids are compared as integers,
# because UUIDs hash and compare in slow Python code.
_READ_EXPRESSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tier": "-1 if ecp.tier_id is None else ecp.tier_id.int",
        "places": "[place.int for place in ecp.geography_path]",
        "enrolled": "days_enrolled(ecp.enrolled_at, line.at, zone)",
        "volumes": "ecp.volumes.get",
        "activities": "ecp.activities.get",
        "variant": "line.variant_id.int",
        "product": "line.product_id.int",
        "category": "line.category_id.int",
        "local": "line.at.astimezone(zone)",
        "day": "local.toordinal()",
        "clock": "local.time()",
    }
)
# What clauses ask for that varies between lines of an ECP in the same tier and place, and what needs the time.
_VARYING: Final = (VolumeClause, PeriodClause, EnrolledWithinClause, ActivityClause)
_READ_ANEW: Final = frozenset({"enrolled", "volumes", "activities", "local", "day", "clock"})
_READ_TIME: Final = _READ_ANEW - {"volumes"}


def compile_program(rules: Sequence[BonusRule], tier_ranks: Mapping[UUID, int], calendar: Calendar) -> Program:
    """Compile valid rules. `tier_ranks` gives the rank of each tier, higher is better; a tier without one is unranked.

    An unranked tier is neither above nor below any other tier. Days and times of day are those of the calendar.
    """
    source = _ProgramSource(tier_ranks, calendar)
    rule_clauses = tuple(source.add(rule) for rule in rules)
    decide, decide_again, vary = source.build()
    return Program(
        decide=decide,
        decide_again=decide_again,
        vary=vary,
        reads_time=source.reads_time,
        clauses=source.clauses,
        rule_clauses=rule_clauses,
    )


def is_negated(node: ConditionNode) -> bool:
    """Whether the number of NOTs above the node is odd."""
    negated = False
    above = node.parent
    while above is not None:
        negated ^= isinstance(above.condition, Not)
        above = above.parent
    return negated


class _ProgramSource:
    """Collects the source lines of the function."""

    def __init__(self, tier_ranks: Mapping[UUID, int], calendar: Calendar) -> None:
        self._tier_ranks = tier_ranks
        self._namespace: dict[str, Any] = {
            "zone": calendar.zone,
            "days_enrolled": days_enrolled,
            "count_activities": count_activities,
        }
        self._clauses: dict[Clause, int] = {}
        self._reads: set[str] = set()
        # Assignments of `decide` and of `decide_again`, in the same order.
        self._lines: list[str] = []
        self._lines_again: list[str] = []
        # Those of `vary`, and the clauses that they decide.
        self._lines_varying: list[str] = []
        self._varying: list[int] = []
        self._met: list[str] = []
        self._earned: list[str] = []

    def add(self, rule: BonusRule) -> tuple[RuleClause, ...]:
        """Write the decision about one more rule, and return its clauses in reading order."""
        found: list[RuleClause] = []
        pending: list[str] = []
        # In reverse, members come before their group, and the first member comes last.
        for node in reversed(tuple(walk_condition(rule.condition))):
            match node.condition:
                case AllOf(conditions):
                    pending.append(self._group_name(" and ", [pending.pop() for _ in conditions], empty="True"))
                case AnyOf(conditions):
                    pending.append(self._group_name(" or ", [pending.pop() for _ in conditions], empty="False"))
                case Not():
                    pending.append(self._assign(f"not {pending.pop()}"))
                case clause:
                    index = self._clause_index(clause)
                    pending.append(f"clause_{index}")
                    found.append(RuleClause(clause, index, is_negated(node)))
        (met,) = pending
        earn = self._bind("earn", compile_reward(rule.reward))
        self._met.append(met)
        self._earned.append(f"{earn}(units, base) if {met} else 0")
        return tuple(reversed(found))

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All distinct clauses so far."""
        return tuple(self._clauses)

    @property
    def reads_time(self) -> bool:
        """Whether a clause asks for the time of the line."""
        return not self._reads.isdisjoint(_READ_TIME)

    def build(self) -> tuple[DecideFunction, DecideAgainFunction, VaryFunction]:
        """Build the functions that decide all rules added so far."""
        reads = [f"{name} = {value}" for name, value in _READ_EXPRESSIONS.items() if name in self._reads]
        holds = _tuple(f"clause_{index}" for index in range(len(self._clauses)))
        answer = f"return {holds}, {_tuple(self._met)}, {_tuple(self._earned)}"
        body = "\n    ".join((*reads, *self._lines, answer))
        again = "\n    ".join(("volumes = amounts.get", *self._lines_again, answer))
        varying = [f"{name} = {value}" for name, value in _READ_EXPRESSIONS.items() if name in self._reads & _READ_ANEW]
        varied = f"return {_tuple(f'clause_{index}' for index in self._varying)}"
        vary = "\n    ".join((*varying, *self._lines_varying, varied))
        source = (
            f"def decide(line, ecp, units, base):\n    {body}\ndef again(holds, amounts, units, base):\n    {again}\n"
            f"def vary(line, ecp):\n    {vary}\n"
        )
        exec(source, self._namespace)  # noqa: S102 - contains only names made here
        return self._namespace["decide"], self._namespace["again"], self._namespace["vary"]

    def _group_name(self, operator: str, members: Sequence[str], *, empty: str) -> str:
        return self._assign(operator.join(members) or empty)

    def _assign(self, expression: str) -> str:
        name = f"group_{len(self._lines)}"
        self._lines.append(f"{name} = {expression}")
        self._lines_again.append(self._lines[-1])
        return name

    def _clause_index(self, clause: Clause) -> int:
        index = self._clauses.get(clause)
        if index is None:
            index = self._clauses[clause] = len(self._clauses)
            self._lines.append(f"clause_{index} = {self._clause_test(clause)}")
            depends = isinstance(clause, VolumeClause | QuantityClause)
            self._lines_again.append(self._lines[-1] if depends else f"clause_{index} = holds[{index}]")
            if isinstance(clause, _VARYING):
                self._lines_varying.append(self._lines[-1])
                self._varying.append(index)
        return index

    def _bind(self, kind: str, value: object) -> str:
        name = f"{kind}_{len(self._namespace)}"
        self._namespace[name] = value
        return name

    def _read(self, *names: str) -> None:
        self._reads.update(names)

    def _clause_test(self, clause: Clause) -> str:
        match clause:
            case ProductClause():
                return self._product_test(clause)
            case ChannelClause(channel):
                return f"line.channel is {self._bind('channel', channel)}"
            case QuantityClause(low, high):
                least = None if low is None else f"units >= {self._bind('least', low)}"
                most = None if high is None else f"units <= {self._bind('most', high)}"
                return _all(least, most)
            case PeriodClause():
                return self._period_test(clause)
            case _:
                return self._ecp_clause_test(clause)

    def _ecp_clause_test(self, clause: EcpClause) -> str:
        match clause:
            case TierClause():
                return self._tier_test(clause)
            case GeographyClause(geography_ids):
                self._read("places")
                return f"not {self._bind('places', _integers(geography_ids))}.isdisjoint(places)"
            case VolumeClause():
                self._read("volumes")
                key = self._bind("key", volume_key(clause))
                return f"volumes({key}, 0) >= {self._bind('least', clause.at_least)}"
            case ActivityClause(activity, times):
                self._read("activities")
                moments = f"activities({self._bind('activity', activity)}, ())"
                within = self._bind("within", lookback(clause))
                return f"count_activities({moments}, line.at, {within}) >= {self._bind('times', times)}"
            case EnrolledWithinClause(days):
                self._read("enrolled")
                return f"enrolled is not None and 0 <= enrolled <= {self._bind('days', days)}"
            case _:
                assert_never(clause)

    def _tier_test(self, clause: TierClause) -> str:
        self._read("tier")
        tiers = set(clause.tier_ids)
        lowest = None if clause.at_least is None else self._tier_ranks.get(clause.at_least)
        if lowest is not None:
            tiers.update(tier for tier, rank in self._tier_ranks.items() if rank >= lowest)
        return f"tier in {self._bind('tiers', _integers(tiers))}"

    def _product_test(self, clause: ProductClause) -> str:
        self._read("variant", "product")
        variants = self._bind("variants", _integers(clause.variant_ids))
        products = self._bind("products", _integers(clause.product_ids))
        test = f"variant in {variants} or product in {products}"
        if not clause.category_ids:
            return test
        self._read("category")
        return f"{test} or category in {self._bind('categories', _integers(clause.category_ids))}"

    def _period_test(self, clause: PeriodClause) -> str:
        self._read("local", "day", "clock")
        start, end = clause.from_time, clause.to_time
        opened = None if start is None else f"clock >= {self._bind('opens', start)}"
        closing = None if end is None else f"clock < {self._bind('closes', end)}"
        today = self._day_tests(clause, "day")
        if start is not None and end is not None and end < start:
            # After midnight, the open window is the one of the day before.
            yesterday = self._day_tests(clause, "(day - 1)")
            return f"{_all(opened, *today)} or {_all(closing, *yesterday)}"
        return _all(opened, closing, *today)

    def _day_tests(self, clause: PeriodClause, day: str) -> tuple[str, ...]:
        tests: list[str] = []
        if clause.from_date is not None:
            tests.append(f"{day} >= {self._bind('first', clause.from_date.toordinal())}")
        if clause.to_date is not None:
            tests.append(f"{day} <= {self._bind('last', clause.to_date.toordinal())}")
        if clause.weekdays is not None:
            # 1 January of the year 1 is day 1 and, in the proleptic Gregorian calendar, a Monday.
            chosen = frozenset((list(Weekday).index(weekday) + 1) % 7 for weekday in clause.weekdays)
            tests.append(f"{day} % 7 in {self._bind('weekdays', chosen)}")
        return tuple(tests)


def _integers(ids: Iterable[UUID]) -> frozenset[int]:
    return frozenset(identifier.int for identifier in ids)


def _all(*tests: str | None) -> str:
    return " and ".join(test for test in tests if test is not None) or "True"


def _tuple(items: Iterable[str]) -> str:
    return "".join(("(", *(f"{item}, " for item in items), ")"))
