"""The points that rules pay: the reward, rounded once; then limits; then the best rule of each exclusive group."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, Protocol, assert_never
from uuid import UUID

from msgspec import Struct

from domain.rules.facts import Usage
from domain.rules.model import (
    BonusRule,
    FlatPoints,
    MultiplyBase,
    PercentOfBase,
    PointsPerUnit,
    Reward,
    RuleLimits,
    Slabs,
)


class ReductionReason(StrEnum):
    """Why a rule that is met pays less than its reward."""

    LIMIT_TIMES = "LIMIT_TIMES"
    LIMIT_PER_MONTH = "LIMIT_PER_MONTH"
    LIMIT_PER_ECP = "LIMIT_PER_ECP"
    LIMIT_IN_TOTAL = "LIMIT_IN_TOTAL"
    GROUP_LOST = "GROUP_LOST"
    LIMIT_BUDGET = "LIMIT_BUDGET"


class Reduction(Struct, frozen=True):
    """Why a rule pays less than its reward; `won_by` is the winning rule when it lost in its exclusive group."""

    reason: ReductionReason
    won_by: UUID | None = None


class UsedByEcp(Protocol):
    """What a rule has paid an ECP, as limits for each ECP ask for it."""

    @property
    def points_to_ecp(self) -> int:
        """The points of all lines before."""

    @property
    def points_to_ecp_this_month(self) -> int:
        """The points of the lines of the month."""

    @property
    def times_to_ecp(self) -> int:
        """For how many lines it paid."""


class _LimitedRule(Struct, frozen=True):
    position: int
    rule_id: UUID
    limits: RuleLimits


# From the units of a line and its base points over all units to points, before limits.
RewardFunction = Callable[[int, int], int]

NO_USAGE: Final = Usage()
_TIMES: Final = Reduction(ReductionReason.LIMIT_TIMES)
_PER_MONTH: Final = Reduction(ReductionReason.LIMIT_PER_MONTH)
_PER_ECP: Final = Reduction(ReductionReason.LIMIT_PER_ECP)
_IN_TOTAL: Final = Reduction(ReductionReason.LIMIT_IN_TOTAL)
_BUDGET: Final = Reduction(ReductionReason.LIMIT_BUDGET)


class RewardReducer:
    """Applies the limits and exclusive groups of rules to the points that they earned; rules keep their order.

    A rule pays what its tightest limit leaves of the points that it earned: all, some or none. Once the limit on times
    is used up, it pays nothing. When two limits leave the same, the reason is the one that the rule's sentence names
    first.

    In an exclusive group, the rule that pays most after its own limits wins; ties go to the higher priority, then to
    the rule listed first. The others pay nothing, and each that loses points that way names the group as the reason.
    Priority has no other effect. Rules without a group add up, so their order does not matter.
    """

    def __init__(self, rules: Sequence[BonusRule]) -> None:
        groups: dict[str, list[int]] = {}
        for position, rule in enumerate(rules):
            if (group := rule.group_key) is not None:
                groups.setdefault(group, []).append(position)
        # Sorted by priority, so that `max` picks the right winner of a tie.
        self._groups = [
            sorted(members, key=lambda member: -rules[member].priority)
            for members in groups.values()
            if len(members) > 1
        ]
        self._lost_to = [Reduction(ReductionReason.GROUP_LOST, rule.id) for rule in rules]
        self._limited = [
            _LimitedRule(position, rule.id, rule.limits)
            for position, rule in enumerate(rules)
            if rule.limits != RuleLimits()
        ]

    def reduce(self, earned: Iterable[int], usage: Mapping[UUID, Usage]) -> tuple[list[int], list[Reduction | None]]:
        """Return the points that each rule pays and why they are fewer than it earned.

        `earned` are the points of each rule before limits, 0 for a rule that is not met. `usage` is what each rule paid
        before this line, by the id of the rule; a rule that is missing has paid nothing.
        """
        points = list(earned)
        reductions: list[Reduction | None] = [None] * len(points)
        for limited in self._limited:
            position = limited.position
            if points[position]:
                used = usage.get(limited.rule_id, NO_USAGE)
                total = limited.limits.points_in_total
                points[position], reductions[position] = apply_limits(
                    limited.limits, used, points[position], None if total is None else total - used.points_in_total
                )
        self.choose(points, reductions)
        return points, reductions

    def choose(self, points: list[int], reductions: list[Reduction | None]) -> None:
        """Let only the best rule of each exclusive group pay."""
        for members in self._groups:
            winner = max(members, key=points.__getitem__)
            for member in members:
                if member != winner and points[member]:
                    points[member] = 0
                    reductions[member] = self._lost_to[winner]


def spend_budget(base: int, points: list[int], reductions: list[Reduction | None], budget: int) -> int:
    """Pay base points, and then the points of each rule, until nothing is left of the budget; return the base points.

    Rules that the budget cuts pay fewer `points` afterwards, with the reason.
    """
    paid_base = min(base, budget)
    left = budget - paid_base
    for position, wanted in enumerate(points):
        if wanted > left:
            points[position] = left
            reductions[position] = _BUDGET
        left -= points[position]
    return paid_base


def compile_reward(reward: Reward) -> RewardFunction:
    """Compile a reward to a function from the units and base points of a line to points, never negative.

    Only a percentage or a multiple can fall between two integers; it is rounded once, half to even.

    Raises:
        ValueError: The percentage or the multiple is not finite, which validation rejects.
    """
    match reward:
        case FlatPoints(points):
            flat = max(points, 0)
            return lambda _units, _base: flat
        case PointsPerUnit(points):
            each = max(points, 0)
            return lambda units, _base: each * units
        case PercentOfBase(percent):
            return _fraction_of_base(Fraction(_require_finite(percent)) / 100)
        case MultiplyBase(factor):
            return _fraction_of_base(Fraction(_require_finite(factor)) - 1)
        case Slabs(slabs):
            steps = sorted(slabs, key=lambda slab: slab.from_quantity)
            starts = [slab.from_quantity for slab in steps]
            rates = [0, *(max(slab.points_per_unit, 0) for slab in steps)]
            return lambda units, _base: rates[bisect_right(starts, units)] * units
        case _:
            assert_never(reward)


def round_half_even(numerator: int, denominator: int) -> int:
    """Round the quotient to the nearest integer, and a tie to the even one; the denominator must be positive.

    This is roundTiesToEven of IEEE 754-2019, section 4.3.1, in integer arithmetic.
    """
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))


def _fraction_of_base(share: Fraction) -> RewardFunction:
    numerator, denominator = max(share, Fraction(0)).as_integer_ratio()
    return lambda _units, base: round_half_even(base * numerator, denominator)


def _require_finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"points cannot be computed from {value}")
    return value


def apply_limits(limits: RuleLimits, used: UsedByEcp, earned: int, total: int | None) -> tuple[int, Reduction | None]:
    """Return the points that the limits leave of those earned, and the limit that leaves the least.

    `total` is what the limit over all ECPs leaves; None without one.
    """
    if limits.times_per_ecp is not None and used.times_to_ecp >= limits.times_per_ecp:
        return 0, _TIMES
    left, reduction = earned, None
    # The rest is negative when a limit was lowered below what the rule had already paid.
    if limits.points_per_ecp_per_month is not None:
        rest = limits.points_per_ecp_per_month - used.points_to_ecp_this_month
        if rest < left:
            left, reduction = max(rest, 0), _PER_MONTH
    if limits.points_per_ecp is not None:
        rest = limits.points_per_ecp - used.points_to_ecp
        if left and rest < left:
            left, reduction = max(rest, 0), _PER_ECP
    if total is not None and left and total < left:
        left, reduction = max(total, 0), _IN_TOTAL
    return left, reduction
