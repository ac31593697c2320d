"""Every problem of a condition, with its exact code, sentence and path."""

from collections.abc import Sequence
from datetime import UTC, date, time
from uuid import UUID

import pytest

from domain.failures import Path, Problem, UserErrorCode
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    Not,
    PeriodClause,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.problems import KnownIds
from domain.rules.validation import rule_problems

CEMENT = UUID(int=42)
WOOD = UUID(int=43)
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
    category_ids=frozenset({CEMENT}),
    unknown_categories={WOOD: "Wood"},
)
IS_GOLD = TierClause((GOLD,))
SAFE = 2**53 - 1

Expected = tuple[UserErrorCode, str, Path]


def nested(levels: int) -> Condition:
    condition: Condition = IS_GOLD
    for _ in range(levels - 1):
        condition = AllOf((condition,))
    return condition


def volume(at_least: int, *variant_ids: UUID) -> VolumeClause:
    return VolumeClause(
        measure=VolumeMeasure.UNITS, period=VolumePeriod.MONTH, at_least=at_least, variant_ids=variant_ids
    )


def between(what: str, low: str, high: str) -> str:
    return f"{what} is out of range; enter a whole number from {low} to {high}."


def gone(noun: str) -> str:
    return f"the {noun} no longer exists; choose another {noun}."


def twice(noun: str) -> str:
    return f"the same {noun} is listed twice; remove one of the two."


NO_TIER = "no tier is chosen; choose one or more tiers, or the lowest tier that qualifies."
FEWEST = between("the fewest units that qualify", "1", "1,000,000")
MOST = between("the most units that qualify", "1", "1,000,000")
SWAPPED = "the most units that qualify is below the fewest; raise the most or lower the fewest."
VOLUME = between("the volume to reach", "1", "9,007,199,254,740,991")
ACTIVITY = (
    "the kind of activity is not written the way connected systems report it; "
    "use 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
)
ACTIVITY_TIMES = between("the number of times for the activity", "1", "1,000")
ACTIVITY_DAYS = between("the number of days for the activity", "1", "3,660")
ENROLLED = between("the number of days since enrolling", "1", "3,660")
TOO_DEEP = "conditions are nested more than 5 levels deep; simplify the rule or split it into several."
NOT_A_TIME = "the time is not in hours and minutes; enter a time such as 09:30."
MANY = tuple(UUID(int=10_000 + number) for number in range(1_001))

