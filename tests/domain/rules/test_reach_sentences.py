"""The reach of a rule in numbers and words: the funnel, the verdict, and what excludes everybody (R4)."""

from datetime import date
from uuid import UUID

import msgspec
import pytest

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
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
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.phrases import DisplayNames
from domain.rules.reach import Cell, Population, Reach, ReachPolicy, ReachVerdict, compute_reach
from domain.rules.reach_causes import describe_reach
from domain.rules.reach_sentences import reach_sentence
from domain.rules.sale_assignments import SaleScope, SoldVariant
from domain.rules.stored_facts import RuleReach

BRONZE, SILVER, GOLD, PUNE, MUMBAI, INDIA = (UUID(int=number) for number in range(1, 7))
SCOPE = SaleScope(
    variants=(SoldVariant(UUID(int=20), UUID(int=21), UUID(int=41)),),
    channels=(EarningChannel.COUPON,),
    enrollment_opens_on=date(2026, 4, 1),
    enrollment_closes_on=date(2026, 4, 30),
    starts_on=date(2026, 5, 1),
    ends_on=date(2026, 7, 31),
    calendar=UTC_CALENDAR,
)
NAMES = DisplayNames(
    tiers={BRONZE: "Bronze", SILVER: "Silver", GOLD: "Gold"},
    geographies={PUNE: "Pune", MUMBAI: "Mumbai", INDIA: "India"},
)
PATHS = {PUNE: (PUNE, INDIA), MUMBAI: (MUMBAI, INDIA), INDIA: (INDIA,)}
RANKS = {BRONZE: 1, SILVER: 2, GOLD: 3}
TRAINED, INSTALLED = ActivityClause("TRAINING_COMPLETED", 1), ActivityClause("APP_INSTALLED", 1, 30)
POPULATION = Population(
    cells=(
        Cell(PUNE, SILVER, 41),
        Cell(PUNE, BRONZE, 12),
        Cell(MUMBAI, GOLD, 6),
        Cell(geography_id=MUMBAI, tier_id=SILVER, count=900, did=frozenset({TRAINED}), stays=frozenset({TRAINED})),
        Cell(INDIA, None, 1),
    ),
    within=frozenset({INDIA}),
    paths=PATHS,
    tier_ranks=RANKS,
)
GOLDS, IN_PUNE = TierClause((GOLD,)), GeographyClause((PUNE,))
ON_SATURDAY = PeriodClause(weekdays=(Weekday.SATURDAY,))
FIVE_IN_A_WEEK = VolumeClause(VolumeMeasure.UNITS, VolumePeriod.WEEK, 5)


def reach(condition: Condition, population: Population = POPULATION, policy: ReachPolicy | None = None) -> Reach:
    """The reach of a rule with this condition."""
    rule = BonusRule(id=UUID(int=99), name="One", condition=condition, reward=FlatPoints(5))
    return compute_reach([rule], SCOPE, population, policy or ReachPolicy())[0]


def sentence_of(condition: Condition, population: Population = POPULATION) -> str:
    """The sentence of the reach, from its stored form."""
    rule = BonusRule(id=UUID(int=99), name="One", condition=condition, reward=FlatPoints(5))
    found = describe_reach(rule, reach(condition, population), population, NAMES)
    stored = msgspec.json.decode(msgspec.json.encode(found), type=RuleReach)
    assert stored == found
    return reach_sentence(rule, stored)


def test_the_funnel_counts_part_by_part() -> None:
    found = reach(AllOf((TierClause((), SILVER), GeographyClause((INDIA,)), TRAINED, IN_PUNE)))
    assert (found.audience, found.eligible, found.verdict) == (960, 0, ReachVerdict.NOBODY)
    assert [(step.remaining, step.excluded) for step in found.funnel] == [(947, 13), (947, 0), (900, 47), (0, 900)]
    assert found.shut_by == 3


def test_any_other_condition_than_all_is_one_part() -> None:
    found = reach(AnyOf((GOLDS, IN_PUNE)))
    assert [(step.remaining, step.excluded) for step in found.funnel] == [(59, 901)]
    assert found.shut_by is None


@pytest.mark.parametrize(
    ("eligible", "audience", "verdict"),
    [
        (0, 0, ReachVerdict.NOBODY),
        (0, 5_000, ReachVerdict.NOBODY),
        (1, 1, ReachVerdict.FEW),
        (9, 9, ReachVerdict.FEW),
        (10, 10, ReachVerdict.OK),
        (10, 1_000, ReachVerdict.OK),
        (10, 1_001, ReachVerdict.FEW),
        (9_999, 1_000_000, ReachVerdict.FEW),
        (10_000, 1_000_000, ReachVerdict.OK),
    ],
)
def test_few_are_fewer_than_ten_or_than_one_in_a_hundred(eligible: int, audience: int, verdict: ReachVerdict) -> None:
    assert ReachPolicy().verdict(eligible, audience) is verdict


