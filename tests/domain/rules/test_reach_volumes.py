"""The reach of rules about volumes, in numbers and words: compared with the last 12 months, or open (R4)."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    Condition,
    FlatPoints,
    Not,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.rules.reach import Cell, Population
from domain.rules.reach_causes import describe_reach
from domain.rules.reach_sentences import step_sentence
from domain.rules.reach_volumes import comparable_days, sample_phrase
from tests.domain.rules.test_reach_sentences import (
    FIVE_IN_A_WEEK,
    GOLD,
    GOLDS,
    IN_PUNE,
    NAMES,
    POPULATION,
    PUNE,
    SILVER,
    reach,
    sentence_of,
)

IN_A_MONTH = VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 100)
IN_THE_SCHEME = VolumeClause(VolumeMeasure.COUPONS, VolumePeriod.SCHEME, 7)
SILVERS = TierClause((SILVER,))
SELLERS = replace(
    POPULATION,
    cells=(Cell(PUNE, SILVER, 41), Cell(PUNE, SILVER, 12, did=frozenset({FIVE_IN_A_WEEK}))),
    compared=frozenset({IN_A_MONTH, FIVE_IN_A_WEEK}),
    volume_days=92,
)
INDICATION = "This is an indication from the last 12 months."


def steps_of(condition: Condition, population: Population) -> list[str]:
    """The words of the steps of the funnel."""
    rule = BonusRule(id=UUID(int=99), name="One", condition=condition, reward=FlatPoints(5))
    found = describe_reach(rule, reach(condition, population), population, NAMES)
    return [step_sentence(rule, found, position) for position in range(len(found.funnel))]


def test_a_volume_counts_ecps_who_sold_as_much_and_says_so() -> None:
    """The step names the comparison, and the sentence calls the number an indication."""
    condition = AllOf((IN_PUNE, FIVE_IN_A_WEEK))
    assert reach(condition, SELLERS).eligible == 12
    assert sentence_of(condition, SELLERS) == f"12 of 53 ECPs could qualify. {INDICATION}"
    assert steps_of(condition, SELLERS) == [
        "ECPs who work in Pune",
        "ECPs who have sold 5 or more units so far this week (an indication from the last 12 months: the best week)",
    ]


def test_a_volume_that_nobody_reached_is_the_cause() -> None:
    asked = "none is left when the rule asks for ECPs who have sold 100 or more units so far this month"
    assert sentence_of(IN_A_MONTH, SELLERS) == f"Of 53 ECPs, {asked}. {INDICATION}"
    assert sentence_of(AllOf((GOLDS, IN_A_MONTH)), SELLERS) == (
        "No Gold ECP works in the geographies of the scheme; 53 Silver ECPs do."
    )
    assert sentence_of(Not(IN_A_MONTH), SELLERS) == f"53 of 53 ECPs could qualify. {INDICATION}"


def test_a_volume_without_comparable_sales_counts_everybody_and_says_so() -> None:
    """A program that is new has nothing to compare with, which is no reason to reach nobody."""
    assert sentence_of(IN_THE_SCHEME, SELLERS) == "53 of 53 ECPs could qualify."
    (step,) = steps_of(AnyOf((IN_THE_SCHEME, IN_A_MONTH)), SELLERS)
    assert step == (
        "ECPs who either have redeemed 7 or more coupons so far in this scheme or have sold 100 or more units so far "
        "this month (an indication from the last 12 months: the latest 92 days for the scheme and the best month; "
        "where nothing compares, all ECPs count)"
    )
    (step,) = steps_of(IN_THE_SCHEME, SELLERS)
    assert step == (
        "ECPs who have redeemed 7 or more coupons so far in this scheme (nothing that was sold or redeemed in the last "
        "12 months compares, so all ECPs count)"
    )


@pytest.mark.parametrize(
    ("days", "compared"), [(92, "the latest 92 days"), (1, "the latest 1 day"), (365, "all of them")]
)
def test_as_many_days_stand_for_the_scheme(days: int, compared: str) -> None:
    sellers = replace(SELLERS, compared=frozenset({IN_THE_SCHEME}), volume_days=days)
    asked = "ECPs who have redeemed 7 or more coupons so far in this scheme"
    assert steps_of(IN_THE_SCHEME, sellers) == [
        f"{asked} (an indication from the last 12 months: {compared} for the scheme)"
    ]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "days"),
    [
        (date(2026, 5, 1), date(2026, 5, 1), 1),
        (date(2026, 5, 1), date(2026, 7, 31), 92),
        (date(2026, 5, 1), date(2028, 5, 1), 365),
        (None, date(2026, 5, 1), 365),
        (date(2026, 5, 1), None, 365),
    ],
)
def test_at_most_twelve_months_stand_for_a_scheme(starts_on: date | None, ends_on: date | None, days: int) -> None:
    assert comparable_days(starts_on, ends_on) == days


# 53 ECPs as above, and 47 Golds, of whom 5 of 20 Silvers and none of 5 Golds of a sample sold so much in a week.
OF_SAMPLE = replace(
    SELLERS,
    cells=(Cell(PUNE, SILVER, 53), Cell(PUNE, GOLD, 47)),
    sample=(
        Cell(PUNE, SILVER, 15),
        Cell(PUNE, SILVER, 5, did=frozenset({FIVE_IN_A_WEEK})),
        Cell(PUNE, GOLD, 5),
    ),
)
SAMPLED = "estimated from a sample of 25 ECPs, within about 19.6% of all"


@pytest.mark.parametrize(
    ("condition", "remaining"),
    [
        (FIVE_IN_A_WEEK, [20]),
        (AllOf((SILVERS, FIVE_IN_A_WEEK)), [53, 13]),
        (AllOf((GOLDS, FIVE_IN_A_WEEK)), [47, 0]),
        (AllOf((FIVE_IN_A_WEEK, SILVERS)), [20, 20]),
        (AllOf((GOLDS, IN_PUNE)), [47, 47]),
        (IN_THE_SCHEME, [100]),
        (Not(FIVE_IN_A_WEEK), [100]),
    ],
    ids=["share", "share of Silver", "none of Gold", "volume first", "no volume", "nothing compares", "negated"],
)
def test_a_sample_estimates_from_the_first_volume_on(condition: Condition, remaining: list[int]) -> None:
    """What does not depend on sales is counted, and the rest has the share of the sample."""
    found = reach(condition, OF_SAMPLE)
    assert (found.audience, [step.remaining for step in found.funnel]) == (100, remaining)


def test_an_estimate_says_that_it_is_one() -> None:
    """With the size of the sample, and how far it may be off."""
    assert sentence_of(FIVE_IN_A_WEEK, OF_SAMPLE) == (
        f"20 of 100 ECPs could qualify. This is an indication from the last 12 months, {SAMPLED}."
    )
    asked = "ECPs who have sold 5 or more units so far this week"
    assert steps_of(FIVE_IN_A_WEEK, OF_SAMPLE) == [
        f"{asked} (an indication from the last 12 months: the best week, {SAMPLED})"
    ]
    (step,) = steps_of(IN_THE_SCHEME, OF_SAMPLE)
    assert step == (
        "ECPs who have redeemed 7 or more coupons so far in this scheme (nothing that a sample of 25 ECPs sold or "
        "redeemed in the last 12 months compares, so all ECPs count)"
    )
    assert sentence_of(AllOf((GOLDS, FIVE_IN_A_WEEK)), OF_SAMPLE) == (
        "Of the ECPs who are Gold, 47 in all, none is left when the rule also asks for ECPs who have sold 5 or more "
        f"units so far this week. This is an indication from the last 12 months, {SAMPLED}."
    )
    assert sentence_of(GOLDS, OF_SAMPLE) == "47 of 100 ECPs could qualify."


@pytest.mark.parametrize(("sample", "margin"), [(1, "98"), (400, "4.9"), (9_604, "1"), (10_000, "1"), (40_000, "0.5")])
def test_the_margin_of_a_sample(sample: int, margin: str) -> None:
    assert sample_phrase(sample).endswith(f", within about {margin}% of all")


def test_what_was_stored_about_too_many_sales_keeps_its_words() -> None:
    """Reviews did without a comparison before they took samples."""
    rule = BonusRule(id=UUID(int=99), name="One", condition=FIVE_IN_A_WEEK, reward=FlatPoints(5))
    found = describe_reach(rule, reach(FIVE_IN_A_WEEK, SELLERS), SELLERS, NAMES)
    step = step_sentence(rule, replace(found, compared=(), uncompared=(0,), too_many_sales=True), 0)
    assert step == (
        "ECPs who have sold 5 or more units so far this week (there are too many sales to compare with during a "
        "review, so all ECPs count)"
    )
