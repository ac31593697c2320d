"""Every problem of rewards, limits and rules, with its exact code, sentence and path; and what is allowed."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.failures import Path, Problem, UserErrorCode
from domain.rules.model import (
    ActivityClause,
    AllOf,
    BonusRule,
    ChannelClause,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    MultiplyBase,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    QuantityClause,
    Reward,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.rules.problems import KnownIds
from domain.rules.validation import rule_problems

INVALID, REQUIRED = UserErrorCode.INVALID, UserErrorCode.REQUIRED
NOT_FOUND, DUPLICATE = UserErrorCode.NOT_FOUND, UserErrorCode.DUPLICATE
CONFLICT, LIMIT_EXCEEDED = UserErrorCode.CONFLICT, UserErrorCode.LIMIT_EXCEEDED

GOLD, SILVER = UUID(int=1), UUID(int=2)
PUNE = UUID(int=11)
LITER = UUID(int=21)
AMBER = UUID(int=31)
GONE = UUID(int=99)
KNOWN = KnownIds(
    tier_ids=frozenset({GOLD, SILVER}),
    geography_ids=frozenset({PUNE}),
    variant_ids=frozenset({LITER}),
    product_ids=frozenset({AMBER}),
    category_ids=frozenset({UUID(int=42)}),
)
IS_GOLD = TierClause((GOLD,))
FLAT = FlatPoints(200)
UNLIMITED = RuleLimits()
SAFE = 2**53 - 1

Expected = tuple[UserErrorCode, str, Path]


def rule(  # noqa: PLR0913 - one keyword for each part of a rule
    condition: Condition = IS_GOLD,
    reward: Reward = FLAT,
    limits: RuleLimits = UNLIMITED,
    *,
    rule_id: int = 1000,
    name: str = "Gold bonus",
    priority: int = 0,
    exclusive_group: str | None = None,
) -> BonusRule:
    found = BonusRule(id=UUID(int=rule_id), name=name, condition=condition, reward=reward)
    return replace(found, limits=limits, priority=priority, exclusive_group=exclusive_group)


def nested(levels: int) -> Condition:
    condition: Condition = IS_GOLD
    for _ in range(levels - 1):
        condition = AllOf((condition,))
    return condition


def volume(at_least: int, *variant_ids: UUID) -> VolumeClause:
    units = VolumeMeasure.UNITS
    return VolumeClause(measure=units, period=VolumePeriod.MONTH, at_least=at_least, variant_ids=variant_ids)


def between(what: str, low: str, high: str) -> str:
    return f"{what} is out of range; enter a whole number from {low} to {high}."


POINTS = between("the number of points", "1", "1,000,000")
PER_UNIT = between("the number of points per unit", "1", "1,000,000")
SLAB_START = between("the quantity that starts the slab", "1", "1,000,000")
UNORDERED = "the slab does not start above the slab before it; put the slabs in order of rising quantity."
PERCENT = (
    "the percentage is out of range; enter more than 0 and at most 1,000, with at most 2 decimals, "
    "where 10 pays a tenth of the base points on top of them."
)
FACTOR = (
    "the multiplier is out of range; enter more than 1 and at most 100, with at most 2 decimals, "
    "where 2 pays the base points twice in all."
)
NOT_NUMBERS = ("NaN", "sNaN", "Infinity", "-Infinity")

# Paths start below ("rules", "0", "reward").
REWARDS: list[tuple[Reward, Sequence[Expected]]] = [
    *((FlatPoints(points), [(INVALID, POINTS, ("flatPoints",))]) for points in (-1, 0, 1_000_001)),
    *((PointsPerUnit(points), [(INVALID, PER_UNIT, ("pointsPerUnit",))]) for points in (-1, 0, 1_000_001)),
    *(
        (PercentOfBase(Decimal(percent)), [(INVALID, PERCENT, ("percentOfBase",))])
        for percent in ("0", "-1", "1000.01", "0.001", "1E+4", *NOT_NUMBERS)
    ),
    *(
        (MultiplyBase(Decimal(factor)), [(INVALID, FACTOR, ("multiplyBase",))])
        for factor in ("0", "1", "1.00", "100.01", "1.001", *NOT_NUMBERS)
    ),
    (Slabs(()), [(REQUIRED, "there are no slabs; add at least one.", ("slabs",))]),
    (
        Slabs((Slab(1, 1),) * 21),
        [(LIMIT_EXCEEDED, "there are 21 slabs and the most is 20; remove some.", ("slabs",))],
    ),
    (Slabs((Slab(0, 1), Slab(5, 2))), [(INVALID, SLAB_START, ("slabs", "0", "fromQuantity"))]),
    (Slabs((Slab(5, 1), Slab(1_000_001, 2))), [(INVALID, SLAB_START, ("slabs", "1", "fromQuantity"))]),
    (Slabs((Slab(5, 1), Slab(5, 2))), [(INVALID, UNORDERED, ("slabs", "1", "fromQuantity"))]),
    (Slabs((Slab(5, 1), Slab(4, 2), Slab(9, 2))), [(INVALID, UNORDERED, ("slabs", "1", "fromQuantity"))]),
    (Slabs((Slab(5, 0),)), [(INVALID, PER_UNIT, ("slabs", "0", "pointsPerUnit"))]),
    (Slabs((Slab(5, 1), Slab(6, 1_000_001))), [(INVALID, PER_UNIT, ("slabs", "1", "pointsPerUnit"))]),
]

HIGHEST = "9,007,199,254,740,991"
MONTH_OVER_TOTAL = "the most points per ECP per month is above the most points in total; lower it or raise the other."

# Paths start below ("rules", "0", "limits").
LIMITS: list[tuple[RuleLimits, Sequence[Expected]]] = [
    *(
        (
            RuleLimits(points_per_ecp=most),
            [(INVALID, between("the most points per ECP", "1", HIGHEST), ("pointsPerEcp",))],
        )
        for most in (0, SAFE + 1)
    ),
    *(
        (
            RuleLimits(points_per_ecp_per_month=most),
            [(INVALID, between("the most points per ECP per month", "1", HIGHEST), ("pointsPerEcpPerMonth",))],
        )
        for most in (0, SAFE + 1)
    ),
    *(
        (
            RuleLimits(points_in_total=most),
            [(INVALID, between("the most points in total", "1", HIGHEST), ("pointsInTotal",))],
        )
        for most in (0, SAFE + 1)
    ),
    *(
        (RuleLimits(times_per_ecp=most), [(INVALID, between("the most times per ECP", "1", HIGHEST), ("timesPerEcp",))])
        for most in (0, SAFE + 1)
    ),
    (
        RuleLimits(points_per_ecp=10, points_per_ecp_per_month=11),
        [
            (
                INVALID,
                "the most points per ECP per month is above the most points per ECP; lower it or raise the other.",
                ("pointsPerEcpPerMonth",),
            )
        ],
    ),
    (
        RuleLimits(points_per_ecp=11, points_in_total=10),
        [
            (
                INVALID,
                "the most points per ECP is above the most points in total; lower it or raise the other.",
                ("pointsPerEcp",),
            )
        ],
    ),
    (
        RuleLimits(points_per_ecp_per_month=11, points_in_total=10),
        [(INVALID, MONTH_OVER_TOTAL, ("pointsPerEcpPerMonth",))],
    ),
]

NO_GROUP = "the exclusive group has no name; give it one, or leave the group out."
LONG_GROUP = "the name of the exclusive group is longer than 60 characters; shorten it."
PRIORITY = between("the priority", "-1,000", "1,000")
LONG_NAME = "the name is longer than 120 characters; shorten it."

# The whole message and the path below "rules".
RULES: list[tuple[list[BonusRule], Sequence[Expected]]] = [
    ([rule(name="")], [(REQUIRED, "Rule 1: the rule has no name; give it one.", ("0", "name"))]),
    ([rule(name=" \t" * 70)], [(REQUIRED, "Rule 1: the rule has no name; give it one.", ("0", "name"))]),
    ([rule(name="x" * 121)], [(INVALID, f"Rule “{'x' * 120}…”: {LONG_NAME}", ("0", "name"))]),
    (
        [rule(), rule(rule_id=2, name=" gold  BONUS ")],
        [
            (
                DUPLICATE,
                "Rule “gold BONUS”: another rule has the same name; give this one a different name.",
                ("1", "name"),
            )
        ],
    ),
    (
        [rule(), rule(name="Other")],
        [(DUPLICATE, "Rule “Other”: the same rule is in the list twice; remove one of the two.", ("1", "id"))],
    ),
    *(
        ([rule(priority=priority)], [(INVALID, f"Rule “Gold bonus”: {PRIORITY}", ("0", "priority"))])
        for priority in (-1_001, 1_001, 10**5_000)
    ),
    *(
        ([rule(exclusive_group=group)], [(REQUIRED, f"Rule “Gold bonus”: {NO_GROUP}", ("0", "exclusiveGroup"))])
        for group in ("", "  ")
    ),
    (
        [rule(exclusive_group="x" * 61)],
        [(INVALID, f"Rule “Gold bonus”: {LONG_GROUP}", ("0", "exclusiveGroup"))],
    ),
    (
        [rule(rule_id=number, name="") for number in range(51)],
        [(LIMIT_EXCEEDED, "A scheme has at most 50 bonus rules and this one has 51; remove some.", ())],
    ),
]

VALID: list[BonusRule] = [
    rule(nested(5)),
    rule(AllOf((IS_GOLD,) * 20)),
    rule(AllOf((*(AllOf((IS_GOLD,) * 20),) * 4, *(IS_GOLD,) * 15))),
    rule(ChannelClause(EarningChannel.COUPON)),
    rule(QuantityClause(1, 1)),
    rule(QuantityClause(1_000_000, 1_000_000)),
    rule(volume(SAFE)),
    rule(ActivityClause("AB", 1_000, 3_660)),
    rule(ActivityClause("A" * 60)),
    rule(EnrolledWithinClause(3_660)),
    rule(PeriodClause(date(2026, 3, 1), date(2026, 3, 1))),
    rule(PeriodClause(from_time=time(22), to_time=time(6))),
    rule(reward=PercentOfBase(Decimal("0.01"))),
    rule(reward=PercentOfBase(Decimal("1E+3"))),
    rule(reward=MultiplyBase(Decimal("1.01"))),
    rule(reward=MultiplyBase(Decimal("100.00"))),
    rule(reward=Slabs(tuple(Slab(quantity, 1_000_000) for quantity in range(1, 21)))),
    rule(
        limits=RuleLimits(points_per_ecp=SAFE, points_per_ecp_per_month=SAFE, points_in_total=SAFE, times_per_ecp=SAFE)
    ),
    rule(name="x" * 120, priority=-1_000, exclusive_group="x" * 60),
]


def problems(expected: Sequence[Expected], *prefix: str) -> tuple[Problem, ...]:
    return tuple(Problem(code, f"Rule “Gold bonus”: {message}", (*prefix, *path)) for code, message, path in expected)


@pytest.mark.parametrize(("reward", "expected"), REWARDS)
def test_problems_of_rewards(reward: Reward, expected: Sequence[Expected]) -> None:
    assert rule_problems([rule(reward=reward)], KNOWN) == problems(expected, "rules", "0", "reward")


@pytest.mark.parametrize(("limits", "expected"), LIMITS)
def test_problems_of_limits(limits: RuleLimits, expected: Sequence[Expected]) -> None:
    assert rule_problems([rule(limits=limits)], KNOWN) == problems(expected, "rules", "0", "limits")


@pytest.mark.parametrize(("rules", "expected"), RULES)
def test_problems_of_rules(rules: list[BonusRule], expected: Sequence[Expected]) -> None:
    assert rule_problems(rules, KNOWN) == tuple(
        Problem(code, message, ("rules", *path)) for code, message, path in expected
    )


@pytest.mark.parametrize("subject", VALID)
def test_the_bounds_themselves_are_allowed(subject: BonusRule) -> None:
    assert rule_problems([subject], KNOWN) == ()


def test_fifty_rules_are_allowed() -> None:
    assert rule_problems([rule(rule_id=number, name=str(number)) for number in range(50)], KNOWN) == ()


def test_all_problems_of_all_rules_are_reported_in_order() -> None:
    rules = [
        rule(TierClause((GONE,)), FlatPoints(0), RuleLimits(times_per_ecp=0), priority=2_000, exclusive_group=" "),
        rule(rule_id=2, name="Next", reward=Slabs((Slab(5, 1), Slab(5, 2)))),
    ]
    assert [problem.path for problem in rule_problems(rules, KNOWN)] == [
        ("rules", "0", "condition", "tier", "in", "0"),
        ("rules", "0", "reward", "flatPoints"),
        ("rules", "0", "limits", "timesPerEcp"),
        ("rules", "0", "priority"),
        ("rules", "0", "exclusiveGroup"),
        ("rules", "1", "reward", "slabs", "1", "fromQuantity"),
    ]
