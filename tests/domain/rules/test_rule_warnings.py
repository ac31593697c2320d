"""The sentences of rule warnings: contradictions, shadows, overlaps, scope, slabs and budgets (R4)."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Reward,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.phrases import DisplayNames
from domain.rules.rule_warnings import WarningContext, find_rule_warnings
from domain.rules.sale_assignments import SaleScope, SoldVariant

ENGINE_OIL, EYE_CARE = UUID(int=41), UUID(int=43)
SILVER, GOLD, PUNE, INDIA, NEPAL, OIL, WAX, LENS = (UUID(int=number) for number in range(1, 9))
SCOPE = SaleScope(
    variants=(SoldVariant(UUID(int=20), OIL, ENGINE_OIL), SoldVariant(UUID(int=21), WAX, UUID(int=42))),
    channels=(EarningChannel.SALE,),
    enrollment_opens_on=date(2026, 4, 1),
    enrollment_closes_on=date(2026, 4, 30),
    starts_on=date(2026, 5, 1),
    ends_on=date(2026, 7, 31),
    calendar=UTC_CALENDAR,
)
CONTEXT = WarningContext(
    scope=SCOPE,
    geography_ids=frozenset({INDIA}),
    base_points={UUID(int=20): 10, UUID(int=21): 20},
    budget=1_000,
    paths={PUNE: (PUNE, INDIA), INDIA: (INDIA,), NEPAL: (NEPAL,)},
    tier_ranks={SILVER: 1, GOLD: 2},
    names=DisplayNames(
        tiers={SILVER: "Silver", GOLD: "Gold"},
        geographies={PUNE: "Pune", INDIA: "India", NEPAL: "Nepal"},
        products={OIL: "Amber Oil", WAX: "Cedar Wax", LENS: "Clear Lens"},
        categories={ENGINE_OIL: "Engine oil", EYE_CARE: "Eye care"},
    ),
)
FIFTY = FlatPoints(50)
SILVERS, GOLDS, ANYBODY = TierClause((SILVER,)), TierClause((GOLD,)), TierClause((), SILVER)


def rule(number: int, condition: Condition, reward: Reward = FIFTY, **given: object) -> BonusRule:
    """Rule 1 is called “One”."""
    name = ("One", "Two", "Three", "Four", "Five")[number - 1]
    found = BonusRule(id=UUID(int=100 + number), name=name, condition=condition, reward=reward)
    return replace(found, **given)


def found(rules: Iterable[BonusRule], context: WarningContext = CONTEXT) -> list[tuple[str, str]]:
    """Codes and messages."""
    return [(warning.code, warning.message) for warning in find_rule_warnings(list(rules), context)]


@pytest.mark.parametrize(
    "condition",
    [
        ANYBODY,
        AllOf((GOLDS, GeographyClause((PUNE,)), QuantityClause(2, 5))),
        AnyOf((GOLDS, AllOf((GOLDS, SILVERS)))),
        AllOf((ActivityClause("TRAINING", 3, 30), Not(ActivityClause("TRAINING", 4, 30)))),
        AllOf((EnrolledWithinClause(10), PeriodClause(date(2026, 5, 1), date(2026, 5, 8)))),
        Not(VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 5)),
    ],
)
def test_a_rule_that_an_ecp_can_meet_has_no_warning(condition: Condition) -> None:
    assert found([rule(1, condition)]) == []


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (AllOf((GOLDS, SILVERS)), "no ECPs are Gold and at the same time are Silver"),
        (
            AllOf((QuantityClause(5, None), GOLDS, QuantityClause(None, 3))),
            "no ECPs sell 5 or more units on one sale and at the same time sell at most 3 units on one sale",
        ),
        (
            AllOf((ProductClause((), (OIL,)), Not(ProductClause((), (), (ENGINE_OIL,))))),
            (
                "no ECPs sell any variant of Amber Oil and at the same time sell anything except anything in the "
                "category “Engine oil”"
            ),
        ),
        (
            AllOf((ActivityClause("TRAINING", 2, 30), Not(ActivityClause("TRAINING", 1, 60)))),
            (
                "no ECPs have completed the activity “Training” at least 2 times in the last 30 days and at the same "
                "time have not completed the activity “Training” in the last 60 days"
            ),
        ),
        (
            AllOf((EnrolledWithinClause(5), PeriodClause(date(2026, 6, 1)))),
            (
                "no ECPs enrolled in the scheme in the last 5 days and at the same time earn points on or after "
                "1 June 2026"
            ),
        ),
        (
            AllOf((PeriodClause(date(2026, 5, 4), date(2026, 5, 5)), PeriodClause(weekdays=(Weekday.SUNDAY,)))),
            "no ECPs earn points from 4 May 2026 to 5 May 2026 and at the same time earn points on a Sunday",
        ),
    ],
)
def test_two_parts_that_exclude_each_other_are_named(condition: Condition, why: str) -> None:
    """`ALL` of tier Gold and tier Silver."""
    assert found([rule(1, condition)]) == [("CONTRADICTION", f"Rule “One” rewards nobody: {why}.")]


def test_a_condition_that_fails_as_a_whole_is_quoted_whole() -> None:
    either = AnyOf((GeographyClause((NEPAL,)), AllOf((GOLDS, SILVERS))))
    assert found([rule(1, either)])[-1] == (
        "CONTRADICTION",
        (
            "Rule “One” rewards nobody: no ECP of this scheme can meet its condition, which asks for ECPs who either "
            "work in Nepal or (are Gold and are Silver)."
        ),
    )


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            AnyOf((GOLDS, GeographyClause((NEPAL, PUNE)))),
            "Rule “One” mentions Nepal, which is outside the geographies of the scheme.",
        ),
        (
            AnyOf((GOLDS, ProductClause((), (LENS,), (EYE_CARE,)))),
            "Rule “One” mentions Clear Lens and the category “Eye care”, which are outside the scheme.",
        ),
        (
            AnyOf((GOLDS, ChannelClause(EarningChannel.COUPON))),
            "Rule “One” is about the channel coupon, which is not in the scheme.",
        ),
        (
            AnyOf((GOLDS, PeriodClause(date(2026, 8, 1)))),
            "Rule “One” names dates outside the scheme, which runs from 1 May 2026 to 31 July 2026.",
        ),
        (
            AnyOf((GOLDS, PeriodClause(to_date=date(2026, 4, 30), from_time=time(9), to_time=time(12)))),
            "Rule “One” names dates outside the scheme, which runs from 1 May 2026 to 31 July 2026.",
        ),
    ],
)
def test_references_outside_the_scheme_are_named(condition: Condition, message: str) -> None:
    assert found([rule(1, condition)]) == [("OUTSIDE_SCHEME", message)]


def test_dates_that_overlap_the_scheme_are_fine() -> None:
    assert found([rule(1, PeriodClause(date(2026, 1, 1), date(2026, 5, 1)))]) == []
    assert found([rule(1, PeriodClause(date(2026, 7, 31), date(2027, 1, 1)))]) == []


def test_decreasing_slabs_are_reported() -> None:
    fewer = Slabs((Slab(1, 5), Slab(10, 8), Slab(50, 7)))
    message = "Rule “One” pays less for more: 7 points per unit from 50 units, after 8 points from 10 units."
    assert found([rule(1, GOLDS, fewer)]) == [("SLABS_DECREASE", message)]
    assert found([rule(1, GOLDS, Slabs((Slab(1, 5), Slab(10, 5), Slab(50, 9))))]) == []


@pytest.mark.parametrize(
    ("reward", "least"),
    [(FlatPoints(1_001), "1,001"), (PointsPerUnit(1_001), "1,001"), (Slabs((Slab(2, 600),)), "1,200")],
)
def test_a_reward_above_the_budget_is_reported(reward: Reward, least: str) -> None:
    message = f"Rule “One” pays at least {least} points at once, more than the whole budget of 1,000 points."
    assert found([rule(1, GOLDS, reward)]) == [("REWARD_EXCEEDS_BUDGET", message)]
    assert found([rule(1, GOLDS, reward)], replace(CONTEXT, budget=None)) == []


def test_a_reward_is_compared_at_the_fewest_units_that_qualify() -> None:
    bulk = AllOf((GOLDS, QuantityClause(200, None)))
    message = "Rule “One” pays at least 1,200 points at once, more than the whole budget of 1,000 points."
    assert found([rule(1, bulk, PointsPerUnit(6))]) == [("REWARD_EXCEEDS_BUDGET", message)]
    assert found([rule(1, AnyOf((GOLDS, QuantityClause(200, None))), PointsPerUnit(6))]) == []


@pytest.mark.parametrize(
    "limits",
    [RuleLimits(points_in_total=1_000), RuleLimits(points_per_ecp=500), RuleLimits(points_per_ecp_per_month=500)],
)
def test_a_reward_limited_to_the_budget_is_fine(limits: RuleLimits) -> None:
    """A rule pays what its tightest limit leaves."""
    assert found([rule(1, GOLDS, FlatPoints(5_000), limits=limits)]) == []


@pytest.mark.parametrize("reward", [FlatPoints(1_000), PointsPerUnit(500), PercentOfBase(Decimal(1_000))])
def test_a_reward_within_the_budget_is_fine(reward: Reward) -> None:
    assert found([rule(1, GOLDS, reward)]) == []


@pytest.mark.parametrize(
    ("reward", "channel", "base_points"),
    [
        (Slabs((Slab(2, 600),)), EarningChannel.COUPON, 10),
        (MultiplyBase(Decimal(3)), EarningChannel.SALE, 0),
        (PercentOfBase(Decimal(10)), EarningChannel.COUPON, 1),
    ],
)
def test_a_reward_of_no_points_is_reported(reward: Reward, channel: EarningChannel, base_points: int) -> None:
    context = replace(
        CONTEXT, scope=replace(SCOPE, channels=(channel,)), base_points=dict.fromkeys(CONTEXT.base_points, base_points)
    )
    message = "Rule “One” pays nothing: its reward is 0 points for everything that can be sold."
    assert found([rule(1, GOLDS, reward)], context) == [("PAYS_NOTHING", message)]
    assert found([rule(1, GOLDS, FIFTY)], context) == []


def test_a_rule_shadowed_by_an_earlier_one_of_its_group_is_reported() -> None:
    best = rule(1, ANYBODY, FlatPoints(100), exclusive_group="tiers")
    less = rule(2, GOLDS, FlatPoints(60), exclusive_group="tiers")
    message = "Rule “Two” never pays: “One” of the same group is met whenever it is, and pays as much or more."
    assert found([best, less]) == [("SHADOWED", message)]


def test_priority_does_not_matter_where_neither_rule_pays() -> None:
    """For variants without base points, both rules pay nothing."""
    best = rule(1, ANYBODY, PercentOfBase(Decimal(100)), exclusive_group="tiers")
    less = rule(2, GOLDS, PercentOfBase(Decimal(50)), exclusive_group="tiers", priority=1)
    assert [code for code, _ in found([best, less])] == ["SHADOWED"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"condition": GOLDS}, {}),
        ({"reward": FlatPoints(59)}, {}),
        ({"limits": RuleLimits(points_per_ecp=100)}, {}),
        ({"reward": MultiplyBase(Decimal(3))}, {}),
        ({}, {"exclusive_group": "others"}),
        ({"reward": FlatPoints(60)}, {"priority": 1}),
    ],
)
def test_a_rule_that_sometimes_pays_is_not_shadowed(earlier: dict[str, object], later: dict[str, object]) -> None:
    """The other rule is not always met, sometimes pays less, has limits, is in another group, or comes second."""
    best = replace(rule(1, ANYBODY, FlatPoints(100), exclusive_group="tiers"), **earlier)
    less = replace(rule(2, ANYBODY, FlatPoints(60), exclusive_group="tiers"), **later)
    assert "SHADOWED" not in {code for code, _ in found([best, less])}


def test_rules_that_add_up_are_a_notice() -> None:
    """It is often intended. Rules of one group, or for different ECPs, do not add up."""
    rules = [
        rule(1, GOLDS),
        rule(2, SILVERS, exclusive_group="tiers"),
        rule(3, ANYBODY),
        rule(4, ANYBODY, exclusive_group="tiers"),
    ]
    warnings = find_rule_warnings(rules, CONTEXT)
    assert [(warning.code, warning.notice, warning.message) for warning in warnings] == [
        (
            "OVERLAP",
            True,
            "Rule “Three” adds up with “One” and “Two”: the same sale can earn this one and any of them.",
        ),
        (
            "OVERLAP",
            True,
            "Rule “Four” adds up with “One” and “Three”: the same sale can earn this one and any of them.",
        ),
    ]


def test_only_the_first_of_many_are_named() -> None:
    rules = [rule(number, ANYBODY) for number in range(1, 6)]
    assert found(rules)[-1] == (
        "OVERLAP",
        "Rule “Five” adds up with “One”, “Two”, “Three” and 1 more: the same sale can earn this one and any of them.",
    )
