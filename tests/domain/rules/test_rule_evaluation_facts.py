"""The exact words of a clause and of the fact that decided it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.evaluation import ClauseVerdict
from domain.rules.explanations import clause_sentence, fact_sentence
from domain.rules.fact_phrases import fact_phrase
from domain.rules.facts import (
    ActivityFact,
    ChannelFact,
    EnrollmentFact,
    Fact,
    GeographyFact,
    PeriodFact,
    ProductFact,
    QuantityFact,
    TierFact,
    VolumeFact,
)
from domain.rules.model import (
    ActivityClause,
    BonusRule,
    ChannelClause,
    Clause,
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
from domain.rules.phrases import DisplayNames
from domain.rules.sentences import qualifying_sentence

PAINT = UUID(int=41)
SILVER, GOLD = UUID(int=1), UUID(int=2)
PUNE, MAHARASHTRA, INDIA = (UUID(int=number) for number in range(11, 14))
ONE_LITER, TWO_LITER = UUID(int=21), UUID(int=22)
AMBER, GONE = UUID(int=31), UUID(int=99)
NAMES = DisplayNames(
    tiers={SILVER: "Silver", GOLD: "Gold"},
    geographies={PUNE: "Pune", MAHARASHTRA: "Maharashtra", INDIA: "India"},
    variants={ONE_LITER: "AMB-1L", TWO_LITER: "AMB-2L"},
    products={AMBER: "Amber"},
    categories={PAINT: "Paint"},
)
UNITS, VALUE, COUPONS = VolumeMeasure
SCHEME, MONTH, WEEK = VolumePeriod
ENROLLED = datetime(2026, 3, 1, 20, tzinfo=UTC)
AT = datetime(2026, 3, 14, 18, 30, 59, tzinfo=UTC)
WEEKEND = PeriodClause(weekdays=(Weekday.SATURDAY, Weekday.SUNDAY))
IS_GOLD = TierClause(at_least=GOLD)
IN_PUNE = GeographyClause((PUNE,))
MANY = QuantityClause(at_least=10)
NEW = EnrolledWithinClause(30)

# The clause, the fact, its sentence, and its sentence below a NOT.
FACTS: list[tuple[Clause, Fact, str, str]] = [
    (IS_GOLD, TierFact(SILVER), "The ECP is Silver.", "The ECP is Silver."),
    (IS_GOLD, TierFact(None), "The ECP has no tier.", "The ECP has no tier."),
    (
        IS_GOLD,
        TierFact(GONE),
        "The ECP is a tier that no longer exists.",
        "The ECP is a tier that no longer exists.",
    ),
    (
        IN_PUNE,
        GeographyFact((PUNE, MAHARASHTRA, INDIA)),
        "The ECP works in Pune, Maharashtra, India.",
        "The ECP works in Pune, Maharashtra, India.",
    ),
    (IN_PUNE, GeographyFact(()), "The ECP has no place of work.", "The ECP has no place of work."),
    (
        ProductClause((TWO_LITER,)),
        ProductFact(ONE_LITER, AMBER, PAINT),
        "The line is for AMB-1L, a variant of Amber in the category “Paint”.",
        "The line is for AMB-1L, a variant of Amber in the category “Paint”.",
    ),
    (
        ChannelClause(EarningChannel.SALE),
        ChannelFact(EarningChannel.COUPON),
        "The points are earned through a coupon.",
        "The points are earned through a coupon.",
    ),
    (
        ChannelClause(EarningChannel.SALE),
        ChannelFact(EarningChannel.SALE),
        "The points are earned through a sale.",
        "The points are earned through a sale.",
    ),
    (
        MANY,
        QuantityFact(1_200),
        "1,200 units were sold on this line; 10 are needed.",
        "1,200 units were sold on this line; fewer than 10 are allowed.",
    ),
    (
        QuantityClause(at_least=1),
        QuantityFact(1),
        "1 unit was sold on this line; 1 is needed.",
        "1 unit was sold on this line; none is allowed.",
    ),
    (
        QuantityClause(at_most=20),
        QuantityFact(21),
        "21 units were sold on this line; at most 20 are allowed.",
        "21 units were sold on this line; more than 20 are needed.",
    ),
    (
        QuantityClause(at_most=1),
        QuantityFact(2),
        "2 units were sold on this line; at most 1 is allowed.",
        "2 units were sold on this line; more than 1 is needed.",
    ),
    (
        QuantityClause(10, 20),
        QuantityFact(9),
        "9 units were sold on this line; 10 to 20 are needed.",
        "9 units were sold on this line; fewer than 10 or more than 20 are needed.",
    ),
    (
        QuantityClause(10, 10),
        QuantityFact(9),
        "9 units were sold on this line; exactly 10 are needed.",
        "9 units were sold on this line; any number except 10 is allowed.",
    ),
    (
        VolumeClause(measure=UNITS, period=MONTH, at_least=100, variant_ids=(ONE_LITER, TWO_LITER)),
        VolumeFact(45),
        "Before this, the ECP had sold 45 units of AMB-1L and AMB-2L together this month; 100 are needed.",
        "Before this, the ECP had sold 45 units of AMB-1L and AMB-2L together this month; fewer than 100 are allowed.",
    ),
    (
        VolumeClause(measure=VALUE, period=SCHEME, at_least=5_000, variant_ids=(ONE_LITER,)),
        VolumeFact(4_999),
        "Before this, the ECP had sold 4,999 in value of AMB-1L in this scheme; 5,000 is needed.",
        "Before this, the ECP had sold 4,999 in value of AMB-1L in this scheme; less than 5,000 is allowed.",
    ),
    (
        VolumeClause(COUPONS, WEEK, 1),
        VolumeFact(1),
        "Before this, the ECP had redeemed 1 coupon this week; 1 is needed.",
        "Before this, the ECP had redeemed 1 coupon this week; none is allowed.",
    ),
    (
        ActivityClause("TRAINING_COMPLETED", 2, 90),
        ActivityFact(1),
        "The ECP completed the activity “Training completed” 1 time in the last 90 days; 2 are needed.",
        "The ECP completed the activity “Training completed” 1 time in the last 90 days; fewer than 2 are allowed.",
    ),
    (
        ActivityClause("APP_INSTALLED"),
        ActivityFact(0),
        "The ECP completed the activity “App installed” 0 times; 1 is needed.",
        "The ECP completed the activity “App installed” 0 times; none is allowed.",
    ),
    (
        NEW,
        EnrollmentFact(ENROLLED, 13),
        "The ECP first enrolled on 1 March 2026, 13 days before the sale; at most 30 days are allowed.",
        "The ECP first enrolled on 1 March 2026, 13 days before the sale; more than 30 days are needed.",
    ),
    (
        EnrolledWithinClause(1),
        EnrollmentFact(ENROLLED, 1),
        "The ECP first enrolled on 1 March 2026, 1 day before the sale; at most 1 day is allowed.",
        "The ECP first enrolled on 1 March 2026, 1 day before the sale; more than 1 day is needed.",
    ),
    (
        NEW,
        EnrollmentFact(ENROLLED, 0),
        "The ECP first enrolled on 1 March 2026, on the day of the sale; at most 30 days are allowed.",
        "The ECP first enrolled on 1 March 2026, on the day of the sale; more than 30 days are needed.",
    ),
    (
        NEW,
        EnrollmentFact(ENROLLED, -2),
        "The ECP first enrolled on 1 March 2026, 2 days after the sale; at most 30 days are allowed.",
        "The ECP first enrolled on 1 March 2026, 2 days after the sale; more than 30 days are needed.",
    ),
    (
        NEW,
        EnrollmentFact(ENROLLED, 13, is_assumed=True),
        "The ECP would enroll on 1 March 2026, 13 days before the sale; at most 30 days are allowed.",
        "The ECP would enroll on 1 March 2026, 13 days before the sale; more than 30 days are needed.",
    ),
    (
        NEW,
        EnrollmentFact(None, None),
        "The ECP is not enrolled in the scheme.",
        "The ECP is not enrolled in the scheme.",
    ),
    (
        WEEKEND,
        PeriodFact(AT),
        "The sale was on Saturday 14 March 2026 at 18:30:59 UTC.",
        "The sale was on Saturday 14 March 2026 at 18:30:59 UTC.",
    ),
    (
        WEEKEND,
        PeriodFact(AT, EarningChannel.COUPON),
        "The coupon was redeemed on Saturday 14 March 2026 at 18:30:59 UTC.",
        "The coupon was redeemed on Saturday 14 March 2026 at 18:30:59 UTC.",
    ),
]


@pytest.mark.parametrize(("clause", "fact", "plain", "negated"), FACTS)
def test_facts(clause: Clause, fact: Fact, plain: str, negated: str) -> None:
    assert fact_sentence(ClauseVerdict(clause, negated=False, met=True, fact=fact), NAMES, UTC_CALENDAR) == plain
    assert fact_sentence(ClauseVerdict(clause, negated=True, met=True, fact=fact), NAMES, UTC_CALENDAR) == negated


def test_times_are_written_in_utc() -> None:
    in_india = datetime.fromisoformat("2026-03-15T01:15:00+05:30")
    sale = ClauseVerdict(WEEKEND, negated=False, met=True, fact=PeriodFact(in_india))
    enrolled = ClauseVerdict(NEW, negated=False, met=True, fact=EnrollmentFact(in_india, 3))
    assert fact_sentence(sale, NAMES, UTC_CALENDAR) == "The sale was on Saturday 14 March 2026 at 19:45 UTC."
    assert fact_sentence(enrolled, NAMES, UTC_CALENDAR).startswith(
        "The ECP first enrolled on 14 March 2026, 3 days before the sale"
    )


def test_a_fact_of_another_clause_is_a_bug() -> None:
    for clause, fact, _, _ in FACTS:
        for other, stray, _, _ in FACTS:
            if type(fact) is not type(stray):
                with pytest.raises(TypeError, match=f"{type(stray).__name__} is not the fact of this clause"):
                    fact_phrase(clause, stray, NAMES, UTC_CALENDAR)
                assert type(clause) is not type(other)


@pytest.mark.parametrize("clause", [clause for clause, _, _, _ in FACTS])
def test_a_clause_reads_the_same_in_the_sentence_of_its_rule(clause: Clause) -> None:
    for negated, condition in ((False, clause), (True, Not(clause))):
        sentence = qualifying_sentence(
            BonusRule(id=GONE, name="A rule", condition=condition, reward=FlatPoints(1)), NAMES
        )
        assert f"ECPs who {clause_sentence(clause, NAMES, negated=negated)}." == sentence


def test_clauses_in_words() -> None:
    assert clause_sentence(IS_GOLD, NAMES) == "are Gold or above"
    assert clause_sentence(IS_GOLD, NAMES, negated=True) == "are below Gold"
    assert clause_sentence(MANY, NAMES) == "sell 10 or more units on one sale"
