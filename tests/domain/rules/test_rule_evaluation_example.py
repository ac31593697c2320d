"""The worked examples in docs/points.md match the code."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.rules.evaluation import compile_rules
from domain.rules.explanations import rule_sentence
from domain.rules.facts import EarnerFacts, LineFacts, Usage, VolumeKey
from domain.rules.model import (
    ActivityClause,
    AllOf,
    BonusRule,
    EnrolledWithinClause,
    FlatPoints,
    MultiplyBase,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    QuantityClause,
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
from domain.rules.sentences import qualifying_sentence, reward_sentence
from domain.time_zones import find_calendar

KOLKATA = find_calendar("Asia/Kolkata")
PAGE = Path(__file__).parents[3] / "docs" / "points.md"
GOLD = UUID(int=2)
PUNE, MAHARASHTRA, INDIA = (UUID(int=number) for number in range(11, 14))
ONE_LITER, AMBER = UUID(int=21), UUID(int=31)
NAMES = DisplayNames(tiers={GOLD: "Gold"})
UNITS, MONTH = VolumeMeasure.UNITS, VolumePeriod.MONTH
WEEKEND = PeriodClause(weekdays=(Weekday.SATURDAY, Weekday.SUNDAY))
MARCH = PeriodClause(date(2026, 3, 1), date(2026, 3, 31))
UNLIMITED = RuleLimits()
A_HUNDRED_A_MONTH = RuleLimits(points_per_ecp_per_month=100)
IDS = [UUID(int=number) for number in range(1, 6)]
RULES = (
    BonusRule(
        id=IDS[0], name="Gold weekend", condition=AllOf((TierClause(at_least=GOLD), WEEKEND)), reward=FlatPoints(50)
    ),
    BonusRule(
        id=IDS[1],
        name="Case deal",
        condition=QuantityClause(10),
        reward=Slabs((Slab(10, 2), Slab(50, 3))),
        limits=UNLIMITED,
        exclusive_group="launch",
    ),
    BonusRule(
        id=IDS[2],
        name="March",
        condition=MARCH,
        reward=PercentOfBase(Decimal("12.5")),
        limits=UNLIMITED,
        exclusive_group="launch",
    ),
    BonusRule(
        id=IDS[3],
        name="Newcomers",
        condition=EnrolledWithinClause(30),
        reward=MultiplyBase(Decimal("1.5")),
        limits=A_HUNDRED_A_MONTH,
    ),
    BonusRule(id=IDS[4], name="Regulars", condition=VolumeClause(UNITS, MONTH, 100), reward=PointsPerUnit(1)),
)
LINE = LineFacts(
    channel=EarningChannel.SALE,
    variant_id=ONE_LITER,
    product_id=AMBER,
    category_id=UUID(int=41),
    quantity=12,
    base_points=10,
    at=datetime(2026, 3, 13, 19, tzinfo=UTC),
)
ASHA = EarnerFacts(
    tier_id=GOLD,
    geography_path=(PUNE, MAHARASHTRA, INDIA),
    enrolled_at=datetime(2026, 2, 28, 20, tzinfo=UTC),
    volumes={VolumeKey(UNITS, MONTH): 88},
)


def test_the_example_of_the_documentation() -> None:
    used = {IDS[3]: Usage(points_to_ecp=70, points_to_ecp_this_month=70, points_in_total=900, times_to_ecp=2)}
    evaluation = compile_rules(RULES, {GOLD: 3}, KOLKATA).evaluate(LINE, ASHA, used)
    assert evaluation.base_points == 120
    assert [outcome.points for outcome in evaluation.outcomes] == [50, 24, 0, 30, 0]
    assert evaluation.base_points + evaluation.bonus_points == 224
    page = PAGE.read_text("utf-8")
    names = {rule.id: rule.name for rule in RULES}
    for rule, outcome in zip(RULES, evaluation.outcomes, strict=True):
        asked = qualifying_sentence(rule, NAMES).removeprefix("ECPs who ").removesuffix(".")
        verdict = rule_sentence(rule, outcome.verdict, NAMES, KOLKATA, rule_names=names)
        assert f"| {rule.name}: {asked} | {reward_sentence(rule, NAMES)} | {verdict} |" in page


def test_the_table_about_rounding() -> None:
    """“1.1 times” rounds what the rule adds: 1.1 times 25 is 27.5, which would be 28 if the product were rounded."""
    rule = BonusRule(id=IDS[0], name="A tenth", condition=QuantityClause(1), reward=MultiplyBase(Decimal("1.1")))
    page = PAGE.read_text("utf-8")
    assert "“" + reward_sentence(rule, NAMES).removesuffix(".") + "” rounds only what the rule adds" in page
    for base in (4, 5, 6, 15, 25, 120):
        line = replace(LINE, quantity=1, base_points=base)
        found = compile_rules([rule], {}, KOLKATA).evaluate(line, ASHA)
        added = f"{Decimal(base) / 10:f}".removesuffix(".0")
        assert f"| {base} | {added} | {found.bonus_points} | {found.base_points + found.bonus_points} |" in page


def test_the_two_ways_to_count_days() -> None:
    """From 1 March at 10:00 in Kolkata: to the end of 31 March there, or to the same second of 31 March."""
    enrolled = BonusRule(id=IDS[0], name="Newcomer", condition=EnrolledWithinClause(30), reward=FlatPoints(1))
    trained = BonusRule(id=IDS[1], name="Trained", condition=ActivityClause("TRAINED", 1, 30), reward=FlatPoints(1))
    rules = compile_rules([enrolled, trained], {}, KOLKATA)
    done, last = datetime(2026, 3, 1, 4, 30, tzinfo=UTC), datetime(2026, 3, 31, 4, 30, tzinfo=UTC)
    asha = replace(ASHA, enrolled_at=done, activities={"TRAINED": (done,)})
    second = timedelta(seconds=1)
    for at, expected in (
        (last, [1, 1]),
        (last + second, [1, 0]),
        (datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC), [1, 0]),
        (datetime(2026, 3, 31, 18, 30, tzinfo=UTC), [0, 0]),
    ):
        assert [outcome.points for outcome in rules.evaluate(replace(LINE, at=at), asha).outcomes] == expected
