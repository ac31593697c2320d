"""How clauses compose into one sentence, and how rewards and limits read."""

from datetime import date, time
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest

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
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.phrases import DisplayNames
from domain.rules.sentences import qualifying_sentence, reward_sentence

PAINT = UUID(int=41)
SILVER, GOLD, PLATINUM = UUID(int=1), UUID(int=2), UUID(int=3)
PUNE, MUMBAI, DELHI = UUID(int=11), UUID(int=12), UUID(int=13)
ONE_LITER, TWO_LITER = UUID(int=21), UUID(int=22)
AMBER = UUID(int=31)
GONE, GONE_TOO = UUID(int=98), UUID(int=99)
NAMES = DisplayNames(
    tiers={SILVER: "Silver", GOLD: "Gold", PLATINUM: "Platinum"},
    geographies={PUNE: "Pune", MUMBAI: "Mumbai", DELHI: "Delhi"},
    variants={ONE_LITER: "AMB-1L", TWO_LITER: "AMB-2L"},
    products={AMBER: "Amber"},
    categories={PAINT: "Paint"},
)

IS_GOLD = TierClause((GOLD,))
FLAT = FlatPoints(200)
UNLIMITED = RuleLimits()
IN_PUNE = GeographyClause((PUNE,))
NEW = EnrolledWithinClause(30)
TRAINED = ActivityClause("TRAINING_COMPLETED")
SELLS = ProductClause((ONE_LITER,))
MANY = QuantityClause(at_least=10)
COUPON = ChannelClause(EarningChannel.COUPON)
SATURDAY = PeriodClause(weekdays=(Weekday.SATURDAY,))
MARCH = PeriodClause(date(2026, 3, 1), date(2026, 3, 31))
LAUNCH_SALES = PeriodClause(
    from_date=date(2026, 3, 1),
    to_date=date(2026, 3, 31),
    weekdays=(Weekday.SUNDAY, Weekday.SATURDAY),
    from_time=time(9),
    to_time=time(17, 30),
)
UNITS, VALUE, COUPONS = VolumeMeasure.UNITS, VolumeMeasure.VALUE, VolumeMeasure.COUPONS
SCHEME, MONTH, WEEK = VolumePeriod.SCHEME, VolumePeriod.MONTH, VolumePeriod.WEEK


def rule(
    condition: Condition = IS_GOLD,
    reward: Reward = FLAT,
    limits: RuleLimits = UNLIMITED,
    exclusive_group: str | None = None,
) -> BonusRule:
    return BonusRule(
        id=UUID(int=1000),
        name="A rule",
        condition=condition,
        reward=reward,
        limits=limits,
        exclusive_group=exclusive_group,
    )


GROUPS: list[tuple[Condition, str]] = [
    (AllOf((IS_GOLD,)), "are Gold"),
    (AllOf((IS_GOLD, IN_PUNE)), "are Gold and work in Pune"),
    (AllOf((IS_GOLD, IN_PUNE, NEW)), "are Gold, work in Pune and enrolled in the scheme in the last 30 days"),
    (
        AllOf((IS_GOLD, GeographyClause((PUNE, MUMBAI)))),
        "are Gold, and work in Pune or Mumbai",
    ),
    (AnyOf((IS_GOLD, IN_PUNE)), "either are Gold or work in Pune"),
    (
        AnyOf((TierClause((SILVER, GOLD)), IN_PUNE)),
        "either are Silver or Gold, or work in Pune",
    ),
    (
        AllOf((NEW, AnyOf((IS_GOLD, IN_PUNE)))),
        "enrolled in the scheme in the last 30 days, and either are Gold or work in Pune",
    ),
    (
        AllOf((AnyOf((IS_GOLD, IN_PUNE)), NEW)),
        "(either are Gold or work in Pune) and enrolled in the scheme in the last 30 days",
    ),
    (
        AnyOf((AllOf((IS_GOLD, IN_PUNE)), NEW)),
        "either (are Gold and work in Pune) or enrolled in the scheme in the last 30 days",
    ),
    (
        AnyOf((NEW, AllOf((TRAINED, AnyOf((IS_GOLD, IN_PUNE)))))),
        (
            "either enrolled in the scheme in the last 30 days or (have completed the activity “Training completed” "
            "at least once, and either are Gold or work in Pune)"
        ),
    ),
    (AllOf((IS_GOLD, AllOf((IN_PUNE, NEW)))), "are Gold, work in Pune and enrolled in the scheme in the last 30 days"),
    (Not(Not(IS_GOLD)), "are Gold"),
    (Not(AnyOf((IS_GOLD, IN_PUNE))), "are not Gold and do not work in Pune"),
    (Not(AllOf((IS_GOLD, IN_PUNE))), "either are not Gold or do not work in Pune"),
    (
        AllOf((NEW, Not(AllOf((IS_GOLD, Not(IN_PUNE)))))),
        "enrolled in the scheme in the last 30 days, and either are not Gold or work in Pune",
    ),
    (
        AllOf(
            (
                TierClause(at_least=GOLD),
                GeographyClause((PUNE, MUMBAI)),
                AnyOf((AllOf((SELLS, MANY)), ActivityClause("TRAINING_COMPLETED", 2, 90))),
            )
        ),
        (
            "are Gold or above, work in Pune or Mumbai, and either sell 10 or more units of AMB-1L on one sale or have "
            "completed the activity “Training completed” at least 2 times in the last 90 days"
        ),
    ),
    (AllOf((SELLS, MANY)), "sell 10 or more units of AMB-1L on one sale"),
    (AllOf((MANY, IS_GOLD, SELLS)), "sell 10 or more units of AMB-1L on one sale and are Gold"),
    (
        AllOf((SELLS, MANY, COUPON, SATURDAY)),
        "sell 10 or more units of AMB-1L on one sale through a coupon on a Saturday",
    ),
    (AllOf((COUPON, MARCH)), "earn points through a coupon from 1 March 2026 to 31 March 2026"),
    (AllOf((Not(SELLS), Not(MANY))), "sell fewer than 10 units of anything except AMB-1L on one sale"),
    (AllOf((Not(SELLS), COUPON)), "sell anything except AMB-1L, through a coupon"),
    (AllOf((SELLS, Not(COUPON), SATURDAY)), "sell AMB-1L, but not through a coupon, on a Saturday"),
    (AllOf((SELLS, COUPON, Not(SATURDAY))), "sell AMB-1L through a coupon at any time except on a Saturday"),
    (AllOf((SELLS, ProductClause(category_ids=(PAINT,)))), "sell AMB-1L and sell anything in the category “Paint”"),
    (AnyOf((SELLS, MANY)), "either sell AMB-1L or sell 10 or more units on one sale"),
    (AllOf(()), "meet conditions that are not stated yet"),
    (AnyOf(()), "meet conditions that are not stated yet"),
    (
        AllOf((IS_GOLD, Not(Not(Not(Not(Not(IN_PUNE))))))),
        "are Gold and meet conditions that are nested too deep to be put into words",
    ),
]

