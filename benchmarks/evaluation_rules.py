"""Ten bonus rules of three clauses each, in three forms: for Tessera, as hand-written closures, and for zen-engine."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.rules.facts import EarnerFacts, LineFacts, Usage, VolumeKey, days_enrolled
from domain.rules.model import (
    ActivityClause,
    AllOf,
    BonusRule,
    ChannelClause,
    Clause,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
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

Closure = Callable[[LineFacts, EarnerFacts], bool]
Earn = Callable[[int, int], int]


class ClauseCase(Struct, frozen=True):
    """One clause in three forms: for Tessera, by hand, and in the language of zen-engine."""

    clause: Clause
    closure: Closure
    expression: str


class Given(Struct, frozen=True):
    """One rule in three forms; its reward by hand and in zen-engine uses `units` and `base`."""

    clauses: tuple[ClauseCase, ClauseCase, ClauseCase]
    reward: Reward
    earn: Earn
    expression: str
    limits: RuleLimits = RuleLimits()
    group: str | None = None


def _id(number: int) -> UUID:
    return UUID(int=(0x0190 << 112) + (7 << 76) + (2 << 62) + number)


TIERS: Final = [_id(number) for number in range(4)]
PLACES: Final = [_id(10 + number) for number in range(30)]
VARIANTS: Final = [_id(40 + number) for number in range(20)]
CATEGORIES: Final = [_id(90 + number) for number in range(2)]
PRODUCTS: Final = [_id(60 + number) for number in range(10)]
NOW: Final = datetime(2026, 3, 14, 18, 30, tzinfo=UTC)
VOLUMES: Final = (
    VolumeKey(VolumeMeasure.UNITS, VolumePeriod.MONTH),
    VolumeKey(VolumeMeasure.VALUE, VolumePeriod.SCHEME),
    VolumeKey(VolumeMeasure.UNITS, VolumePeriod.WEEK, frozenset((VARIANTS[0], VARIANTS[1]))),
)


def _tier(lowest: int) -> ClauseCase:
    chosen = set(TIERS[lowest:])
    return ClauseCase(TierClause(at_least=TIERS[lowest]), lambda _, ecp: ecp.tier_id in chosen, f"rank >= {lowest}")


def _places(*chosen: int) -> ClauseCase:
    ids = {PLACES[number] for number in chosen}
    names = json.dumps([str(one) for one in ids])
    clause = GeographyClause(tuple(PLACES[number] for number in chosen))
    return ClauseCase(clause, lambda _, ecp: not ids.isdisjoint(ecp.geography_path), f"some(places, # in {names})")


def _variants(*chosen: int) -> ClauseCase:
    ids = {VARIANTS[number] for number in chosen}
    clause = ProductClause(tuple(VARIANTS[number] for number in chosen))
    return ClauseCase(
        clause, lambda line, _: line.variant_id in ids, f"variant in {json.dumps([str(one) for one in ids])}"
    )


def _product(chosen: int) -> ClauseCase:
    wanted = PRODUCTS[chosen]
    clause = ProductClause(product_ids=(wanted,))
    return ClauseCase(clause, lambda line, _: line.product_id == wanted, f'product == "{wanted}"')


def _category(chosen: int) -> ClauseCase:
    wanted = CATEGORIES[chosen]
    clause = ProductClause(category_ids=(wanted,))
    return ClauseCase(clause, lambda line, _: line.category_id == wanted, f'category == "{wanted}"')


def _channel(chosen: EarningChannel) -> ClauseCase:
    return ClauseCase(ChannelClause(chosen), lambda line, _: line.channel is chosen, f'channel == "{chosen}"')


def _units(least: int, most: int | None = None) -> ClauseCase:
    if most is None:
        return ClauseCase(QuantityClause(least), lambda line, _: line.quantity >= least, f"units >= {least}")
    clause = QuantityClause(least, most)
    return ClauseCase(clause, lambda line, _: least <= line.quantity <= most, f"units >= {least} and units <= {most}")


def _volume(number: int, amount: int) -> ClauseCase:
    key = VOLUMES[number]
    clause = VolumeClause(measure=key.measure, period=key.period, at_least=amount, variant_ids=tuple(key.variant_ids))
    return ClauseCase(clause, lambda _, ecp: ecp.volumes.get(key, 0) >= amount, f"volumes.v{number} >= {amount}")


def _activity(kind: str, times: int, days: int) -> ClauseCase:
    back = timedelta(days=days)

    def closure(line: LineFacts, ecp: EarnerFacts) -> bool:
        at = line.at
        return sum(1 for moment in ecp.activities.get(kind, ()) if at - back <= moment <= at) >= times

    expression = f"count(activities.{kind}, # >= 0 and # <= {days * 86_400}) >= {times}"
    return ClauseCase(ActivityClause(kind, times, days), closure, expression)


def _enrolled(days: int) -> ClauseCase:
    def closure(line: LineFacts, ecp: EarnerFacts) -> bool:
        passed = days_enrolled(ecp.enrolled_at, line.at, UTC_CALENDAR.zone)
        return passed is not None and 0 <= passed <= days

    return ClauseCase(EnrolledWithinClause(days), closure, f"enrolled >= 0 and enrolled <= {days}")


def _weekdays(*chosen: int) -> ClauseCase:
    clause = PeriodClause(weekdays=tuple(list(Weekday)[number] for number in chosen))
    wanted = set(chosen)
    return ClauseCase(clause, lambda line, _: line.at.weekday() in wanted, f"weekday in {list(chosen)}")


def _dates(first: date, last: date) -> ClauseCase:
    clause = PeriodClause(first, last)
    low, high = first.toordinal(), last.toordinal()
    return ClauseCase(clause, lambda line, _: first <= line.at.date() <= last, f"day >= {low} and day <= {high}")


def _hours(start: int, end: int) -> ClauseCase:
    clause = PeriodClause(from_time=clock(start), to_time=clock(end))
    opens, closes = clock(start), clock(end)
    return ClauseCase(
        clause,
        lambda line, _: opens <= line.at.time() < closes,
        f"minute >= {start * 60} and minute < {end * 60}",
    )


def _slab(units: int, _base: int) -> int:
    return (3 if units >= 50 else 2 if units >= 10 else 0) * units  # noqa: PLR2004 - the slabs of the rule


SALE, COUPON = EarningChannel.SALE, EarningChannel.COUPON
SLABS: Final = Slabs((Slab(10, 2), Slab(50, 3)))
SLAB_EXPRESSION: Final = "(units >= 50 ? 3 : units >= 10 ? 2 : 0) * units"
MARCH: Final = (date(2026, 3, 1), date(2026, 3, 31))
# Tessera decides a clause only once, so none stands in two of the rules.
GIVEN: Final = (
    Given(
        clauses=(_tier(2), _places(2, 5), _units(10)),
        reward=FlatPoints(50),
        earn=lambda _u, _b: 50,
        expression="50",
        limits=RuleLimits(points_per_ecp=500),
    ),
    Given(
        clauses=(_tier(1), _variants(0, 1), _units(5, 50)),
        reward=PointsPerUnit(3),
        earn=lambda u, _b: 3 * u,
        expression="units * 3",
        group="best",
    ),
    Given(
        clauses=(_places(1), _channel(SALE), _weekdays(5, 6)),
        reward=PercentOfBase(Decimal("12.5")),
        earn=lambda _u, b: round(b * 0.125),
        expression="base * 0.125",
        limits=RuleLimits(points_per_ecp_per_month=300),
    ),
    Given(
        clauses=(_product(0), _enrolled(30), _units(3)),
        reward=MultiplyBase(Decimal(2)),
        earn=lambda _u, b: b,
        expression="base",
        group="best",
    ),
    Given(clauses=(_volume(0, 100), _category(0), _units(2)), reward=SLABS, earn=_slab, expression=SLAB_EXPRESSION),
    Given(
        clauses=(_activity("TRAINING_COMPLETED", 2, 90), _tier(0), _places(0, 7)),
        reward=FlatPoints(100),
        earn=lambda _u, _b: 100,
        expression="100",
        limits=RuleLimits(times_per_ecp=3),
    ),
    Given(
        clauses=(_volume(1, 50_000), _channel(COUPON), _places(3, 9, 10)),
        reward=PointsPerUnit(2),
        earn=lambda u, _b: 2 * u,
        expression="units * 2",
    ),
    Given(
        clauses=(_dates(*MARCH), _activity("APP_INSTALLED", 1, 365), _variants(0, 7, 8, 9)),
        reward=PercentOfBase(Decimal(5)),
        earn=lambda _u, b: round(b * 0.05),
        expression="base * 0.05",
        limits=RuleLimits(points_in_total=100_000),
    ),
    Given(
        clauses=(_hours(18, 21), _units(12), _variants(0, 3, 4)),
        reward=FlatPoints(20),
        earn=lambda _u, _b: 20,
        expression="20",
        group="best",
    ),
    Given(
        clauses=(_enrolled(365), _volume(2, 10), _tier(3)),
        reward=PointsPerUnit(5),
        earn=lambda u, _b: 5 * u,
        expression="units * 5",
        limits=RuleLimits(
            points_per_ecp=5_000, points_per_ecp_per_month=1_000, points_in_total=None, times_per_ecp=100
        ),
    ),
)
RULES: Final = tuple(
    BonusRule(
        id=_id(100 + number),
        name=f"Rule {number}",
        condition=AllOf(tuple(case.clause for case in given.clauses)),
        reward=given.reward,
        limits=given.limits,
        exclusive_group=given.group,
    )
    for number, given in enumerate(GIVEN)
)
USAGE: Final = {
    rule.id: Usage(points_to_ecp=460, points_to_ecp_this_month=260, points_in_total=60_000, times_to_ecp=2)
    for rule in RULES
}