def test_the_threshold_for_few_can_be_configured() -> None:
    assert reach(GOLDS).verdict is ReachVerdict.FEW
    assert reach(GOLDS, policy=ReachPolicy(few_ecps=6, few_percent=0.5)).verdict is ReachVerdict.OK
    assert reach(GOLDS, policy=ReachPolicy(few_ecps=0, few_percent=0)).verdict is ReachVerdict.OK


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (TierClause((SILVER,)), "941 of 960 ECPs could qualify."),
        (GOLDS, "Only 6 of 960 ECPs could qualify."),
        (AllOf((GOLDS, IN_PUNE)), "No Gold ECP works in Pune; 41 Silver ECPs do."),
        (AllOf((IN_PUNE, GOLDS)), "No Gold ECP works in Pune; 41 Silver ECPs do."),
        (AllOf((IN_PUNE, TierClause((), GOLD))), "No ECP who is Gold or above works in Pune; 41 Silver ECPs do."),
        (
            AllOf((Not(GeographyClause((MUMBAI, PUNE))), TierClause((SILVER,)))),
            (
                "Of the ECPs who work neither in Mumbai nor in Pune, 1 in all, none is left when the rule also asks "
                "for ECPs who are Silver."
            ),
        ),
        (
            AllOf((IN_PUNE, TRAINED)),
            (
                "Of the ECPs who work in Pune, 53 in all, none is left when the rule also asks for ECPs who have "
                "completed the activity “Training completed” at least once."
            ),
        ),
        (
            INSTALLED,
            (
                "The rule asks for ECPs who have completed the activity “App installed” at least once in the last "
                "30 days; no ECP of the scheme has done so at any time in the last 12 months."
            ),
        ),
        (
            AllOf((GOLDS, QuantityClause(2, None))),
            "No sale of this scheme can come from ECPs who sell 2 or more units on one sale.",
        ),
        (
            AllOf((PeriodClause(date(2026, 6, 1)), EnrolledWithinClause(5))),
            (
                "No sale of this scheme can come from ECPs who earn points on or after 1 June 2026 and at the same "
                "time enrolled in the scheme in the last 5 days."
            ),
        ),
        (
            AllOf((GOLDS, ON_SATURDAY, PeriodClause(weekdays=(Weekday.MONDAY,)))),
            (
                "No sale of this scheme can come from ECPs who earn points on a Saturday and at the same time earn "
                "points on a Monday."
            ),
        ),
        (
            AllOf(
                (
                    AnyOf((ON_SATURDAY, PeriodClause(weekdays=(Weekday.MONDAY,)))),
                    AnyOf((Not(ON_SATURDAY), QuantityClause(2, None))),
                    PeriodClause(weekdays=(Weekday.SATURDAY, Weekday.SUNDAY)),
                )
            ),
            (
                "No sale of this scheme can come from ECPs who (either earn points on a Saturday or earn points on a "
                "Monday), (either earn points at any time except on a Saturday or sell 2 or more units on one sale), "
                "and earn points on a Saturday or Sunday."
            ),
        ),
        (
            AllOf((FIVE_IN_A_WEEK, Not(FIVE_IN_A_WEEK))),
            (
                "Of the ECPs who have sold 5 or more units so far this week, 960 in all, none is left when the rule "
                "also asks for ECPs who have sold fewer than 5 units so far this week."
            ),
        ),
    ],
)
def test_the_verdict_is_a_sentence(condition: Condition, sentence: str) -> None:
    assert sentence_of(condition) == sentence


def test_a_place_that_extends_beyond_the_scheme_may_have_other_ecps() -> None:
    """Gold ECPs in Mumbai work in India too, but are not in the scheme."""
    pune = Population(
        cells=(Cell(PUNE, SILVER, 41), Cell(PUNE, BRONZE, 12)), within=frozenset({PUNE}), paths=PATHS, tier_ranks=RANKS
    )
    golds_or_above = TierClause((), GOLD)
    in_india = GeographyClause((INDIA,))
    assert (
        sentence_of(AllOf((GOLDS, IN_PUNE)), pune)
        == "No Gold ECP works in the geographies of the scheme; 41 Silver ECPs do."
    )
    assert sentence_of(AllOf((in_india, GOLDS)), pune) == "No Gold ECP of the scheme works in India; 41 Silver ECPs do."
    assert (
        sentence_of(AllOf((in_india, golds_or_above)), pune)
        == "No ECP of the scheme who is Gold or above works in India; 41 Silver ECPs do."
    )


def test_one_ecp_reads_as_singular() -> None:
    single = Population(cells=(Cell(PUNE, SILVER, 1),), within=frozenset({PUNE}), paths=PATHS, tier_ranks=RANKS)
    assert (
        sentence_of(AllOf((GOLDS, IN_PUNE)), single)
        == "No Gold ECP works in the geographies of the scheme; 1 Silver ECP does."
    )
    assert sentence_of(IN_PUNE, single) == "Only 1 of 1 ECP could qualify."


def test_without_ecps_there_is_nobody_to_reach() -> None:
    empty = Population(cells=(), within=frozenset({INDIA}), paths=PATHS, tier_ranks=RANKS)
    assert reach(GOLDS, empty).verdict is ReachVerdict.NOBODY
    assert sentence_of(GOLDS, empty) == "No active ECP works in the geographies of the scheme."


def test_any_future_volume_is_possible() -> None:
    """No sales exist yet, so any volume may be reached before the sale."""
    assert reach(VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 10**9)).eligible == 960


def test_a_tier_and_a_place_that_no_longer_exist_reach_nobody() -> None:
    gone = UUID(int=77)
    assert sentence_of(TierClause((gone,))) == (
        "Of 960 ECPs, none is left when the rule asks for ECPs who are a tier that no longer exists."
    )
    assert reach(GeographyClause((gone,))).eligible == 0
    lost = Population(cells=(Cell(PUNE, GOLD, 20),), within=frozenset({PUNE}), paths={PUNE: (PUNE,)}, tier_ranks=RANKS)
    assert reach(GeographyClause((INDIA,)), lost).eligible == 0
