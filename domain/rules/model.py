"""The data model of bonus rules: conditions, rewards, limits, and the rule that combines them."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from domain.channels import EarningChannel
from domain.text import text_key


class VolumeMeasure(StrEnum):
    """The unit in which a volume is measured."""

    UNITS = "UNITS"
    VALUE = "VALUE"
    COUPONS = "COUPONS"


class VolumePeriod(StrEnum):
    """The period, up to the sale being evaluated, over which a volume is added up."""

    SCHEME = "SCHEME"
    MONTH = "MONTH"
    WEEK = "WEEK"


class Weekday(StrEnum):
    """The days of the week, in ISO order."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class Tagged(Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """The JSON encoding shared by conditions and rewards: an object whose `kind` names the member of the union."""


class AllOf(Tagged, frozen=True, tag="all"):
    """Holds when every one of its conditions holds."""

    conditions: "tuple[Condition, ...]"


class AnyOf(Tagged, frozen=True, tag="any"):
    """Holds when at least one of its conditions holds."""

    conditions: "tuple[Condition, ...]"


class Not(Tagged, frozen=True, tag="not"):
    """Holds when its condition does not."""

    condition: "Condition"


class TierClause(Tagged, frozen=True, tag="tier"):
    """The ECP's tier is one of `tier_ids`, or ranks no lower than `at_least`; a valid clause states exactly one."""

    tier_ids: tuple[UUID, ...] = ()
    at_least: UUID | None = None


class GeographyClause(Tagged, frozen=True, tag="geography"):
    """The ECP works in one of the geographies, or anywhere beneath one of them."""

    geography_ids: tuple[UUID, ...]


class ProductClause(Tagged, frozen=True, tag="product"):
    """The variant sold is listed, or its product or its category is: any of the three is enough."""

    variant_ids: tuple[UUID, ...] = ()
    product_ids: tuple[UUID, ...] = ()
    category_ids: tuple[UUID, ...] = ()


class ChannelClause(Tagged, frozen=True, tag="channel"):
    """The points are being earned through this channel."""

    channel: EarningChannel


class QuantityClause(Tagged, frozen=True, tag="quantity"):
    """The units of this one sale line are within the bounds, both included."""

    at_least: int | None = None
    at_most: int | None = None


class VolumeClause(Tagged, frozen=True, tag="volume"):
    """The ECP's sales or redemptions so far in the period reach `at_least`; no variants means all of them."""

    measure: VolumeMeasure
    period: VolumePeriod
    at_least: int
    variant_ids: tuple[UUID, ...] = ()


class ActivityClause(Tagged, frozen=True, tag="activity"):
    """The ECP did the activity at least `times` times, within the last `within_days` days if given."""

    # The API calls this `kind`, which is the name of the tag here.
    activity: str
    times: int = 1
    within_days: int | None = None


class EnrolledWithinClause(Tagged, frozen=True, tag="enrolledWithin"):
    """The ECP enrolled in the scheme no more than this many days before the sale."""

    days: int


class PeriodClause(Tagged, frozen=True, tag="period"):
    """The sale falls on these dates and weekdays, at this time of day, by the program's calendar.

    None does not restrict. Both dates are included. `from_time` is included and `to_time` is not. If `to_time` is the
    earlier of the two, the window runs across midnight and belongs to the day on which it opens.
    """

    from_date: date | None = None
    to_date: date | None = None
    weekdays: tuple[Weekday, ...] | None = None
    from_time: time | None = None
    to_time: time | None = None


Clause = (
    TierClause
    | GeographyClause
    | ProductClause
    | ChannelClause
    | QuantityClause
    | VolumeClause
    | ActivityClause
    | EnrolledWithinClause
    | PeriodClause
)
Condition = (
    AllOf
    | AnyOf
    | Not
    | TierClause
    | GeographyClause
    | ProductClause
    | ChannelClause
    | QuantityClause
    | VolumeClause
    | ActivityClause
    | EnrolledWithinClause
    | PeriodClause
)


class FlatPoints(Tagged, frozen=True, tag="flatPoints"):
    """The same number of points for each sale line or coupon, whatever its quantity."""

    points: int


class PointsPerUnit(Tagged, frozen=True, tag="pointsPerUnit"):
    """Points for each unit of the sale line."""

    points: int


class PercentOfBase(Tagged, frozen=True, tag="percentOfBase"):
    """A percentage of the base points, paid on top of them: 10 is a tenth."""

    percent: Decimal


class MultiplyBase(Tagged, frozen=True, tag="multiplyBase"):
    """The ECP gets `factor` times the base points in all: the bonus is (factor - 1) times the base points."""

    factor: Decimal


class Slab(Struct, frozen=True, forbid_unknown_fields=True):
    """The points per unit once the quantity of the sale line reaches `from_quantity`."""

    from_quantity: int
    points_per_unit: int


class Slabs(Tagged, frozen=True, tag="slabs"):
    """The highest slab reached by the quantity of the line pays for every unit of it; below the first slab, nothing."""

    slabs: tuple[Slab, ...]


Reward = FlatPoints | PointsPerUnit | PercentOfBase | MultiplyBase | Slabs


class RuleLimits(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The most that a rule pays, in points or in times; None is no limit."""

    points_per_ecp: int | None = None
    points_per_ecp_per_month: int | None = None
    points_in_total: int | None = None
    times_per_ecp: int | None = None


class BonusRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition, and the reward for meeting it, on top of base points.

    Rules with the same `exclusive_group` compete, and only the best one pays. Rules without a group add up.
    """

    id: UUID
    name: str
    condition: Condition
    reward: Reward
    limits: RuleLimits = RuleLimits()
    priority: int = 0
    exclusive_group: str | None = None

    @property
    def group_key(self) -> str | None:
        """The key of the exclusive group: “Launch” and “launch” are one group. None without a group."""
        return None if self.exclusive_group is None else text_key(self.exclusive_group)