# Paths start below ("rules", "0", "condition").
CONDITIONS: list[tuple[Condition, Sequence[Expected]]] = [
    (AllOf(()), [(REQUIRED, "an “all of these” group is empty; add a condition to it or remove it.", ("all",))]),
    (
        Not(AnyOf(())),
        [(REQUIRED, "an “any of these” group is empty; add a condition to it or remove it.", ("not", "any"))],
    ),
    (nested(6), [(LIMIT_EXCEEDED, TOO_DEEP, ("all", "0") * 5)]),
    (AllOf((nested(5), nested(5))), [(LIMIT_EXCEEDED, TOO_DEEP, ("all", "0") * 5)]),
    (nested(500), [(LIMIT_EXCEEDED, TOO_DEEP, ("all", "0") * 5)]),
    (
        AnyOf((TierClause(),) * 21),
        [
            (
                LIMIT_EXCEEDED,
                "an “any of these” group has 21 conditions and the most is 20; remove some.",
                ("any",),
            )
        ],
    ),
    (
        AllOf((AllOf((IS_GOLD,) * 20),) * 5),
        [(LIMIT_EXCEEDED, "there are more than 100 conditions; split the rule into several.", ())],
    ),
    (TierClause(), [(REQUIRED, NO_TIER, ("tier",))]),
    (
        TierClause((GOLD,), SILVER),
        [(CONFLICT, "both a list of tiers and a lowest tier are chosen; keep only one of the two.", ("tier",))],
    ),
    (TierClause((GOLD, SILVER, GONE)), [(NOT_FOUND, gone("tier"), ("tier", "in", "2"))]),
    (TierClause((GOLD, GOLD)), [(DUPLICATE, twice("tier"), ("tier", "in", "1"))]),
    (TierClause(at_least=GONE), [(NOT_FOUND, gone("tier"), ("tier", "atLeast"))]),
    (
        TierClause(MANY),
        [(LIMIT_EXCEEDED, "more than 1,000 tier entries are listed; choose fewer of them.", ("tier", "in"))],
    ),
    (
        AllOf((TierClause((GOLD, GONE)), Not(GeographyClause((GONE,))))),
        [
            (NOT_FOUND, gone("tier"), ("all", "0", "tier", "in", "1")),
            (NOT_FOUND, gone("place"), ("all", "1", "not", "geography", "in", "0")),
        ],
    ),
    (GeographyClause(()), [(REQUIRED, "no place is chosen; choose at least one place.", ("geography", "in"))]),
    (GeographyClause((PUNE, GONE)), [(NOT_FOUND, gone("place"), ("geography", "in", "1"))]),
    (GeographyClause((PUNE, PUNE)), [(DUPLICATE, twice("place"), ("geography", "in", "1"))]),
    (
        ProductClause(),
        [(REQUIRED, "no product is chosen; choose at least one variant, product or category.", ("product",))],
    ),
    (ProductClause((GONE,)), [(NOT_FOUND, gone("variant"), ("product", "variantIds", "0"))]),
    (ProductClause((LITER, LITER)), [(DUPLICATE, twice("variant"), ("product", "variantIds", "1"))]),
    (ProductClause((), (GONE,)), [(NOT_FOUND, gone("product"), ("product", "productIds", "0"))]),
    (ProductClause((), (AMBER, AMBER)), [(DUPLICATE, twice("product"), ("product", "productIds", "1"))]),
    (
        ProductClause((), (), (WOOD,)),
        [(NOT_FOUND, "no category has the name “Wood”; choose another category.", ("product", "categories", "0"))],
    ),
    (ProductClause((), (), (UUID(int=44),)), [(NOT_FOUND, gone("category"), ("product", "categories", "0"))]),
    (ProductClause((), (), (CEMENT, CEMENT)), [(DUPLICATE, twice("category"), ("product", "categories", "1"))]),
    (
        QuantityClause(),
        [
            (
                REQUIRED,
                "no quantity is given; enter the fewest units that qualify, or the most, or both.",
                ("quantity",),
            )
        ],
    ),
    (QuantityClause(at_least=0), [(INVALID, FEWEST, ("quantity", "atLeast"))]),
    (QuantityClause(at_least=1_000_001), [(INVALID, FEWEST, ("quantity", "atLeast"))]),
    (QuantityClause(at_most=0), [(INVALID, MOST, ("quantity", "atMost"))]),
    (QuantityClause(at_most=1_000_001), [(INVALID, MOST, ("quantity", "atMost"))]),
    (QuantityClause(5, 4), [(INVALID, SWAPPED, ("quantity", "atMost"))]),
    (volume(0), [(INVALID, VOLUME, ("volume", "atLeast"))]),
    (volume(SAFE + 1), [(INVALID, VOLUME, ("volume", "atLeast"))]),
    (volume(1, GONE), [(NOT_FOUND, gone("variant"), ("volume", "variantIds", "0"))]),
    (volume(1, LITER, LITER), [(DUPLICATE, twice("variant"), ("volume", "variantIds", "1"))]),
    *(
        (ActivityClause(kind), [(INVALID, ACTIVITY, ("activity", "kind"))])
        for kind in ("", "A", "training", "1AB", "_AB", "AB\n", "A B", "A" * 61, "ÀB")
    ),
    *((ActivityClause("AB", times), [(INVALID, ACTIVITY_TIMES, ("activity", "times"))]) for times in (0, 1_001)),
    *((ActivityClause("AB", 1, days), [(INVALID, ACTIVITY_DAYS, ("activity", "withinDays"))]) for days in (0, 3_661)),
    *((EnrolledWithinClause(days), [(INVALID, ENROLLED, ("enrolledWithin", "days"))]) for days in (0, 3_661)),
    (
        PeriodClause(),
        [(REQUIRED, "no period is given; enter dates, days of the week or times of the day.", ("period",))],
    ),
    (
        PeriodClause(date(2026, 3, 2), date(2026, 3, 1)),
        [(INVALID, "the last day is before the first day; correct one of the two dates.", ("period", "to"))],
    ),
    (
        PeriodClause(weekdays=()),
        [
            (
                REQUIRED,
                "no day of the week is chosen; choose at least one day, or leave the days of the week out.",
                ("period", "weekdays"),
            )
        ],
    ),
    (
        PeriodClause(weekdays=(Weekday.MONDAY, Weekday.MONDAY)),
        [(DUPLICATE, twice("day of the week"), ("period", "weekdays", "1"))],
    ),
    (
        PeriodClause(from_time=time(9)),
        [(REQUIRED, "a start time is given without an end time; enter the end time too.", ("period", "toTime"))],
    ),
    (
        PeriodClause(to_time=time(9)),
        [(REQUIRED, "an end time is given without a start time; enter the start time too.", ("period", "fromTime"))],
    ),
    (
        PeriodClause(from_time=time(9), to_time=time(9)),
        [(INVALID, "the start time and the end time are the same; change one of the two.", ("period", "toTime"))],
    ),
    (
        PeriodClause(from_time=time(9, 0, 1), to_time=time(10, tzinfo=UTC)),
        [(INVALID, NOT_A_TIME, ("period", "fromTime")), (INVALID, NOT_A_TIME, ("period", "toTime"))],
    ),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_problems_of_conditions(condition: Condition, expected: Sequence[Expected]) -> None:
    assert rule_problems(
        [BonusRule(id=UUID(int=1000), name="Gold bonus", condition=condition, reward=FlatPoints(200))], KNOWN
    ) == tuple(
        Problem(code, f"Rule “Gold bonus”: {message}", ("rules", "0", "condition", *path))
        for code, message, path in expected
    )
