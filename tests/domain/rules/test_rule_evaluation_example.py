"""The worked example in docs/points.md matches the code."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from domain.channels import EarningChannel
from domain.rules.evaluation import compile_rules
from domain.rules.explanations import rule_sentence
from domain.rules.facts import EarnerFacts, LineFacts, Usage, VolumeKey
from domain.rules.model import (
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
    BonusRule(IDS[0], "Gold weekend", AllOf((TierClause(at_least=GOLD), WEEKEND)), FlatPoints(50)),
    BonusRule(
        IDS[1], "Case deal", QuantityClause(10), Slabs((Slab(10, 2), Slab(50, 3))), UNLIMITED, exclusive_group="launch"
    ),
    BonusRule(IDS[2], "March", MARCH, PercentOfBase(Decimal("12.5")), UNLIMITED, exclusive_group="launch"),
    BonusRule(IDS[3], "Newcomers", EnrolledWithinClause(30), MultiplyBase(Decimal("1.5")), A_HUNDRED_A_MONTH),
    BonusRule(IDS[4], "Regulars", VolumeClause(UNITS, MONTH, 100), PointsPerUnit(1)),
)
LINE = LineFacts(EarningChannel.SALE, ONE_LITER, AMBER, "Paint", 12, 10, datetime(2026, 3, 14, 18, 30, tzinfo=UTC))
ASHA = EarnerFacts(
    GOLD, (PUNE, MAHARASHTRA, INDIA), datetime(2026, 3, 1, 20, tzinfo=UTC), {VolumeKey(UNITS, MONTH): 88}
)


def test_the_example_of_the_documentation() -> None:
    used = {IDS[3]: Usage(points_to_ecp=70, points_to_ecp_this_month=70, points_in_total=900, times_to_ecp=2)}
    evaluation = compile_rules(RULES, {GOLD: 3}).evaluate(LINE, ASHA, used)
    assert evaluation.base_points == 120
    assert [outcome.points for outcome in evaluation.outcomes] == [50, 24, 0, 30, 0]
    assert evaluation.base_points + evaluation.bonus_points == 224
    page = (Path(__file__).parents[3] / "docs" / "points.md").read_text("utf-8")
    names = {rule.id: rule.name for rule in RULES}
    for rule, outcome in zip(RULES, evaluation.outcomes, strict=True):
        asked = qualifying_sentence(rule, NAMES).removeprefix("ECPs who ").removesuffix(".")
        verdict = rule_sentence(rule, outcome.verdict, NAMES, names)
        assert f"| {rule.name}: {asked} | {reward_sentence(rule, NAMES)} | {verdict} |" in page
