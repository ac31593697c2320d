"""The facts of an evaluation: the line sold or redeemed, the ECP who earns, and the points that rules paid before.

The day, the week (from Monday, ISO 8601) and the month of a line are those of its time in the program's calendar.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import assert_never
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.rules.clause_phrases import EcpClause
from domain.rules.model import (
    ActivityClause,
    BonusRule,
    ChannelClause,
    Clause,
    EnrolledWithinClause,
    GeographyClause,
    PeriodClause,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.rules.traversal import walk_clauses


class VolumeKey(Struct, frozen=True, cache_hash=True):
    """Identifies a volume that a clause asks for; no variants means all of them."""

    measure: VolumeMeasure
    period: VolumePeriod
    variant_ids: frozenset[UUID] = frozenset()


class EarnerFacts(Struct, frozen=True):
    """The ECP at the time of the line. The mappings need only the keys of `needed_volumes` and `needed_activities`.

    `geography_path` leads from the ECP's own geography up to its country. `enrolled_at` is when the ECP enrolled in the
    scheme for the first time, None if it never did; `is_enrollment_assumed` where a draft is tried out. `volumes`
    exclude this line and include earlier lines of the same sale; VALUE is in whole units of currency, rounded down; a
    missing volume is 0. `activities` holds the times at which the ECP did each kind of activity, in any order; times
    after the line never count.
    """

    tier_id: UUID | None = None
    geography_path: tuple[UUID, ...] = ()
    enrolled_at: datetime | None = None
    volumes: Mapping[VolumeKey, int] = {}
    activities: Mapping[str, Sequence[datetime]] = {}
    is_enrollment_assumed: bool = False

    def __post_init__(self) -> None:
        """Reject a time without an offset, which would be read in the time zone of the machine."""
        if self.enrolled_at is not None and self.enrolled_at.utcoffset() is None:
            raise ValueError("enrolled_at has no offset from UTC")


class LineFacts(Struct, frozen=True):
    """One line of a sale, or a redeemed coupon, which is a line of one unit. `base_points` are points per unit.

    The quantity is 0 only where the ledger explains a line of which everything was returned.
    """

    channel: EarningChannel
    variant_id: UUID
    product_id: UUID
    category_id: UUID
    quantity: int
    base_points: int
    at: datetime

    def __post_init__(self) -> None:
        """Reject an impossible line. Callers validate sales first and report problems in sentences."""
        if self.quantity < 0:
            raise ValueError(f"a line never has fewer than no units, not {self.quantity}")
        if self.base_points < 0:
            raise ValueError(f"base points are never negative, not {self.base_points}")
        if self.at.utcoffset() is None:
            raise ValueError("at has no offset from UTC")


class Usage(Struct, frozen=True):
    """The points that one rule paid before this line: to this ECP, to this ECP in the line's month, and to all ECPs.

    `times_to_ecp` counts the lines for which the rule paid this ECP more than 0 points.
    """

    points_to_ecp: int = 0
    points_to_ecp_this_month: int = 0
    points_in_total: int = 0
    times_to_ecp: int = 0

    def __post_init__(self) -> None:
        """Reject a negative amount, which would let a rule pay more than its limit."""
        if min(self.points_to_ecp, self.points_to_ecp_this_month, self.points_in_total, self.times_to_ecp) < 0:
            raise ValueError(f"the usage of a rule is never negative: {self}")

    def plus(self, points: int) -> "Usage":
        """Return the usage after the rule has paid these points, for the ECP's next line in the same month."""
        return Usage(
            points_to_ecp=self.points_to_ecp + points,
            points_to_ecp_this_month=self.points_to_ecp_this_month + points,
            points_in_total=self.points_in_total + points,
            times_to_ecp=self.times_to_ecp + (points > 0),
        )


class TierFact(Struct, frozen=True, tag_field="kind", tag="tier"):
    """The ECP's tier, None without one."""

    tier_id: UUID | None


class GeographyFact(Struct, frozen=True, tag_field="kind", tag="geography"):
    """The geography in which the ECP works, followed by those above it up to the country."""

    geography_path: tuple[UUID, ...]


class ProductFact(Struct, frozen=True, tag_field="kind", tag="product"):
    """The variant sold, with its product and category."""

    variant_id: UUID
    product_id: UUID
    category_id: UUID


class ChannelFact(Struct, frozen=True, tag_field="kind", tag="channel"):
    """The channel through which the points are earned."""

    channel: EarningChannel


