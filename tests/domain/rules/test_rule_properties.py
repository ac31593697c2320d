"""Properties of every rule: it survives JSON, valid rules have no problems, and no rule raises an error."""

import re
from datetime import date, time
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.phrases import DisplayNames
from domain.rules.problems import KnownIds
from domain.rules.references import collect_references
from domain.rules.sentences import qualifying_sentence, reward_sentence
from domain.rules.validation import rule_problems

IDS = tuple(UUID(int=number) for number in range(8))
CATEGORIES = (UUID(int=41), UUID(int=42))
KNOWN = KnownIds(
    tier_ids=frozenset(IDS),
    geography_ids=frozenset(IDS),
    variant_ids=frozenset(IDS),
    product_ids=frozenset(IDS),
    category_ids=frozenset(CATEGORIES),
)
SOME_NAMES = DisplayNames(tiers={IDS[0]: "Gold"}, variants={IDS[1]: "AMB-1L"})
SAFE = 2**53 - 1


def groups(children: st.SearchStrategy[Condition], *, fewest: int) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=fewest, max_size=4).map(tuple)
    return st.one_of(several.map(AllOf), several.map(AnyOf), children.map(Not))


def tuples(values: st.SearchStrategy[UUID], fewest: int = 0) -> st.SearchStrategy[tuple[UUID, ...]]:
    return st.lists(values, min_size=fewest, max_size=4, unique=True).map(tuple)


