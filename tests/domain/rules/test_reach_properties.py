"""Reach agrees with evaluation: it counts exactly the ECPs that evaluation can reward."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.evaluation import compile_rules
from domain.rules.facts import EarnerFacts, LineFacts, VolumeKey, volume_key
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
from domain.rules.phrases import DisplayNames
from domain.rules.reach import Cell, Population, ReachPolicy, compute_reach
from domain.rules.reach_causes import describe_reach
from domain.rules.reach_sentences import reach_sentence, step_sentence
from domain.rules.sale_assignments import SaleScope, SoldVariant
from domain.rules.stored_facts import RuleReach
from domain.rules.traversal import walk_clauses

START = date(2026, 5, 4)
TIERS = [UUID(int=number) for number in (1, 2, 3)]
RANKS = {tier: rank for rank, tier in enumerate(TIERS, start=1)}
COUNTRY, REGION, CITY, OTHER = (UUID(int=number) for number in (10, 11, 12, 13))
PATHS = {COUNTRY: (COUNTRY,), REGION: (REGION, COUNTRY), CITY: (CITY, REGION, COUNTRY), OTHER: (OTHER, COUNTRY)}
VARIANTS = [
    SoldVariant(UUID(int=20), UUID(int=30), UUID(int=40)),
    SoldVariant(UUID(int=21), UUID(int=31), UUID(int=41)),
]
KINDS = ["TRAINING", "REFERRAL"]
DAYS_BACK = 20
RULE = UUID(int=99)
AMOUNTS = [2, 5]
VOLUMES = [VolumeClause(VolumeMeasure.UNITS, period, amount) for period in VolumePeriod for amount in AMOUNTS]
DID = [ActivityClause(KINDS[0], 1), ActivityClause(KINDS[1], 2, DAYS_BACK)]


DAY = st.integers(-3, 12).map(lambda offset: START + timedelta(days=offset))
CLOCK = st.sampled_from([time(0), time(6), time(22)])
CLAUSES: st.SearchStrategy[Clause] = st.one_of(
    st.builds(TierClause, st.lists(st.sampled_from(TIERS), max_size=2, unique=True).map(tuple), st.none()),
    st.builds(TierClause, st.just(()), st.sampled_from(TIERS)),
    st.builds(GeographyClause, st.lists(st.sampled_from(list(PATHS)), min_size=1, max_size=2).map(tuple)),
    st.builds(
        ProductClause,
        st.lists(st.sampled_from([VARIANTS[0].variant_id, UUID(int=29)]), max_size=1).map(tuple),
        st.lists(st.just(VARIANTS[1].product_id), max_size=1).map(tuple),
        st.lists(st.sampled_from([UUID(int=40), UUID(int=42)]), max_size=1).map(tuple),
    ),
    st.builds(ChannelClause, st.sampled_from(list(EarningChannel))),
    st.builds(QuantityClause, st.none() | st.integers(1, 4), st.none() | st.integers(1, 4)),
    st.builds(EnrolledWithinClause, st.integers(1, 12)),
    st.builds(
        PeriodClause,
        st.none() | DAY,
        st.none() | DAY,
        st.none() | st.lists(st.sampled_from(list(Weekday)), min_size=1, max_size=3, unique=True).map(tuple),
        st.none() | CLOCK,
        st.none() | CLOCK,
    ),
    st.sampled_from(VOLUMES),
    st.builds(ActivityClause, st.just(KINDS[0]), st.just(1), st.none()),
    st.builds(ActivityClause, st.just(KINDS[1]), st.just(2), st.just(DAYS_BACK)),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    CLAUSES,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=4,
)


@st.composite
def scopes(draw: st.DrawFn) -> SaleScope:
    """A scheme of a few days."""
    opens = START + timedelta(days=draw(st.integers(-6, 2)))
    closes = opens + timedelta(days=draw(st.integers(0, 6)))
    ends = START + timedelta(days=draw(st.integers(0, 9)))
    variants = tuple(draw(st.lists(st.sampled_from(VARIANTS), min_size=1, unique=True)))
    channels = tuple(draw(st.lists(st.sampled_from(list(EarningChannel)), min_size=1, unique=True)))
    return SaleScope(
        variants=variants,
        channels=channels,
        enrollment_opens_on=opens,
        enrollment_closes_on=closes,
        starts_on=START,
        ends_on=ends,
        calendar=UTC_CALENDAR,
    )


def lines(scope: SaleScope, condition: Condition) -> Iterator[tuple[LineFacts, datetime]]:
    """A sample of every kind of sale: each day, some hours, small quantities, with each day of enrollment."""
    days = (scope.ends_on - scope.starts_on).days + 1
    several = [1, 2, 3, 4, 5] if any(isinstance(clause, QuantityClause) for clause in walk_clauses(condition)) else [1]
    hours = [0, 5, 6, 21, 22] if any(isinstance(clause, PeriodClause) for clause in walk_clauses(condition)) else [12]
    for offset, hour in itertools.product(range(days), hours):
        at = datetime.combine(scope.starts_on + timedelta(days=offset), time(hour), UTC)
        for enrolled_on in _days(scope.enrollment_opens_on, min(scope.enrollment_closes_on, at.date())):
            for sold, channel in itertools.product(scope.variants, scope.channels):
                for quantity in [1] if channel is EarningChannel.COUPON else several:
                    line = LineFacts(
                        channel=channel,
                        variant_id=sold.variant_id,
                        product_id=sold.product_id,
                        category_id=sold.category_id,
                        quantity=quantity,
                        base_points=1,
                        at=at,
                    )
                    yield line, datetime.combine(enrolled_on, time(), UTC)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def rewarded(rule: BonusRule, scope: SaleScope, cell: Cell, *, compared: bool) -> bool:
    """Whether evaluation rewards an ECP of the cell for any sample sale, with the volumes that such ECPs reach."""
    compiled = compile_rules([rule], RANKS, UTC_CALENDAR)
    keys = list({volume_key(clause) for clause in walk_clauses(rule.condition) if isinstance(clause, VolumeClause)})
    for line, enrolled_at in lines(scope, rule.condition):
        for amounts in itertools.product(*(_amounts(cell, key, compared=compared) for key in keys)):
            sold = dict(zip(keys, amounts, strict=True))
            for activities in histories(cell, line.at):
                ecp = EarnerFacts(
                    tier_id=cell.tier_id,
                    geography_path=PATHS[cell.geography_id],
                    enrolled_at=enrolled_at,
                    volumes=sold,
                    activities=activities,
                )
                if compiled.evaluate(line, ecp).outcomes[0].met:
                    return True
    return False


def _amounts(cell: Cell, key: VolumeKey, *, compared: bool) -> list[int]:
    """The volumes that an ECP of the cell may have before a sale; any if nothing compares."""
    met = [one.at_least for one in cell.did if isinstance(one, VolumeClause) and volume_key(one) == key]
    return [0, *met] if compared else [0, *AMOUNTS]


def histories(cell: Cell, at: datetime) -> Iterator[dict[str, list[datetime]]]:
    """The activities of an ECP of the cell at a sale; those bounded in days may be too long ago or recent."""
    did = [clause for clause in cell.did if isinstance(clause, ActivityClause)]
    unbounded = [clause.times for clause in did if clause.activity == KINDS[0]]
    once = [at - timedelta(days=400)] * max(unbounded, default=0)
    yield {KINDS[0]: once}
    if any(clause.activity == KINDS[1] for clause in did):
        yield {KINDS[0]: once, KINDS[1]: [at, at]}


CELLS = st.builds(
    lambda place, tier, did, sold: Cell(
        geography_id=place,
        tier_id=tier,
        count=1,
        did=frozenset([*did, *(one for one in VOLUMES if one.at_least <= sold[one.period])]),
        stays=frozenset(clause for clause in did if clause.within_days is None),
    ),
    st.sampled_from(list(PATHS)),
    st.none() | st.sampled_from(TIERS),
    st.sets(st.sampled_from(DID)),
    st.fixed_dictionaries({period: st.sampled_from([0, *AMOUNTS]) for period in VolumePeriod}),
)


@settings(max_examples=300)
@given(CONDITIONS, scopes(), st.lists(CELLS, min_size=1, max_size=3), st.booleans())
def test_reach_counts_exactly_the_ecps_that_evaluation_can_reward(
    condition: Condition,
    scope: SaleScope,
    cells: list[Cell],
    compared: bool,  # noqa: FBT001 - hypothesis passes it in order
) -> None:
    """Volumes that were compared with earlier sales count for the ECPs who reached them, others for all."""
    rule = BonusRule(id=RULE, name="any", condition=condition, reward=FlatPoints(5))
    population = Population(
        cells=tuple(cells),
        within=frozenset({COUNTRY}),
        paths=PATHS,
        tier_ranks=RANKS,
        compared=frozenset(VOLUMES if compared else ()),
        volume_days=30,
    )
    (reach,) = compute_reach([rule], scope, population, ReachPolicy())
    assert reach.audience == len(cells)
    assert reach.eligible == sum(rewarded(rule, scope, cell, compared=compared) for cell in cells)
    assert reach.funnel[-1].remaining == reach.eligible
    assert sum(step.excluded for step in reach.funnel) == reach.audience - reach.eligible
    _expect_readable(rule, describe_reach(rule, reach, population, DisplayNames()))


def _expect_readable(rule: BonusRule, reach: RuleReach) -> None:
    """Stored and read again, the reach is equal, and so are its sentence and the words of its steps."""
    stored = msgspec.json.decode(msgspec.json.encode(reach), type=RuleReach)
    assert stored == reach
    assert (stored.cause is None) == (stored.eligible > 0)
    sentence = reach_sentence(rule, stored)
    assert sentence.endswith(".")
    assert sentence == reach_sentence(rule, reach)
    for position in range(len(stored.funnel)):
        assert step_sentence(rule, stored, position).startswith("ECPs who ")
