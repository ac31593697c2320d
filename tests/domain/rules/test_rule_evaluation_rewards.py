"""Every reward, limit and group, just below, at and just above each edge."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.evaluation import Evaluation, compile_rules
from domain.rules.facts import EarnerFacts, LineFacts, Usage
from domain.rules.model import (
    BonusRule,
    FlatPoints,
    MultiplyBase,
    PercentOfBase,
    PointsPerUnit,
    QuantityClause,
    Reward,
    RuleLimits,
    Slab,
    Slabs,
)
from domain.rules.rewards import Reduction, ReductionReason, round_half_even

ALWAYS, NEVER = QuantityClause(at_least=1), QuantityClause(at_least=1_000_000)
UNLIMITED = RuleLimits()
FIRST, SECOND, THIRD, FOURTH = (UUID(int=number) for number in range(1, 5))
TIMES, PER_MONTH, PER_ECP, IN_TOTAL, GROUP_LOST, BUDGET = ReductionReason


def limits_of(per_ecp: int | None, per_month: int | None, in_total: int | None, times: int | None) -> RuleLimits:
    return RuleLimits(
        points_per_ecp=per_ecp, points_per_ecp_per_month=per_month, points_in_total=in_total, times_per_ecp=times
    )


def usage_of(to_ecp: int, this_month: int, in_total: int, times: int) -> Usage:
    return Usage(
        points_to_ecp=to_ecp, points_to_ecp_this_month=this_month, points_in_total=in_total, times_to_ecp=times
    )


def line(quantity: int, base_points: int) -> LineFacts:
    at = datetime(2026, 3, 14, 18, 30, tzinfo=UTC)
    sold: Any = {"channel": EarningChannel.SALE, "variant_id": UUID(int=21), "product_id": UUID(int=31)}
    return LineFacts(**sold, category_id=UUID(int=41), quantity=quantity, base_points=base_points, at=at)


def evaluated(
    *rules: BonusRule, usage: dict[UUID, Usage] | None = None, quantity: int = 10, base_points: int = 10
) -> Evaluation:
    return compile_rules(rules, {}, UTC_CALENDAR).evaluate(line(quantity, base_points), EarnerFacts(), usage or {})


def pays(reward: Reward, quantity: int, base_points: int) -> int:
    rule = BonusRule(id=FIRST, name="A rule", condition=ALWAYS, reward=reward)
    evaluation = evaluated(rule, quantity=quantity, base_points=base_points)
    assert evaluation.base_points == quantity * base_points
    (outcome,) = evaluation.outcomes
    assert outcome.met
    assert outcome.reduction is None
    assert outcome.earned == outcome.points == evaluation.bonus_points
    return outcome.points


SLABS = Slabs((Slab(10, 5), Slab(50, 8)))


@pytest.mark.parametrize(
    ("reward", "quantity", "base_points", "expected"),
    [
        (FlatPoints(50), 1, 10, 50),
        (FlatPoints(50), 1_000_000, 0, 50),
        (PointsPerUnit(3), 1, 10, 3),
        (PointsPerUnit(3), 12, 0, 36),
        (PercentOfBase(Decimal(10)), 12, 10, 12),
        (PercentOfBase(Decimal("12.50")), 12, 10, 15),
        (PercentOfBase(Decimal(1_000)), 1, 7, 70),
        # Halves go to the even neighbor, everything else to the nearer one.
        (PercentOfBase(Decimal(50)), 1, 1, 0),
        (PercentOfBase(Decimal(50)), 1, 3, 2),
        (PercentOfBase(Decimal(50)), 1, 5, 2),
        (PercentOfBase(Decimal(50)), 1, 7, 4),
        (PercentOfBase(Decimal("49.99")), 1, 3, 1),
        (PercentOfBase(Decimal("50.01")), 1, 5, 3),
        (PercentOfBase(Decimal("0.01")), 1, 5_000, 0),
        (PercentOfBase(Decimal("0.01")), 1, 5_001, 1),
        # The points of the line are rounded, not those of each unit.
        (PercentOfBase(Decimal(25)), 4, 1, 1),
        (PercentOfBase(Decimal(10)), 12, 0, 0),
        (MultiplyBase(Decimal(2)), 12, 10, 120),
        (MultiplyBase(Decimal("1.50")), 12, 10, 60),
        (MultiplyBase(Decimal("1.5")), 1, 1, 0),
        (MultiplyBase(Decimal("1.5")), 1, 3, 2),
        (MultiplyBase(Decimal("1.5")), 1, 5, 2),
        (MultiplyBase(Decimal("1.01")), 1, 50, 0),
        (MultiplyBase(Decimal("1.01")), 1, 51, 1),
        (MultiplyBase(Decimal(100)), 1_000_000, 1_000_000, 99 * 10**12),
        (MultiplyBase(Decimal(2)), 12, 0, 0),
        (SLABS, 9, 10, 0),
        (SLABS, 10, 10, 50),
        (SLABS, 49, 10, 245),
        (SLABS, 50, 10, 400),
        (SLABS, 51, 0, 408),
        (Slabs((Slab(50, 8), Slab(10, 5))), 50, 10, 400),
        (Slabs((Slab(1, 8), Slab(10, 2))), 10, 10, 20),
        # Validation rejects these; they still take nothing away.
        (Slabs(()), 10, 10, 0),
        (FlatPoints(-5), 10, 10, 0),
        (PointsPerUnit(-5), 10, 10, 0),
        (PercentOfBase(Decimal(-10)), 10, 10, 0),
        (MultiplyBase(Decimal("0.5")), 10, 10, 0),
    ],
)
def test_rewards(reward: Reward, quantity: int, base_points: int, expected: int) -> None:
    assert pays(reward, quantity, base_points) == expected


@pytest.mark.parametrize("reward", [PercentOfBase(Decimal("NaN")), MultiplyBase(Decimal("Infinity"))])
def test_a_reward_that_is_not_finite_cannot_be_compiled(reward: Reward) -> None:
    with pytest.raises(ValueError, match=r"points cannot be computed from (NaN|Infinity)"):
        compile_rules((BonusRule(id=FIRST, name="A rule", condition=ALWAYS, reward=reward),), {}, UTC_CALENDAR)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(0, 7, 0), (1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (4, 3, 1), (5, 3, 2), (10**30 + 1, 2, 5 * 10**29)],
)
def test_rounding_half_to_even(numerator: int, denominator: int, expected: int) -> None:
    assert round_half_even(numerator, denominator) == expected


def test_a_rule_that_is_not_met_earns_nothing() -> None:
    evaluation = evaluated(
        BonusRule(id=FIRST, name="A rule", condition=NEVER, reward=FlatPoints(50), limits=RuleLimits(times_per_ecp=1))
    )
    (outcome,) = evaluation.outcomes
    assert (outcome.met, outcome.earned, outcome.points, outcome.reduction) == (False, 0, 0, None)
    assert evaluation.bonus_points == 0


# Each rule earns 50 points.
@pytest.mark.parametrize(
    ("limits", "used", "points", "reason"),
    [
        (UNLIMITED, usage_of(10**15, 10**15, 10**15, 10**15), 50, None),
        (RuleLimits(points_per_ecp=500), Usage(points_to_ecp=449), 50, None),
        (RuleLimits(points_per_ecp=500), Usage(points_to_ecp=450), 50, None),
        (RuleLimits(points_per_ecp=500), Usage(points_to_ecp=451), 49, PER_ECP),
        (RuleLimits(points_per_ecp=500), Usage(points_to_ecp=499), 1, PER_ECP),
        (RuleLimits(points_per_ecp=500), Usage(points_to_ecp=500), 0, PER_ECP),
        (RuleLimits(points_per_ecp=500), Usage(points_to_ecp=501), 0, PER_ECP),
        (RuleLimits(points_per_ecp=49), Usage(), 49, PER_ECP),
        (RuleLimits(points_per_ecp=500), usage_of(0, 500, 500, 500), 50, None),
        (RuleLimits(points_per_ecp_per_month=500), Usage(points_to_ecp_this_month=450), 50, None),
        (RuleLimits(points_per_ecp_per_month=500), Usage(points_to_ecp_this_month=451), 49, PER_MONTH),
        (RuleLimits(points_per_ecp_per_month=500), Usage(points_to_ecp_this_month=500), 0, PER_MONTH),
        (RuleLimits(points_per_ecp_per_month=500), usage_of(500, 0, 500, 500), 50, None),
        (RuleLimits(points_in_total=500), Usage(points_in_total=450), 50, None),
        (RuleLimits(points_in_total=500), Usage(points_in_total=451), 49, IN_TOTAL),
        (RuleLimits(points_in_total=500), Usage(points_in_total=500), 0, IN_TOTAL),
        (RuleLimits(points_in_total=500), usage_of(500, 500, 0, 500), 50, None),
        (RuleLimits(times_per_ecp=3), Usage(times_to_ecp=2), 50, None),
        (RuleLimits(times_per_ecp=3), Usage(times_to_ecp=3), 0, TIMES),
        (RuleLimits(times_per_ecp=3), Usage(times_to_ecp=4), 0, TIMES),
        (RuleLimits(times_per_ecp=3), usage_of(500, 500, 500, 0), 50, None),
        # The tightest limit is the reason; of equally tight ones, the first.
        (limits_of(500, 400, 1_000, 9), usage_of(460, 370, 990, 3), 10, IN_TOTAL),
        (limits_of(500, 400, 1_000, 9), usage_of(490, 370, 980, 3), 10, PER_ECP),
        (limits_of(500, 400, 1_000, 9), usage_of(460, 390, 980, 3), 10, PER_MONTH),
        (limits_of(500, 400, 1_000, 9), usage_of(490, 390, 990, 3), 10, PER_MONTH),
        (limits_of(500, None, 1_000, 9), usage_of(490, 390, 990, 3), 10, PER_ECP),
        (limits_of(500, 400, 1_000, 9), usage_of(999, 400, 2_000, 3), 0, PER_MONTH),
        (limits_of(500, 400, 1_000, 9), usage_of(500, 0, 2_000, 3), 0, PER_ECP),
        (limits_of(500, 400, 1_000, 9), usage_of(500, 400, 1_000, 9), 0, TIMES),
    ],
)
def test_limits(limits: RuleLimits, used: Usage, points: int, reason: ReductionReason | None) -> None:
    rule = BonusRule(id=FIRST, name="A rule", condition=ALWAYS, reward=FlatPoints(50), limits=limits)
    evaluation = evaluated(rule, usage={FIRST: used, SECOND: usage_of(10**15, 10**15, 10**15, 10**15)})
    (outcome,) = evaluation.outcomes
    assert (outcome.met, outcome.earned, outcome.points) == (True, 50, points)
    assert outcome.reduction == (None if reason is None else Reduction(reason))
    assert evaluation.bonus_points == points


def test_usage_accumulates_from_line_to_line() -> None:
    rule = BonusRule(
        id=FIRST,
        name="A rule",
        condition=ALWAYS,
        reward=PercentOfBase(Decimal(50)),
        limits=RuleLimits(120, times_per_ecp=3),
    )
    used, paid = Usage(), []
    for base_points in (10, 0, 10, 10, 10):
        points = evaluated(rule, usage={FIRST: used}, base_points=base_points).bonus_points
        used = used.plus(points)
        paid.append(points)
    # A line that pays nothing is not one of the three times.
    assert paid == [50, 0, 50, 20, 0]
    assert used == usage_of(120, 120, 120, 3)


def grouped(
    rule_id: UUID, points: int, priority: int = 0, group: str | None = "launch", limits: RuleLimits = UNLIMITED
) -> BonusRule:
    return BonusRule(
        id=rule_id,
        name=f"Rule {rule_id.int}",
        condition=ALWAYS,
        reward=FlatPoints(points),
        limits=limits,
        priority=priority,
        exclusive_group=group,
    )


def lost_to(rule_id: UUID) -> Reduction:
    return Reduction(GROUP_LOST, rule_id)


def paid(*rules: BonusRule, usage: dict[UUID, Usage] | None = None) -> list[tuple[int, Reduction | None]]:
    evaluation = evaluated(*rules, usage=usage)
    assert evaluation.bonus_points == sum(outcome.points for outcome in evaluation.outcomes)
    return [(outcome.points, outcome.reduction) for outcome in evaluation.outcomes]


def test_rules_without_a_group_add_up() -> None:
    rules = (grouped(FIRST, 10, group=None), grouped(SECOND, 30, 5, group=None), grouped(THIRD, 20, group="alone"))
    assert paid(*rules) == [(10, None), (30, None), (20, None)]


def test_the_rule_that_pays_most_wins_its_group() -> None:
    assert paid(grouped(FIRST, 10, 9), grouped(SECOND, 30), grouped(THIRD, 29, 9)) == [
        (0, lost_to(SECOND)),
        (30, None),
        (0, lost_to(SECOND)),
    ]


def test_a_tie_goes_to_the_higher_priority() -> None:
    assert paid(grouped(FIRST, 30, -1), grouped(SECOND, 30), grouped(THIRD, 30, 1), grouped(FOURTH, 30, 1)) == [
        (0, lost_to(THIRD)),
        (0, lost_to(THIRD)),
        (30, None),
        (0, lost_to(THIRD)),
    ]


def test_a_tie_of_priorities_goes_to_the_first_rule() -> None:
    assert paid(grouped(SECOND, 30), grouped(FIRST, 30)) == [(30, None), (0, lost_to(SECOND))]


@pytest.mark.parametrize("group", ["Launch", " launch ", "LAUNCH"])
def test_spellings_of_one_group_pay_once(group: str) -> None:
    assert paid(grouped(FIRST, 10), grouped(SECOND, 30, group=group)) == [(0, lost_to(SECOND)), (30, None)]


def test_an_accent_in_two_encodings_is_one_group() -> None:
    rules = grouped(FIRST, 10, group="\u00e9t\u00e9"), grouped(SECOND, 30, group="E\u0301TE\u0301")
    assert paid(*rules) == [(0, lost_to(SECOND)), (30, None)]


def test_a_group_compares_points_after_limits() -> None:
    rules = (grouped(FIRST, 50, limits=RuleLimits(points_per_ecp=500)), grouped(SECOND, 30))
    assert paid(*rules, usage={FIRST: Usage(points_to_ecp=469)}) == [(31, Reduction(PER_ECP)), (0, lost_to(FIRST))]
    assert paid(*rules, usage={FIRST: Usage(points_to_ecp=471)}) == [(0, lost_to(SECOND)), (30, None)]
    # The group takes nothing from a rule whose limit has left it nothing.
    assert paid(*rules, usage={FIRST: Usage(points_to_ecp=500)}) == [(0, Reduction(PER_ECP)), (30, None)]


def test_a_rule_that_is_not_met_does_not_compete() -> None:
    unmet = BonusRule(
        id=FIRST, name="A rule", condition=NEVER, reward=FlatPoints(1_000), priority=9, exclusive_group="launch"
    )
    assert paid(unmet, grouped(SECOND, 30)) == [(0, None), (30, None)]


def test_groups_are_independent() -> None:
    rules = (
        grouped(FIRST, 10),
        grouped(SECOND, 20, group="spring"),
        grouped(THIRD, 5),
        grouped(FOURTH, 30, group="spring"),
    )
    assert paid(*rules) == [(10, None), (0, lost_to(FOURTH)), (0, lost_to(FIRST)), (30, None)]


def test_a_group_without_points_has_no_loser() -> None:
    percent = PercentOfBase(Decimal(1))
    rules = [
        BonusRule(id=one, name="A rule", condition=ALWAYS, reward=percent, exclusive_group="launch")
        for one in (FIRST, SECOND)
    ]
    evaluation = evaluated(*rules, base_points=0)
    assert [(one.met, one.earned, one.points, one.reduction) for one in evaluation.outcomes] == [(True, 0, 0, None)] * 2