class QuantityFact(Struct, frozen=True, tag_field="kind", tag="quantity"):
    """The number of units of the line."""

    quantity: int


class VolumeFact(Struct, frozen=True, tag_field="kind", tag="volume"):
    """The volume before this line, in the measure of the clause."""

    amount: int


class ActivityFact(Struct, frozen=True, tag_field="kind", tag="activity"):
    """How many times the ECP did the activity, as far back as the clause looks."""

    times: int


class EnrollmentFact(Struct, frozen=True, tag_field="kind", tag="enrolledWithin"):
    """When the ECP first enrolled, and how many days before the line (negative: after it). None if it never did."""

    enrolled_at: datetime | None
    days: int | None
    is_assumed: bool = False


class PeriodFact(Struct, frozen=True, tag_field="kind", tag="period"):
    """The time of the sale or redemption, and which of the two it is."""

    at: datetime
    channel: EarningChannel = EarningChannel.SALE


Fact = (
    TierFact
    | GeographyFact
    | ProductFact
    | ChannelFact
    | QuantityFact
    | VolumeFact
    | ActivityFact
    | EnrollmentFact
    | PeriodFact
)


def needed_volumes(rules: Iterable[BonusRule]) -> frozenset[VolumeKey]:
    """Every volume that a clause of the rules asks for."""
    return frozenset(volume_key(clause) for clause in _all_clauses(rules) if isinstance(clause, VolumeClause))


def needed_activities(rules: Iterable[BonusRule]) -> dict[str, int | None]:
    """Every kind of activity that a clause asks for, with the days before the line that count; None means all."""
    needed: dict[str, int | None] = {}
    for clause in _all_clauses(rules):
        if isinstance(clause, ActivityClause):
            days, known = clause.within_days, needed.get(clause.activity, 0)
            needed[clause.activity] = None if days is None or known is None else max(days, known)
    return needed


def volume_key(clause: VolumeClause) -> VolumeKey:
    """The volume that the clause asks for; the order of its variants does not matter."""
    return VolumeKey(clause.measure, clause.period, frozenset(clause.variant_ids))


def count_activities(moments: Sequence[datetime], at: datetime, within: timedelta | None) -> int:
    """Count the moments from `within` before `at` up to `at`, both included; a `within` of None is unbounded."""
    count = 0
    for moment in moments:
        if moment <= at and (within is None or at - moment <= within):
            count += 1
    return count


def days_enrolled(enrolled_at: datetime | None, at: datetime, zone: tzinfo) -> int | None:
    """The number of days from the day of enrollment to the day of `at`, both in the zone; None if not enrolled."""
    if enrolled_at is None:
        return None
    return at.astimezone(zone).toordinal() - enrolled_at.astimezone(zone).toordinal()


def deciding_fact(clause: Clause, line: LineFacts, ecp: EarnerFacts, calendar: Calendar) -> Fact:
    """Return the fact that decides whether the clause holds for this line of this ECP."""
    match clause:
        case ProductClause():
            return ProductFact(line.variant_id, line.product_id, line.category_id)
        case ChannelClause():
            return ChannelFact(line.channel)
        case QuantityClause():
            return QuantityFact(line.quantity)
        case PeriodClause():
            return PeriodFact(line.at, line.channel)
        case _:
            return _ecp_fact(clause, ecp, line.at, calendar)


def lookback(clause: ActivityClause) -> timedelta | None:
    """How long before the line an activity still counts, in days of 24 hours; None means unbounded."""
    return None if clause.within_days is None else timedelta(days=clause.within_days)


def _ecp_fact(clause: EcpClause, ecp: EarnerFacts, at: datetime, calendar: Calendar) -> Fact:
    match clause:
        case TierClause():
            return TierFact(ecp.tier_id)
        case GeographyClause():
            return GeographyFact(ecp.geography_path)
        case VolumeClause():
            return VolumeFact(ecp.volumes.get(volume_key(clause), 0))
        case ActivityClause():
            return ActivityFact(count_activities(ecp.activities.get(clause.activity, ()), at, lookback(clause)))
        case EnrolledWithinClause():
            days = days_enrolled(ecp.enrolled_at, at, calendar.zone)
            return EnrollmentFact(ecp.enrolled_at, days, ecp.is_enrollment_assumed)
        case _:
            assert_never(clause)


def _all_clauses(rules: Iterable[BonusRule]) -> Iterator[Clause]:
    for rule in rules:
        yield from walk_clauses(rule.condition)
