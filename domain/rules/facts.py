"""What an evaluation is told: the line that was sold or redeemed, the ECP who did it, and what rules paid before.

Everything about time is in UTC: a day, a week (from Monday, ISO 8601) and a month are those of the line in UTC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID

from msgspec import Struct

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
from domain.rules.traversal import clauses


class VolumeKey(Struct, frozen=True, cache_hash=True):
    """Which volume a clause asks for; no variants means all of them."""

    measure: VolumeMeasure
    period: VolumePeriod
    variant_ids: frozenset[UUID] = frozenset()


class EcpFacts(Struct, frozen=True):
    """The ECP as of the line; a mapping needs no more than `needed_volumes` and `needed_activities` ask for.

    `geography_path` goes from the ECP's own geography up to its country. `enrolled_at` is None for an ECP who is not
    enrolled in the scheme. `volumes` are amounts before this line, which is not in them; earlier lines of the same
    sale are. VALUE is in whole units of currency, rounded down. A volume that is missing is 0. `activities` are the
    moments at which the ECP did something, by kind of activity, in any order; those after the line never count.
    """

    tier_id: UUID | None = None
    geography_path: tuple[UUID, ...] = ()
    enrolled_at: datetime | None = None
    volumes: Mapping[VolumeKey, int] = {}
    activities: Mapping[str, Sequence[datetime]] = {}

    def __post_init__(self) -> None:
        """Refuse a moment without an offset, which would be read in the time zone of the machine."""
        if self.enrolled_at is not None and self.enrolled_at.utcoffset() is None:
            raise ValueError("enrolled_at has no offset from UTC")


class LineFacts(Struct, frozen=True):
    """One line of a sale, or one redeemed coupon, which is a line of one unit; `base_points` are for one unit."""

    channel: EarningChannel
    variant_id: UUID
    product_id: UUID
    category: str
    quantity: int
    base_points: int
    at: datetime

    def __post_init__(self) -> None:
        """Refuse what a line cannot be; whoever values a sale has refused it long before, with a sentence."""
        if self.quantity < 1:
            raise ValueError(f"a line has at least one unit, not {self.quantity}")
        if self.base_points < 0:
            raise ValueError(f"base points are never negative, as {self.base_points} is")
        if self.at.utcoffset() is None:
            raise ValueError("at has no offset from UTC")


class Usage(Struct, frozen=True):
    """What one rule paid before this line: to this ECP, to this ECP in the month of the line, and to everybody.

    `times_to_ecp` counts the lines for which it paid this ECP more than 0 points.
    """

    points_to_ecp: int = 0
    points_to_ecp_this_month: int = 0
    points_in_total: int = 0
    times_to_ecp: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative amount, which would let a rule pay more than its limit."""
        if min(self.points_to_ecp, self.points_to_ecp_this_month, self.points_in_total, self.times_to_ecp) < 0:
            raise ValueError(f"what a rule has paid is never negative, as in {self}")

    def plus(self, points: int) -> "Usage":
        """Return the usage for the ECP's next line in the same month, once the rule has paid these points."""
        return Usage(
            self.points_to_ecp + points,
            self.points_to_ecp_this_month + points,
            self.points_in_total + points,
            self.times_to_ecp + (points > 0),
        )


class TierFact(Struct, frozen=True, tag_field="kind", tag="tier"):
    """The tier that the ECP has."""

    tier_id: UUID | None


class GeographyFact(Struct, frozen=True, tag_field="kind", tag="geography"):
    """Where the ECP works, up to the country."""

    geography_path: tuple[UUID, ...]


class ProductFact(Struct, frozen=True, tag_field="kind", tag="product"):
    """What was sold."""

    variant_id: UUID
    product_id: UUID
    category: str


class ChannelFact(Struct, frozen=True, tag_field="kind", tag="channel"):
    """How the points are earned."""

    channel: EarningChannel


class QuantityFact(Struct, frozen=True, tag_field="kind", tag="quantity"):
    """How many units the line has."""

    quantity: int


class VolumeFact(Struct, frozen=True, tag_field="kind", tag="volume"):
    """How much it was before this line."""

    amount: int


class ActivityFact(Struct, frozen=True, tag_field="kind", tag="activity"):
    """How many times the ECP did it, as far back as the clause looks."""

    times: int


class EnrollmentFact(Struct, frozen=True, tag_field="kind", tag="enrolledWithin"):
    """When the ECP enrolled, and how many days before the line; negative after it, None for one who is not enrolled."""

    enrolled_at: datetime | None
    days: int | None


class PeriodFact(Struct, frozen=True, tag_field="kind", tag="period"):
    """When it was sold or redeemed."""

    at: datetime


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
    """Every kind of activity that a clause asks for, with how many days before the line matter; None is all of them."""
    needed: dict[str, int | None] = {}
    for clause in _all_clauses(rules):
        if isinstance(clause, ActivityClause):
            days, known = clause.within_days, needed.get(clause.activity, 0)
            needed[clause.activity] = None if days is None or known is None else max(days, known)
    return needed


def volume_key(clause: VolumeClause) -> VolumeKey:
    """The volume that the clause asks for; the order of its variants does not matter."""
    return VolumeKey(clause.measure, clause.period, frozenset(clause.variant_ids))


def times_done(moments: Sequence[datetime], at: datetime, within: timedelta | None) -> int:
    """How many of the moments are at `at` or before it, and no further back than `within`, both bounds included."""
    times = 0
    for moment in moments:
        if moment <= at and (within is None or at - moment <= within):
            times += 1
    return times


def days_enrolled(enrolled_at: datetime | None, at: datetime) -> int | None:
    """How many days the day of enrolling was before the day of `at`; None without an enrollment."""
    if enrolled_at is None:
        return None
    return at.astimezone(UTC).toordinal() - enrolled_at.astimezone(UTC).toordinal()


def deciding_fact(clause: Clause, line: LineFacts, ecp: EcpFacts) -> Fact:
    """The fact that decides whether the clause holds for this line of this ECP."""
    match clause:
        case ProductClause():
            return ProductFact(line.variant_id, line.product_id, line.category)
        case ChannelClause():
            return ChannelFact(line.channel)
        case QuantityClause():
            return QuantityFact(line.quantity)
        case PeriodClause():
            return PeriodFact(line.at)
        case _:
            return _fact_of_ecp(clause, ecp, line.at)


def days_back(clause: ActivityClause) -> timedelta | None:
    """How far before the line an activity still counts: whole days of 24 hours; None without a bound."""
    return None if clause.within_days is None else timedelta(days=clause.within_days)


def _fact_of_ecp(clause: EcpClause, ecp: EcpFacts, at: datetime) -> Fact:
    match clause:
        case TierClause():
            return TierFact(ecp.tier_id)
        case GeographyClause():
            return GeographyFact(ecp.geography_path)
        case VolumeClause():
            return VolumeFact(ecp.volumes.get(volume_key(clause), 0))
        case ActivityClause():
            return ActivityFact(times_done(ecp.activities.get(clause.activity, ()), at, days_back(clause)))
        case EnrolledWithinClause():
            return EnrollmentFact(ecp.enrolled_at, days_enrolled(ecp.enrolled_at, at))
        case _:
            assert_never(clause)


def _all_clauses(rules: Iterable[BonusRule]) -> Iterator[Clause]:
    for rule in rules:
        yield from clauses(rule.condition)
