"""Every kind of clause, just below, at and just above its edge."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.evaluation import RuleOutcome, compile_rules
from domain.rules.facts import EarnerFacts, LineFacts, VolumeKey
from domain.rules.model import (
    ActivityClause,
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
CEMENT = UUID(int=42)
BRONZE, SILVER, GOLD, UNRANKED, GONE = (UUID(int=number) for number in range(1, 6))
RANKS = {BRONZE: 1, SILVER: 2, GOLD: 3}
PUNE, MUMBAI, MAHARASHTRA, INDIA = (UUID(int=number) for number in range(11, 15))
ONE_LITER, TWO_LITER = UUID(int=21), UUID(int=22)
AMBER, COBALT = UUID(int=31), UUID(int=32)
UNITS, VALUE, COUPONS = VolumeMeasure
SCHEME, MONTH, WEEK = VolumePeriod
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


@pytest.mark.parametrize(
    ("clause", "tier_id", "expected"),
    [
        (TierClause((SILVER,)), SILVER, True),
        (TierClause((BRONZE, SILVER)), SILVER, True),
        (TierClause((BRONZE, GOLD)), SILVER, False),
        (TierClause(at_least=SILVER), BRONZE, False),
        (TierClause(at_least=SILVER), SILVER, True),
        (TierClause(at_least=SILVER), GOLD, True),
        (TierClause(at_least=SILVER), None, False),
        (TierClause((SILVER,)), None, False),
        # A tier that is named is matched by its id, whether or not it has a rank.
        (TierClause((UNRANKED,)), UNRANKED, True),
        (TierClause(at_least=BRONZE), UNRANKED, False),
        (TierClause(at_least=UNRANKED), UNRANKED, False),
        (TierClause(at_least=GONE), GOLD, False),
    ],
)
def test_tier(clause: TierClause, tier_id: UUID | None, *, expected: bool) -> None:
    assert holds(clause, ecp=replace(ECP, tier_id=tier_id)) is expected


@pytest.mark.parametrize(
    ("clause", "path", "expected"),
    [
        (GeographyClause((PUNE,)), (PUNE, MAHARASHTRA, INDIA), True),
        (GeographyClause((MAHARASHTRA,)), (PUNE, MAHARASHTRA, INDIA), True),
        (GeographyClause((MUMBAI, INDIA)), (PUNE, MAHARASHTRA, INDIA), True),
        (GeographyClause((MUMBAI,)), (PUNE, MAHARASHTRA, INDIA), False),
        # An ECP in the region does not work in each of its cities.
        (GeographyClause((PUNE,)), (MAHARASHTRA, INDIA), False),
        (GeographyClause((INDIA,)), (INDIA,), True),
        (GeographyClause((INDIA,)), (), False),
    ],
)
def test_geography(clause: GeographyClause, path: tuple[UUID, ...], *, expected: bool) -> None:
    assert holds(clause, ecp=replace(ECP, geography_path=path)) is expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (ProductClause((ONE_LITER,)), True),
        (ProductClause((TWO_LITER,)), False),
        (ProductClause(product_ids=(AMBER,)), True),
        (ProductClause(product_ids=(COBALT,)), False),
        (ProductClause(category_ids=(PAINT,)), True),
        (ProductClause(category_ids=(UUID(int=43), CEMENT)), False),
        (ProductClause((TWO_LITER,), (COBALT,), (PAINT,)), True),
        (ProductClause((TWO_LITER,), (AMBER,), (CEMENT,)), True),
        (ProductClause((ONE_LITER,), (COBALT,), (CEMENT,)), True),
        (ProductClause((TWO_LITER,), (COBALT,), (CEMENT,)), False),
        # An id of one kind never stands for a thing of another.
        (ProductClause((AMBER,), (ONE_LITER,)), False),
    ],
)
def test_product(clause: ProductClause, *, expected: bool) -> None:
    assert holds(clause) is expected


@pytest.mark.parametrize("channel", EarningChannel)
@pytest.mark.parametrize("wanted", EarningChannel)
def test_channel(channel: EarningChannel, wanted: EarningChannel) -> None:
    assert holds(ChannelClause(wanted), replace(LINE, channel=channel)) is (channel is wanted)


@pytest.mark.parametrize(
    ("clause", "quantity", "expected"),
    [
        (QuantityClause(at_least=10), 9, False),
        (QuantityClause(at_least=10), 10, True),
        (QuantityClause(at_least=10), 11, True),
        (QuantityClause(at_most=10), 9, True),
        (QuantityClause(at_most=10), 10, True),
        (QuantityClause(at_most=10), 11, False),
        (QuantityClause(10, 12), 9, False),
        (QuantityClause(10, 12), 10, True),
        (QuantityClause(10, 12), 12, True),
        (QuantityClause(10, 12), 13, False),
        (QuantityClause(1, 1), 1, True),
        (QuantityClause(1, 1), 2, False),
    ],
)
def test_quantity(clause: QuantityClause, quantity: int, *, expected: bool) -> None:
    assert holds(clause, replace(LINE, quantity=quantity)) is expected


@pytest.mark.parametrize(
    ("clause", "amount", "expected"),
    [
        (VolumeClause(UNITS, MONTH, 100), 99, False),
        (VolumeClause(UNITS, MONTH, 100), 100, True),
        (VolumeClause(UNITS, MONTH, 100), 101, True),
        (VolumeClause(UNITS, WEEK, 100), 100, False),
        (VolumeClause(VALUE, MONTH, 100), 100, False),
        (VolumeClause(measure=UNITS, period=MONTH, at_least=100, variant_ids=(ONE_LITER,)), 100, False),
    ],
)
def test_volume(clause: VolumeClause, amount: int, *, expected: bool) -> None:
    ecp = replace(ECP, volumes={VolumeKey(UNITS, MONTH): amount})
    assert holds(clause, ecp=ecp) is expected


def test_a_volume_belongs_to_a_set_of_variants() -> None:
    ecp = replace(ECP, volumes={VolumeKey(COUPONS, SCHEME, frozenset((TWO_LITER, ONE_LITER))): 3})
    for variants in ((ONE_LITER, TWO_LITER), (TWO_LITER, ONE_LITER), (TWO_LITER, ONE_LITER, ONE_LITER)):
        assert holds(VolumeClause(measure=COUPONS, period=SCHEME, at_least=3, variant_ids=variants), ecp=ecp)
    assert not holds(VolumeClause(measure=COUPONS, period=SCHEME, at_least=3, variant_ids=(ONE_LITER,)), ecp=ecp)


def test_this_line_is_not_in_the_volume_so_far() -> None:
    ecp = replace(ECP, volumes={VolumeKey(UNITS, MONTH): 99})
    assert not holds(VolumeClause(UNITS, MONTH, 100), replace(LINE, quantity=50), ecp)


DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("clause", "before", "expected"),
    [
        (ActivityClause("REFERRAL"), [], False),
        (ActivityClause("REFERRAL"), [1_000 * DAY], True),
        (ActivityClause("REFERRAL", 2), [1_000 * DAY], False),
        (ActivityClause("REFERRAL", 2), [1_000 * DAY, DAY], True),
        (ActivityClause("REFERRAL", 2), [1_000 * DAY, DAY, DAY], True),
        # At the moment of the line it counts, after it never.
        (ActivityClause("REFERRAL"), [0 * DAY], True),
        (ActivityClause("REFERRAL"), [-TICK], False),
        (ActivityClause("REFERRAL", 1, 90), [90 * DAY - TICK], True),
        (ActivityClause("REFERRAL", 1, 90), [90 * DAY], True),
        (ActivityClause("REFERRAL", 1, 90), [90 * DAY + TICK], False),
        (ActivityClause("REFERRAL", 1, 90), [-TICK], False),
        (ActivityClause("REFERRAL", 2, 90), [91 * DAY, 90 * DAY, DAY], True),
        (ActivityClause("REFERRAL", 3, 90), [91 * DAY, 90 * DAY, DAY], False),
        (ActivityClause("APP_INSTALLED"), [DAY], False),
    ],
)
def test_activity(clause: ActivityClause, before: list[timedelta], *, expected: bool) -> None:
    ecp = replace(ECP, activities={"REFERRAL": [NOW - distance for distance in before]})
    assert holds(clause, ecp=ecp) is expected


@pytest.mark.parametrize(
    ("enrolled_at", "expected"),
    [
        # Days are days in UTC, however many hours of them have passed.
        (datetime(2026, 2, 12, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 2, 11, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 2, 12, 3, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))), False),
        (datetime(2026, 3, 14, 0, 0, tzinfo=UTC), True),
        # On the day of enrolling every sale counts, on a day before it none.
        (datetime(2026, 3, 14, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 15, 0, 0, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_enrolled_within(enrolled_at: datetime | None, *, expected: bool) -> None:
    assert holds(EnrolledWithinClause(30), ecp=replace(ECP, enrolled_at=enrolled_at)) is expected


MARCH = PeriodClause(date(2026, 3, 2), date(2026, 3, 13))
NIGHT = PeriodClause(weekdays=(Weekday.SATURDAY,), from_time=time(22), to_time=time(6))
LAST_NIGHT = PeriodClause(to_date=date(2026, 3, 14), from_time=time(22), to_time=time(6))
FIRST_NIGHT = PeriodClause(date(2026, 3, 14), from_time=time(22), to_time=time(6))


@pytest.mark.parametrize(
    ("clause", "at", "expected"),
    [
        (MARCH, "2026-03-01T23:59:59", False),
        (MARCH, "2026-03-02T00:00:00", True),
        (MARCH, "2026-03-13T23:59:59", True),
        (MARCH, "2026-03-14T00:00:00", False),
        (PeriodClause(date(2026, 3, 14)), "2026-03-13T23:59:59", False),
        (PeriodClause(date(2026, 3, 14)), "2030-01-01T00:00:00", True),
        (PeriodClause(to_date=date(2026, 3, 14)), "2020-01-01T00:00:00", True),
        (PeriodClause(to_date=date(2026, 3, 14)), "2026-03-15T00:00:00", False),
        (PeriodClause(weekdays=WEEKEND), "2026-03-13T23:59:59", False),
        (PeriodClause(weekdays=WEEKEND), "2026-03-14T00:00:00", True),
        (PeriodClause(weekdays=WEEKEND), "2026-03-15T23:59:59", True),
        (PeriodClause(weekdays=WEEKEND), "2026-03-16T00:00:00", False),
        (PeriodClause(from_time=time(9), to_time=time(17, 30)), "2026-03-14T08:59:59", False),
        (PeriodClause(from_time=time(9), to_time=time(17, 30)), "2026-03-14T09:00:00", True),
        (PeriodClause(from_time=time(9), to_time=time(17, 30)), "2026-03-14T17:29:59.999999", True),
        (PeriodClause(from_time=time(9), to_time=time(17, 30)), "2026-03-14T17:30:00", False),
        # Across midnight, Saturday's night ends on Sunday morning, and Friday's is not Saturday's.
        (NIGHT, "2026-03-14T05:59:59", False),
        (NIGHT, "2026-03-14T21:59:59", False),
        (NIGHT, "2026-03-14T22:00:00", True),
        (NIGHT, "2026-03-15T00:00:00", True),
        (NIGHT, "2026-03-15T05:59:59", True),
        (NIGHT, "2026-03-15T06:00:00", False),
        (NIGHT, "2026-03-15T22:00:00", False),
        (LAST_NIGHT, "2026-03-15T05:59:59", True),
        (LAST_NIGHT, "2026-03-15T22:00:00", False),
        (FIRST_NIGHT, "2026-03-14T05:59:59", False),
        (FIRST_NIGHT, "2026-03-14T22:00:00", True),
        # A moment is read in UTC: in India it is already Saturday.
        (PeriodClause(weekdays=WEEKEND), "2026-03-14T05:29:59+05:30", False),
        (PeriodClause(weekdays=WEEKEND), "2026-03-14T05:30:00+05:30", True),
    ],
)
def test_period(clause: PeriodClause, at: str, *, expected: bool) -> None:
    moment = datetime.fromisoformat(at)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    assert holds(clause, replace(LINE, at=aware)) is expected


@pytest.mark.parametrize("weekday", Weekday)
def test_each_day_of_the_week(weekday: Weekday) -> None:
    monday = datetime(2026, 3, 9, 12, tzinfo=UTC)
    met = [holds(PeriodClause(weekdays=(weekday,)), replace(LINE, at=monday + DAY * after)) for after in range(7)]
    assert met == [one is weekday for one in Weekday]
