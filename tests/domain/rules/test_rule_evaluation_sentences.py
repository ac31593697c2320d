"""The exact words of the verdict on a rule."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.evaluation import RuleVerdict, compile_rules
from domain.rules.explanations import collect_fact_references, rule_sentence
from domain.rules.facts import EarnerFacts, LineFacts
from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    ProductClause,
    QuantityClause,
    Reward,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    Weekday,
)
from domain.rules.phrases import DisplayNames
from domain.rules.references import References
from domain.rules.rewards import Reduction, ReductionReason

SILVER, GOLD = UUID(int=1), UUID(int=2)
PUNE, MAHARASHTRA, INDIA = (UUID(int=number) for number in range(11, 14))
ONE_LITER, TWO_LITER = UUID(int=21), UUID(int=22)
AMBER, GONE = UUID(int=31), UUID(int=99)
NAMES = DisplayNames(
    tiers={SILVER: "Silver", GOLD: "Gold"},
    geographies={PUNE: "Pune", MAHARASHTRA: "Maharashtra", INDIA: "India"},
    variants={ONE_LITER: "AMB-1L", TWO_LITER: "AMB-2L"},
    products={AMBER: "Amber"},
)
ENROLLED = datetime(2026, 3, 1, 20, tzinfo=UTC)
AT = datetime(2026, 3, 14, 18, 30, 59, tzinfo=UTC)
WEEKEND = PeriodClause(weekdays=(Weekday.SATURDAY, Weekday.SUNDAY))
IS_GOLD = TierClause(at_least=GOLD)
IN_PUNE = GeographyClause((PUNE,))
MANY = QuantityClause(at_least=10)
NEW = EnrolledWithinClause(30)

LINE = LineFacts(
    channel=EarningChannel.SALE,
    variant_id=ONE_LITER,
    product_id=AMBER,
    category_id=UUID(int=41),
    quantity=9,
    base_points=10,
    at=AT,
)
ECP = EarnerFacts(SILVER, (PUNE, MAHARASHTRA, INDIA), ENROLLED)


def sentence(condition: Condition) -> str:
    rule = BonusRule(id=UUID(int=1000), name="A rule", condition=condition, reward=FlatPoints(50))
    (outcome,) = compile_rules((rule,), {SILVER: 1, GOLD: 2}, UTC_CALENDAR).evaluate(LINE, ECP).outcomes
    return rule_sentence(rule, outcome.verdict, NAMES, UTC_CALENDAR)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (IN_PUNE, "Met: 50 points."),
        (IS_GOLD, "Not met: the ECP is Silver, and the rule asks for ECPs who are Gold or above."),
        (
            Not(IN_PUNE),
            "Not met: the ECP works in Pune, Maharashtra, India, and the rule asks for ECPs who do not work in Pune.",
        ),
        (
            AllOf((IN_PUNE, MANY, WEEKEND)),
            (
                "Not met: 9 units were sold on this line, and the rule asks for ECPs who sell 10 or more units on one "
                "sale."
            ),
        ),
        (
            AllOf((IN_PUNE, MANY, IS_GOLD)),
            (
                "Not met: 9 units were sold on this line, and the rule asks for ECPs who sell 10 or more units on one "
                "sale; 1 more condition is not met."
            ),
        ),
        (
            AllOf((IS_GOLD, AllOf((MANY, IN_PUNE)), Not(AnyOf((NEW, WEEKEND))))),
            (
                "Not met: the ECP is Silver, and the rule asks for ECPs who are Gold or above; "
                "2 more conditions are not met."
            ),
        ),
        (
            AllOf((IN_PUNE, AnyOf((IS_GOLD, MANY)))),
            (
                "Not met: the ECP is Silver; 9 units were sold on this line; and the rule asks for ECPs who either are "
                "Gold or above or sell 10 or more units on one sale."
            ),
        ),
        (
            AnyOf((IS_GOLD, TierClause((GOLD,)))),
            "Not met: the ECP is Silver, and the rule asks for ECPs who either are Gold or above or are Gold.",
        ),
        (
            AnyOf((AllOf((IN_PUNE, IS_GOLD)), MANY)),
            (
                "Not met: the ECP is Silver; 9 units were sold on this line; and the rule asks for ECPs who either "
                "(work in Pune and are Gold or above) or sell 10 or more units on one sale."
            ),
        ),
        (
            Not(AllOf((IN_PUNE, NEW))),
            (
                "Not met: the ECP works in Pune, Maharashtra, India; the ECP first enrolled on 1 March 2026, 13 days "
                "before the sale; and the rule asks for ECPs who either do not work in Pune or enrolled in the scheme "
                "more than 30 days ago."
            ),
        ),
        (AnyOf((IS_GOLD,)), "Not met: the ECP is Silver, and the rule asks for ECPs who are Gold or above."),
        (AnyOf(()), "Not met: the rule asks for ECPs who meet conditions that are not stated yet."),
    ],
)
def test_why_a_rule_did_not_pay(condition: Condition, expected: str) -> None:
    assert sentence(condition) == expected


LIMITED = BonusRule(
    id=UUID(int=1000),
    name="A rule",
    condition=IN_PUNE,
    reward=FlatPoints(50),
    limits=RuleLimits(points_per_ecp=500, points_per_ecp_per_month=1, points_in_total=10_000, times_per_ecp=5),
    priority=0,
    exclusive_group="launch",
)
ROUNDED = "Met, but its share of the base points is half a point or less on this line: 0 points."
TIMES, PER_MONTH, PER_ECP, IN_TOTAL, GROUP_LOST, BUDGET = ReductionReason


@pytest.mark.parametrize(
    ("earned", "points", "reduction", "expected"),
    [
        (1, 1, None, "Met: 1 point."),
        (0, 0, None, "Met, but the reward is nothing: 0 points."),
        (1_500, 1_500, None, "Met: 1,500 points."),
        (50, 0, Reduction(PER_ECP), "Met, but the limit of 500 points per ECP is used up: 0 points."),
        (50, 20, Reduction(PER_ECP), "Met, but the limit of 500 points per ECP leaves only 20 of 50 points."),
        (50, 0, Reduction(PER_MONTH), "Met, but the limit of 1 point per ECP per month is used up: 0 points."),
        (50, 1, Reduction(PER_MONTH), "Met, but the limit of 1 point per ECP per month leaves only 1 of 50 points."),
        (50, 0, Reduction(IN_TOTAL), "Met, but the limit of 10,000 points in total is used up: 0 points."),
        (50, 0, Reduction(BUDGET), "Met, but the budget of the scheme is used up: 0 points."),
        (50, 9, Reduction(BUDGET), "Met, but the budget of the scheme leaves only 9 of 50 points."),
        (50, 0, Reduction(TIMES), "Met, but the limit of 5 times per ECP is used up: 0 points."),
        (
            50,
            0,
            Reduction(GROUP_LOST, GOLD),
            "Met, but only the best rule of the group “launch” pays, which is “Double Gold”: 0 points.",
        ),
        (
            50,
            0,
            Reduction(GROUP_LOST, GONE),
            "Met, but only the best rule of the group “launch” pays, which is another one: 0 points.",
        ),
    ],
)
def test_the_points_of_a_rule_that_is_met(earned: int, points: int, reduction: Reduction | None, expected: str) -> None:
    verdict = RuleVerdict(met=True, earned=earned, points=points, reduction=reduction, clauses=())
    assert rule_sentence(LIMITED, verdict, NAMES, UTC_CALENDAR, rule_names={GOLD: "Double\nGold"}) == expected


@pytest.mark.parametrize(
    ("reward", "expected"),
    [
        (
            Slabs((Slab(10, 2), Slab(50, 3))),
            "Met, but the reward begins at 10 units on one line: 0 points.",
        ),
        (PercentOfBase(Decimal("2.5")), ROUNDED),
        (MultiplyBase(Decimal("1.01")), ROUNDED),
    ],
)
def test_a_rule_that_is_met_says_why_it_pays_nothing(reward: Reward, expected: str) -> None:
    """R22: too few units, or points that round to none."""
    verdict = RuleVerdict(met=True, earned=0, points=0, reduction=None, clauses=())
    assert rule_sentence(replace(LIMITED, reward=reward), verdict, NAMES, UTC_CALENDAR) == expected


def test_references_in_facts() -> None:
    rule = BonusRule(
        id=GONE,
        name="A rule",
        condition=AllOf((IS_GOLD, IN_PUNE, ProductClause((TWO_LITER,)), NEW)),
        reward=FlatPoints(50),
    )
    (outcome,) = compile_rules((rule,), {}, UTC_CALENDAR).evaluate(LINE, ECP).outcomes
    assert collect_fact_references(outcome.verdict) == References(
        tier_ids=frozenset({SILVER}),
        geography_ids=frozenset({PUNE, MAHARASHTRA, INDIA}),
        variant_ids=frozenset({ONE_LITER}),
        product_ids=frozenset({AMBER}),
        category_ids=frozenset({UUID(int=41)}),
    )
    (nobody,) = compile_rules((rule,), {}, UTC_CALENDAR).evaluate(LINE, EarnerFacts()).outcomes
    assert collect_fact_references(nobody.verdict).tier_ids == frozenset()