# Anything that the types allow.
any_id = st.sampled_from((*IDS, UUID(int=99)))
any_ids = st.lists(any_id, max_size=4).map(tuple)
# An integer so long that Python refuses to print it is made late: hypothesis would print a constant.
huge_int = st.just(5_000).map(lambda digits: 10**digits)
any_int = st.one_of(st.integers(), st.sampled_from((0, 1, -1, SAFE + 1)), huge_int)
any_int_or_none = st.none() | any_int
any_decimal = st.decimals(allow_nan=True, allow_infinity=True) | st.sampled_from(
    (Decimal("sNaN"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("-0"))
)
any_date = st.none() | st.dates()
any_time = st.none() | st.times(timezones=st.none() | st.timezones())
any_clause: st.SearchStrategy[Condition] = st.one_of(
    st.builds(TierClause, any_ids, st.none() | any_id),
    st.builds(GeographyClause, any_ids),
    st.builds(ProductClause, any_ids, any_ids, st.lists(st.text(max_size=5)).map(tuple)),
    st.builds(ChannelClause, st.sampled_from(EarningChannel)),
    st.builds(QuantityClause, any_int_or_none, any_int_or_none),
    st.builds(VolumeClause, st.sampled_from(VolumeMeasure), st.sampled_from(VolumePeriod), any_int, any_ids),
    st.builds(ActivityClause, st.text(max_size=9), any_int, any_int_or_none),
    st.builds(EnrolledWithinClause, any_int),
    st.builds(
        PeriodClause,
        any_date,
        any_date,
        st.none() | st.lists(st.sampled_from(Weekday), max_size=3).map(tuple),
        any_time,
        any_time,
    ),
)
any_condition = st.recursive(any_clause, lambda children: groups(children, fewest=0), max_leaves=12)
any_reward: st.SearchStrategy[Reward] = st.one_of(
    st.builds(FlatPoints, any_int),
    st.builds(PointsPerUnit, any_int),
    st.builds(PercentOfBase, any_decimal),
    st.builds(MultiplyBase, any_decimal),
    st.lists(st.builds(Slab, any_int, any_int), max_size=4).map(tuple).map(Slabs),
)
any_limits = st.builds(RuleLimits, any_int_or_none, any_int_or_none, any_int_or_none, any_int_or_none)
any_rule = st.builds(
    BonusRule, any_id, st.text(max_size=9), any_condition, any_reward, any_limits, any_int, st.none() | st.text()
)

# Only what may be saved.
valid_id = st.sampled_from(IDS)
points = st.integers(1, 1_000_000)
days = st.integers(1, 3_660)
clock = st.builds(time, st.integers(0, 23), st.integers(0, 59))
valid_times = st.lists(clock, min_size=2, max_size=2, unique=True).map(tuple) | st.just((None, None))
valid_dates = st.tuples(st.dates(), st.dates()).map(sorted).map(tuple) | st.tuples(st.dates(), st.none())
bounds = st.tuples(points, points).map(sorted).map(tuple) | st.tuples(st.none(), points) | st.tuples(points, st.none())


def period(dates: tuple[date, date | None], times: tuple[time | None, time | None]) -> PeriodClause:
    return PeriodClause(from_date=dates[0], to_date=dates[1], weekdays=None, from_time=times[0], to_time=times[1])


valid_clause: st.SearchStrategy[Condition] = st.one_of(
    st.builds(TierClause, tuples(valid_id, 1)),
    st.builds(TierClause, st.just(()), valid_id),
    st.builds(GeographyClause, tuples(valid_id, 1)),
    st.builds(ProductClause, tuples(valid_id), tuples(valid_id, 1), st.sampled_from(((), CATEGORIES))),
    st.builds(ChannelClause, st.sampled_from(EarningChannel)),
    bounds.map(lambda both: QuantityClause(both[0], both[1])),
    st.builds(
        VolumeClause,
        st.sampled_from(VolumeMeasure),
        st.sampled_from(VolumePeriod),
        st.integers(1, SAFE),
        tuples(valid_id),
    ),
    st.builds(
        ActivityClause, st.from_regex(r"[A-Z][A-Z0-9_]{1,59}", fullmatch=True), st.integers(1, 1_000), st.none() | days
    ),
    st.builds(EnrolledWithinClause, days),
    st.builds(period, valid_dates, valid_times),
    st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(
        lambda chosen: PeriodClause(weekdays=tuple(chosen))
    ),
)


@st.composite
def nested(draw: st.DrawFn, levels: int) -> Condition:
    if levels == 1 or draw(st.booleans()):
        return draw(valid_clause)
    return draw(groups(nested(levels - 1), fewest=1))


# Four levels of up to four are at most 85 conditions, within the most that a rule may have.
valid_condition = nested(4)
valid_reward: st.SearchStrategy[Reward] = st.one_of(
    st.builds(FlatPoints, points),
    st.builds(PointsPerUnit, points),
    st.builds(PercentOfBase, st.decimals("0.01", 1_000, places=2)),
    st.builds(MultiplyBase, st.decimals("1.01", 100, places=2)),
    st.lists(points, min_size=1, max_size=20, unique=True).map(
        lambda starts: Slabs(tuple(Slab(start, 5) for start in sorted(starts)))
    ),
)
valid_limits = st.lists(st.integers(1, SAFE), min_size=3, max_size=3).map(
    lambda most: RuleLimits(
        points_per_ecp=sorted(most)[1],
        points_per_ecp_per_month=min(most),
        points_in_total=max(most),
        times_per_ecp=most[0],
    )
) | st.just(RuleLimits())
valid_rules = st.lists(
    st.builds(
        BonusRule,
        st.uuids(),
        st.from_regex(r"[a-z]{1,120}", fullmatch=True),
        valid_condition,
        valid_reward,
        valid_limits,
        st.integers(-1_000, 1_000),
        st.none() | st.from_regex(r"[a-z]{1,60}", fullmatch=True),
    ),
    max_size=3,
    unique_by=(lambda rule: rule.id, lambda rule: rule.name),
)


@given(valid_rules)
def test_valid_rules_have_no_problems(rules: list[BonusRule]) -> None:
    assert rule_problems(rules, KNOWN) == ()


@given(valid_rules)
def test_valid_rules_read_as_whole_sentences(rules: list[BonusRule]) -> None:
    for rule in rules:
        sentence = qualifying_sentence(rule, SOME_NAMES)
        assert re.fullmatch(r"ECPs who [^.]+\.", sentence)
        assert sentence.count("(") == sentence.count(")")
        assert "  " not in sentence
        assert "not stated" not in sentence
        assert re.fullmatch(r"\d.*\.", reward_sentence(rule, SOME_NAMES))


@given(st.lists(any_rule, max_size=4))
def test_no_rule_raises_an_error(rules: list[BonusRule]) -> None:
    for problem in rule_problems(rules, KNOWN):
        assert problem.path[0] == "rules"
        assert problem.message.endswith(".")
    for rule in rules:
        assert qualifying_sentence(rule, SOME_NAMES).startswith("ECPs who ")
        assert reward_sentence(rule, SOME_NAMES).endswith(".")
        collect_references(rule)


@given(valid_rules)
def test_rules_survive_json(rules: list[BonusRule]) -> None:
    encoded = msgspec.json.encode(rules, order="deterministic")
    decoded = msgspec.json.decode(encoded, type=list[BonusRule])
    assert decoded == rules
    assert msgspec.json.encode(decoded, order="deterministic") == encoded


@given(valid_condition)
def test_two_negations_read_as_none(condition: Condition) -> None:
    plain = qualifying_sentence(
        BonusRule(id=IDS[0], name="A rule", condition=condition, reward=FlatPoints(1)), SOME_NAMES
    )
    twice = qualifying_sentence(
        BonusRule(id=IDS[0], name="A rule", condition=Not(Not(condition)), reward=FlatPoints(1)), SOME_NAMES
    )
    assert twice == plain or "nested too deep" in twice


def test_the_stored_form_of_a_rule() -> None:
    condition = AllOf((Not(TierClause(at_least=IDS[1])), PeriodClause(weekdays=(), from_time=time(9))))
    rule = BonusRule(
        id=IDS[0],
        name="A rule",
        condition=condition,
        reward=PercentOfBase(Decimal("12.50")),
        limits=RuleLimits(points_per_ecp=5),
    )
    assert msgspec.json.decode(msgspec.json.encode(rule, order="deterministic")) == {
        "id": "00000000-0000-0000-0000-000000000000",
        "name": "A rule",
        "condition": {
            "kind": "all",
            "conditions": [
                {"kind": "not", "condition": {"kind": "tier", "at_least": "00000000-0000-0000-0000-000000000001"}},
                {"kind": "period", "weekdays": [], "from_time": "09:00:00"},
            ],
        },
        "reward": {"kind": "percentOfBase", "percent": "12.50"},
        "limits": {"points_per_ecp": 5},
    }


def test_a_decimal_keeps_its_digits() -> None:
    stored = msgspec.json.encode(MultiplyBase(Decimal("1.50")))
    assert str(msgspec.json.decode(stored, type=MultiplyBase).factor) == "1.50"


@pytest.mark.parametrize(
    "stored",
    [
        b'{"kind":"tier","tier_ids":[],"surprise":1}',
        b'{"kind":"moon"}',
        b'{"tier_ids":[]}',
    ],
)
def test_an_invalid_condition_is_rejected(stored: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(stored, type=Condition)