REWARDS: list[tuple[BonusRule, str]] = [
    (rule(), "200 points for each sale or coupon."),
    (rule(reward=FlatPoints(1)), "1 point for each sale or coupon."),
    (rule(reward=PointsPerUnit(1_500)), "1,500 points for each unit."),
    (rule(reward=PercentOfBase(Decimal(10))), "10% of the base points on top."),
    (rule(reward=PercentOfBase(Decimal("12.50"))), "12.5% of the base points on top."),
    (rule(reward=PercentOfBase(Decimal("1E+3"))), "1,000% of the base points on top."),
    (rule(reward=MultiplyBase(Decimal(2))), "2 times the base points instead of 1 time."),
    (rule(reward=MultiplyBase(Decimal("1.50"))), "1.5 times the base points instead of 1 time."),
    (
        rule(reward=Slabs((Slab(10, 5), Slab(50, 8)))),
        "5 points per unit from 10 units, 8 points per unit from 50 units, counted on every unit of the sale.",
    ),
    (rule(reward=Slabs((Slab(1, 1),))), "1 point per unit from 1 unit, counted on every unit of the sale."),
    (rule(reward=Slabs(())), "No points yet."),
    (rule(limits=RuleLimits(times_per_ecp=1)), "200 points for each sale or coupon, at most once per ECP."),
    (
        rule(limits=RuleLimits(times_per_ecp=5, points_in_total=10_000)),
        "200 points for each sale or coupon, at most 5 times per ECP and 10,000 points in total.",
    ),
    (
        rule(
            limits=RuleLimits(
                points_per_ecp=1_000, points_per_ecp_per_month=500, points_in_total=10_000, times_per_ecp=5
            )
        ),
        (
            "200 points for each sale or coupon, at most 5 times per ECP, 500 points per ECP per month, "
            "1,000 points per ECP and 10,000 points in total."
        ),
    ),
    (
        rule(exclusive_group="launch"),
        "200 points for each sale or coupon. Only the best rule of the group “launch” pays.",
    ),
    (
        rule(limits=RuleLimits(points_per_ecp=1), exclusive_group="a\nb"),
        "200 points for each sale or coupon, at most 1 point per ECP. Only the best rule of the group “a b” pays.",
    ),
]


@pytest.mark.parametrize(("condition", "sentence"), GROUPS)
def test_groups_compose(condition: Condition, sentence: str) -> None:
    assert qualifying_sentence(rule(condition), NAMES) == f"ECPs who {sentence}."


@pytest.mark.parametrize(("subject", "sentence"), REWARDS)
def test_rewards_and_limits(subject: BonusRule, sentence: str) -> None:
    assert reward_sentence(subject, NAMES) == sentence


def _trees(leaves: tuple[Condition, ...]) -> list[Condition]:
    """Every way to join the leaves, in this order, by ALL and ANY of two."""
    if len(leaves) == 1:
        return [leaves[0], Not(leaves[0])]
    return [
        tree
        for cut in range(1, len(leaves))
        for left, right in product(_trees(leaves[:cut]), _trees(leaves[cut:]))
        for tree in (AllOf((left, right)), AnyOf((left, right)), Not(AllOf((left, right))))
    ]


def _holds(condition: Condition, facts: dict[Condition, bool]) -> bool:
    match condition:
        case AllOf(conditions):
            return all(_holds(one, facts) for one in conditions)
        case AnyOf(conditions):
            return any(_holds(one, facts) for one in conditions)
        case Not(inner):
            return not _holds(inner, facts)
        case _:
            return facts[condition]


def test_conditions_that_differ_in_meaning_never_read_the_same() -> None:
    leaves: tuple[Condition, ...] = (IS_GOLD, GeographyClause((PUNE, MUMBAI)), NEW, TRAINED)
    meanings: dict[str, tuple[bool, ...]] = {}
    for tree in _trees(leaves):
        sentence = qualifying_sentence(rule(tree), NAMES)
        if "nested too deep" in sentence:
            continue
        truths = product((False, True), repeat=len(leaves))
        meaning = tuple(_holds(tree, dict(zip(leaves, facts, strict=True))) for facts in truths)
        assert meanings.setdefault(sentence, meaning) == meaning
    assert len(meanings) > 100
