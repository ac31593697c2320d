"""Random rules and facts that meet each other about as often as not."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import UUID

from hypothesis import strategies as st

from domain.channels import EarningChannel
from domain.rules.facts import EarnerFacts, LineFacts, Usage, VolumeKey
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

# The last tier has no rank, as one that was added after the ranks were read.
TIERS = tuple(UUID(int=number) for number in range(1, 6))
TIER_RANKS = {tier: rank for rank, tier in enumerate(TIERS[:4], start=1)}
PLACES = tuple(UUID(int=number) for number in range(11, 17))
VARIANTS = tuple(UUID(int=number) for number in range(21, 24))
PRODUCTS = tuple(UUID(int=number) for number in range(31, 33))
CATEGORIES = tuple(UUID(int=number) for number in range(41, 43))
KINDS = ("TRAINING_COMPLETED", "REFERRAL")
CLOCKS = (time(0), time(6), time(9), time(17, 30), time(22), time(23, 59))
NAMES = DisplayNames(tiers={TIERS[1]: "Silver"}, geographies={PLACES[0]: "Pune"}, variants={VARIANTS[0]: "AMB-1L"})
INDIA = timezone(timedelta(hours=5, minutes=30))


def some(values: tuple[UUID, ...], fewest: int = 1) -> st.SearchStrategy[tuple[UUID, ...]]:
    return st.lists(st.sampled_from(values), min_size=fewest, max_size=2, unique=True).map(tuple)


def moments(days: int) -> st.SearchStrategy[datetime]:
    """Moments in the middle of March 2026, most of them at the edges of windows."""
    edges = st.builds(
        lambda day, clock, off: datetime.combine(day, clock, UTC) + timedelta(seconds=off),
        st.dates(date(2026, 3, 14) - timedelta(days=days), date(2026, 3, 14) + timedelta(days=days)),
        st.sampled_from(CLOCKS),
        st.sampled_from((-1, 0, 0, 1, 3_599)),
    )
    return st.builds(lambda moment, zone: moment.astimezone(zone), edges, st.sampled_from((UTC, UTC, INDIA)))


some_days = st.dates(date(2026, 3, 11), date(2026, 3, 17))
dates: st.SearchStrategy[tuple[date | None, date | None]] = st.one_of(
    st.tuples(st.none(), st.none() | some_days),
    st.tuples(some_days, st.none()),
    st.tuples(some_days, some_days).map(lambda both: (min(both), max(both))),
)
clocks = st.just((None, None)) | st.lists(st.sampled_from(CLOCKS), min_size=2, max_size=2, unique=True).map(tuple)
weekdays = st.none() | st.lists(st.sampled_from(Weekday), min_size=1, max_size=5, unique=True).map(tuple)
periods = st.builds(
    lambda days, chosen, times: PeriodClause(
        from_date=days[0], to_date=days[1], weekdays=chosen, from_time=times[0], to_time=times[1]
    ),
    dates,
    weekdays,
    clocks,
)
together = st.sampled_from(((), VARIANTS[:1], VARIANTS[:2], VARIANTS[1::-1]))
bounds = st.none() | st.integers(1, 14)
quantities = st.builds(QuantityClause, bounds, bounds)
volumes = st.builds(
    VolumeClause,
    st.sampled_from(VolumeMeasure),
    st.sampled_from(VolumePeriod),
    st.integers(1, 4),
    together,
)
activities = st.builds(ActivityClause, st.sampled_from(KINDS), st.integers(1, 3), st.none() | st.integers(1, 4))
clauses: st.SearchStrategy[Condition] = st.one_of(
    st.builds(TierClause, some(TIERS)),
    st.builds(TierClause, st.just(()), st.sampled_from((*TIERS, UUID(int=99)))),
    st.builds(GeographyClause, some(PLACES)),
    st.builds(ProductClause, some(VARIANTS, 0), some(PRODUCTS, 0), st.sampled_from(((), CATEGORIES[:1]))),
    st.builds(ChannelClause, st.sampled_from(EarningChannel)),
    quantities,
    volumes,
    activities,
    st.builds(EnrolledWithinClause, st.integers(1, 4)),
    periods,
)


def groups(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.one_of(several.map(AllOf), several.map(AnyOf), children.map(Not))


conditions = st.recursive(clauses, groups, max_leaves=6)
rewards: st.SearchStrategy[Reward] = st.one_of(
    st.builds(FlatPoints, st.integers(1, 60)),
    st.builds(PointsPerUnit, st.integers(1, 9)),
    st.builds(PercentOfBase, st.decimals("0.5", 200, places=2)),
    st.builds(MultiplyBase, st.decimals("1.01", 3, places=2)),
    st.lists(st.integers(1, 14), min_size=1, max_size=3, unique=True).map(
        lambda starts: Slabs(tuple(Slab(start, start * 2) for start in sorted(starts)))
    ),
)
maybe_points = st.none() | st.integers(1, 80)
limits = st.builds(RuleLimits, maybe_points, maybe_points, maybe_points, st.none() | st.integers(1, 3))
rules = st.builds(
    BonusRule,
    st.uuids(),
    st.just("A rule"),
    conditions,
    rewards,
    limits | st.just(RuleLimits()),
    st.integers(0, 2),
    st.sampled_from((None, None, "launch", "spring")),
)
rule_lists = st.lists(rules, max_size=6, unique_by=lambda rule: rule.id)
usages = st.builds(Usage, st.integers(0, 90), st.integers(0, 90), st.integers(0, 90), st.integers(0, 3))

lines = st.builds(
    LineFacts,
    st.sampled_from(EarningChannel),
    st.sampled_from(VARIANTS),
    st.sampled_from(PRODUCTS),
    st.sampled_from(CATEGORIES),
    st.integers(1, 15),
    st.integers(0, 13),
    moments(2),
)
VOLUME_KEYS = tuple(
    VolumeKey(measure, period, frozenset(variants))
    for measure in VolumeMeasure
    for period in VolumePeriod
    for variants in (VARIANTS[:0], VARIANTS[:1], VARIANTS[:2])
)
# One draw is far faster than one for each volume.
volumes_so_far = st.binary(min_size=len(VOLUME_KEYS), max_size=len(VOLUME_KEYS)).map(
    lambda drawn: {key: amount % 6 for key, amount in zip(VOLUME_KEYS, drawn, strict=True) if amount % 6}
)
ecps = st.builds(
    EarnerFacts,
    st.none() | st.sampled_from(TIERS),
    st.lists(st.sampled_from(PLACES), max_size=3, unique=True).map(tuple),
    st.none() | moments(6),
    volumes_so_far,
    st.dictionaries(st.sampled_from(KINDS), st.lists(moments(5), max_size=4)),
)


@st.composite
def with_usage(draw: st.DrawFn) -> tuple[list[BonusRule], dict[UUID, Usage]]:
    """Rules, and what some of them paid before."""
    drawn = draw(rule_lists)
    used = {rule.id: draw(usages) for rule in drawn if draw(st.booleans())}
    return drawn, used
