"""What rules pay: rewards, rounded once; then limits; then the best rule of each exclusive group."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, assert_never
from uuid import UUID

from msgspec import Struct

from domain.rules.facts import Usage
from domain.rules.model import (
    BonusRule,
    FlatPoints,
    Limits,
    MultiplyBase,
    PercentOfBase,
    PointsPerUnit,
    Reward,
    Slabs,
)


class ReductionReason(StrEnum):
    """Why a rule that is met pays less than its reward."""

    LIMIT_TIMES = "LIMIT_TIMES"
    LIMIT_PER_MONTH = "LIMIT_PER_MONTH"
    LIMIT_PER_ECP = "LIMIT_PER_ECP"
    LIMIT_IN_TOTAL = "LIMIT_IN_TOTAL"
    GROUP_LOST = "GROUP_LOST"


class Reduction(Struct, frozen=True):
    """What took points from a rule, and which rule won if it was the group."""

    reason: ReductionReason
    won_by: UUID | None = None


class _Limited(Struct, frozen=True):
    position: int
    rule_id: UUID
    limits: Limits


# From units of the line and its base points to points, before limits.
Earning = Callable[[int, int], int]

UNUSED: Final = Usage()
_TIMES: Final = Reduction(ReductionReason.LIMIT_TIMES)
_PER_MONTH: Final = Reduction(ReductionReason.LIMIT_PER_MONTH)
_PER_ECP: Final = Reduction(ReductionReason.LIMIT_PER_ECP)
_IN_TOTAL: Final = Reduction(ReductionReason.LIMIT_IN_TOTAL)


class Payouts:
    """The limits and groups of rules, in the order of the rules.

    A rule pays what its tightest limit leaves of what it earned: all, a part or nothing. The limit on times leaves
    nothing once it is used up. Of limits that leave the same, the reason is the one that a rule's sentence says first.

    In an exclusive group, the rule wins that pays most after its own limits; then the one with the higher priority;
    then the one that stands first. The others pay nothing, and the group is the reason for those that it costs points.
    Priority changes nothing else, and rules without a group add up, so their order does not matter.
    """

    def __init__(self, rules: Sequence[BonusRule]) -> None:
        groups: dict[str, list[int]] = {}
        for position, rule in enumerate(rules):
            if rule.exclusive_group is not None:
                groups.setdefault(rule.exclusive_group, []).append(position)
        # The first of several best is then the one that wins.
        self._groups = [
            sorted(members, key=lambda member: -rules[member].priority)
            for members in groups.values()
            if len(members) > 1
        ]
        self._lost_to = [Reduction(ReductionReason.GROUP_LOST, rule.id) for rule in rules]
        self._limited = [
            _Limited(position, rule.id, rule.limits) for position, rule in enumerate(rules) if rule.limits != Limits()
        ]

    def settle(self, earned: Iterable[int], usage: Mapping[UUID, Usage]) -> tuple[list[int], list[Reduction | None]]:
        """Points of each rule and what reduced them, from what it earned, which is 0 for a rule that is not met."""
        points = list(earned)
        reductions: list[Reduction | None] = [None] * len(points)
        for limited in self._limited:
            position = limited.position
            if points[position]:
                left, reduction = _left(limited.limits, usage.get(limited.rule_id, UNUSED), points[position])
                points[position] = left
                reductions[position] = reduction
        for members in self._groups:
            winner = max(members, key=points.__getitem__)
            for member in members:
                if member != winner and points[member]:
                    points[member] = 0
                    reductions[member] = self._lost_to[winner]
        return points, reductions


def earning(reward: Reward) -> Earning:
    """A function from the units of a line and its base points to what the reward pays for it, never less than 0.

    Only a percentage and a multiple can fall between two integers; they are rounded once, half to even.

    Raises:
        ValueError: For a percentage or a multiple that is not a number, which validation refuses.
    """
    match reward:
        case FlatPoints(points):
            flat = max(points, 0)
            return lambda _units, _base: flat
        case PointsPerUnit(points):
            each = max(points, 0)
            return lambda units, _base: each * units
        case PercentOfBase(percent):
            return _share(Fraction(_finite(percent)) / 100)
        case MultiplyBase(factor):
            return _share(Fraction(_finite(factor)) - 1)
        case Slabs(slabs):
            steps = sorted(slabs, key=lambda slab: slab.from_quantity)
            starts = [slab.from_quantity for slab in steps]
            rates = [0, *(max(slab.points_per_unit, 0) for slab in steps)]
            return lambda units, _base: rates[bisect_right(starts, units)] * units
        case _:
            assert_never(reward)


def half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to the quotient, and of two that are as near, the even one.

    IEEE 754-2019, section 4.3.1, roundTiesToEven, on integers; the denominator must be positive.
    """
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))


def _share(share: Fraction) -> Earning:
    numerator, denominator = max(share, Fraction(0)).as_integer_ratio()
    return lambda _units, base: half_even(base * numerator, denominator)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that points can be computed with")
    return value


def _left(limits: Limits, used: Usage, earned: int) -> tuple[int, Reduction | None]:
    """What the limits leave of points earned, and the limit that leaves the least."""
    if limits.times_per_ecp is not None and used.times_to_ecp >= limits.times_per_ecp:
        return 0, _TIMES
    left, reduction = earned, None
    # More than a limit may have been paid before the limit was lowered, so that its rest is negative.
    if limits.points_per_ecp_per_month is not None:
        rest = limits.points_per_ecp_per_month - used.points_to_ecp_this_month
        if rest < left:
            left, reduction = max(rest, 0), _PER_MONTH
    if limits.points_per_ecp is not None:
        rest = limits.points_per_ecp - used.points_to_ecp
        if left and rest < left:
            left, reduction = max(rest, 0), _PER_ECP
    if limits.points_in_total is not None:
        rest = limits.points_in_total - used.points_in_total
        if left and rest < left:
            left, reduction = max(rest, 0), _IN_TOTAL
    return left, reduction
