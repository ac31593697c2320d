"""How ALL, ANY and NOT combine clauses, how clauses are reported, and which facts an evaluation needs."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.evaluation import ClauseVerdict, RuleOutcome, compile_rules
from domain.rules.facts import (
    ActivityFact,
    ChannelFact,
    EarnerFacts,
    EnrollmentFact,
    GeographyFact,
    LineFacts,
    PeriodFact,
    ProductFact,
    QuantityFact,
    TierFact,
    Usage,
    VolumeFact,
    VolumeKey,
    deciding_fact,
    needed_activities,
    needed_volumes,
)
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Clause,
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

PAINT = UUID(int=41)
BRONZE, SILVER, GOLD = (UUID(int=number) for number in range(1, 4))
RANKS = {BRONZE: 1, SILVER: 2, GOLD: 3}
PUNE, MUMBAI, MAHARASHTRA, INDIA = (UUID(int=number) for number in range(11, 15))
ONE_LITER, TWO_LITER = UUID(int=21), UUID(int=22)
AMBER = UUID(int=31)
UNITS, MONTH = VolumeMeasure.UNITS, VolumePeriod.MONTH
NOW = datetime(2026, 3, 14, 18, 30, tzinfo=UTC)  # a Saturday
LINE = LineFacts(
    channel=EarningChannel.SALE,
    variant_id=ONE_LITER,
    product_id=AMBER,
    category_id=PAINT,
    quantity=10,
    base_points=5,
    at=NOW,
)
ECP = EarnerFacts(SILVER, (PUNE, MAHARASHTRA, INDIA), datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
NOBODY = EarnerFacts()
WEEKEND = (Weekday.SUNDAY, Weekday.SATURDAY)


def rule(condition: Condition) -> BonusRule:
    return BonusRule(id=UUID(int=1000), name="A rule", condition=condition, reward=FlatPoints(7))


def outcome(condition: Condition, line: LineFacts = LINE, ecp: EarnerFacts = ECP) -> RuleOutcome:
    (only,) = compile_rules((rule(condition),), RANKS, UTC_CALENDAR).evaluate(line, ecp).outcomes
    return only


def holds(clause: Clause, line: LineFacts = LINE, ecp: EarnerFacts = ECP) -> bool:
    """Whether the clause holds; its negation must say the opposite."""
    plain, negated = outcome(clause, line, ecp), outcome(Not(clause), line, ecp)
    assert plain.met is not negated.met
    assert (plain.earned, negated.earned) == ((7, 0) if plain.met else (0, 7))
    return plain.met


YES, NO = QuantityClause(at_least=1), QuantityClause(at_least=1_000)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (AllOf((YES, YES)), True),
        (AllOf((YES, NO)), False),
        (AnyOf((NO, YES)), True),
        (AnyOf((NO, NO)), False),
        (Not(YES), False),
        (Not(Not(YES)), True),
        (Not(AllOf((YES, NO))), True),
        (Not(AnyOf((YES, NO))), False),
        (AllOf((YES, AnyOf((NO, Not(NO))))), True),
        (AnyOf((AllOf((YES, NO)), Not(AnyOf((NO, NO))))), True),
        (AllOf((YES,)), True),
        (AllOf(()), True),
        (AnyOf(()), False),
    ],
)
def test_all_any_and_not(condition: Condition, *, expected: bool) -> None:
    assert outcome(condition).met is expected


def test_every_clause_is_decided_without_short_circuit() -> None:
    in_mumbai = GeographyClause((MUMBAI,))
    sells = ProductClause((ONE_LITER,))
    trained = ActivityClause("TRAINING_COMPLETED", 2, 90)
    volume = VolumeClause(UNITS, MONTH, 100)
    saturday = PeriodClause(weekdays=WEEKEND)
    gold = TierClause(at_least=GOLD)
    new = EnrolledWithinClause(30)
    channel = ChannelClause(EarningChannel.COUPON)
    condition = AllOf((gold, Not(AnyOf((in_mumbai, sells))), AnyOf((trained, volume, Not(saturday))), new, channel, NO))
    ecp = replace(ECP, volumes={VolumeKey(UNITS, MONTH): 45}, activities={"TRAINING_COMPLETED": [NOW]})
    assert outcome(condition, ecp=ecp).clauses == (
        ClauseVerdict(gold, negated=False, met=False, fact=TierFact(SILVER)),
        ClauseVerdict(in_mumbai, negated=True, met=True, fact=GeographyFact((PUNE, MAHARASHTRA, INDIA))),
        ClauseVerdict(sells, negated=True, met=False, fact=ProductFact(ONE_LITER, AMBER, PAINT)),
        ClauseVerdict(trained, negated=False, met=False, fact=ActivityFact(1)),
        ClauseVerdict(volume, negated=False, met=False, fact=VolumeFact(45)),
        ClauseVerdict(saturday, negated=True, met=False, fact=PeriodFact(NOW)),
        ClauseVerdict(new, negated=False, met=True, fact=EnrollmentFact(ECP.enrolled_at, 13)),
        ClauseVerdict(channel, negated=False, met=False, fact=ChannelFact(EarningChannel.SALE)),
        ClauseVerdict(NO, negated=False, met=False, fact=QuantityFact(10)),
    )


def test_a_repeated_clause_is_reported_at_each_occurrence() -> None:
    verdicts = outcome(AnyOf((YES, Not(YES), Not(Not(YES))))).clauses
    assert [(verdict.negated, verdict.met, verdict.holds) for verdict in verdicts] == [
        (False, True, True),
        (True, False, True),
        (False, True, True),
    ]


def test_an_ecp_without_facts_meets_only_negated_clauses() -> None:
    clauses = (TierClause(at_least=BRONZE), GeographyClause((INDIA,)), EnrolledWithinClause(3_660))
    assert [holds(clause, ecp=NOBODY) for clause in clauses] == [False, False, False]
    assert [verdict.fact for verdict in outcome(AllOf(clauses), ecp=NOBODY).clauses] == [
        TierFact(None),
        GeographyFact(()),
        EnrollmentFact(None, None),
    ]


def test_no_tree_is_too_deep() -> None:
    condition: Condition = YES
    for _ in range(1_001):
        condition = Not(AllOf((condition,)))
    assert outcome(condition).met is False


def test_the_facts_that_rules_need() -> None:
    rules = (
        rule(AllOf((VolumeClause(UNITS, MONTH, 1), ActivityClause("REFERRAL", 1, 30), ActivityClause("TRAINED")))),
        rule(Not(VolumeClause(measure=UNITS, period=MONTH, at_least=9, variant_ids=(TWO_LITER, ONE_LITER)))),
        rule(
            AnyOf((VolumeClause(UNITS, MONTH, 2), ActivityClause("REFERRAL", 1, 90), ActivityClause("REFERRAL", 1, 7)))
        ),
        rule(AllOf((ActivityClause("TRAINED", 1, 10), YES))),
    )
    assert needed_volumes(rules) == {
        VolumeKey(UNITS, MONTH),
        VolumeKey(UNITS, MONTH, frozenset((ONE_LITER, TWO_LITER))),
    }
    assert needed_activities(rules) == {"REFERRAL": 90, "TRAINED": None}
    assert needed_volumes(()) == frozenset()
    assert needed_activities(()) == {}


def test_a_line_of_fewer_than_no_units_is_rejected() -> None:
    with pytest.raises(ValueError, match="a line never has fewer than no units, not -1"):
        replace(LINE, quantity=-1)


def test_ambiguous_facts_are_rejected() -> None:
    local = datetime(2026, 3, 14, 18, 30)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="base points are never negative"):
        replace(LINE, base_points=-1)
    with pytest.raises(ValueError, match="at has no offset from UTC"):
        replace(LINE, at=local)
    with pytest.raises(ValueError, match="enrolled_at has no offset from UTC"):
        replace(ECP, enrolled_at=local)
    with pytest.raises(ValueError, match="never negative"):
        Usage(points_in_total=-1)


def test_without_rules_only_base_points_are_earned() -> None:
    evaluation = compile_rules((), RANKS, UTC_CALENDAR).evaluate(LINE, NOBODY)
    assert (evaluation.base_points, evaluation.bonus_points, evaluation.outcomes) == (50, 0, ())


def test_the_time_of_a_coupon_is_that_of_its_redemption() -> None:
    """R22: the fact knows whether a sale or a coupon was earned at the time."""
    clause, line = PeriodClause(weekdays=WEEKEND), replace(LINE, channel=EarningChannel.COUPON)
    fact = deciding_fact(clause, line, ECP, UTC_CALENDAR)
    assert fact == PeriodFact(NOW, EarningChannel.COUPON)
