"""Types of bonus rules: a condition is a union of clauses, and a reward is a union of kinds of rewards."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.node_kinds import NodeKind
from domain.rules import model
from resolvers.catalog.loaders import (
    category_names_by_id,
    geographies_by_id,
    products_by_id,
    tiers_by_id,
    variants_by_id,
)
from resolvers.rules.loaders import RuleView
from schema.catalog.types import Geography, Product, Tier, Variant
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, is_row, node_type
from schema.rules.enums import EarningChannel, VolumeMeasure, VolumePeriod, Weekday
from schema.scalars import SafeInt


@strawberry.type(description="Holds if all of its conditions hold.")
class AllCondition:
    is_type_of = is_row(model.AllOf)
    conditions: list["RuleCondition"] = leaf("The conditions, all of which must hold.")


@strawberry.type(description="Holds if at least one of its conditions holds.")
class AnyCondition:
    is_type_of = is_row(model.AnyOf)
    conditions: list["RuleCondition"] = leaf("The conditions, at least one of which must hold.")


@strawberry.type(description="Holds if its condition does not hold.")
class NotCondition:
    is_type_of = is_row(model.Not)
    condition: "RuleCondition" = leaf("The condition that must not hold.")


@strawberry.type(description="The ECP's tier.")
class TierCondition:
    is_type_of = is_row(model.TierClause)
    tiers: list[Tier] = batched(
        tiers_by_id, key="tier_ids", many=True, description="The tiers that qualify. Empty if `atLeastTier` is given."
    )
    at_least_tier: Tier | None = batched(
        tiers_by_id, key="at_least", description="The lowest tier that qualifies. Null if `tiers` are given."
    )


@strawberry.type(description="The place where the ECP works.")
class GeographyCondition:
    is_type_of = is_row(model.GeographyClause)
    geographies: list[Geography] = batched(
        geographies_by_id,
        key="geography_ids",
        many=True,
        description="The geographies that qualify, including everything beneath them.",
    )


@strawberry.type(description="The product sold: any of the variants, products or categories qualifies.")
class ProductCondition:
    is_type_of = is_row(model.ProductClause)
    variants: list[Variant] = batched(
        variants_by_id, key="variant_ids", many=True, description="The variants that qualify."
    )
    products: list[Product] = batched(
        products_by_id, key="product_ids", many=True, description="The products of which every variant qualifies."
    )
    categories: list[str] = batched(
        category_names_by_id,
        key="category_ids",
        many=True,
        description="The names of the categories of which every product qualifies.",
    )


@strawberry.type(description="The channel through which the points are earned.")
class ChannelCondition:
    is_type_of = is_row(model.ChannelClause)
    channel: EarningChannel = leaf("The channel that qualifies.")


@strawberry.type(description="The units of this one sale line.")
class QuantityCondition:
    is_type_of = is_row(model.QuantityClause)
    at_least: int | None = leaf("The fewest units that qualify. Null if there is no lower bound.")
    at_most: int | None = leaf("The most units that qualify. Null if there is no upper bound.")


@strawberry.type(description="The volume that the ECP sold or redeemed in a period before this sale.")
class VolumeCondition:
    is_type_of = is_row(model.VolumeClause)
    measure: VolumeMeasure = leaf("The unit in which the volume is measured.")
    period: VolumePeriod = leaf("The period over which the volume is added up.")
    at_least_volume: SafeInt = renamed("at_least", "The smallest volume that qualifies.")
    variants: list[Variant] = batched(
        variants_by_id,
        key="variant_ids",
        many=True,
        description="The variants whose volumes are added up. Empty if all are.",
    )


@strawberry.type(description="An activity of the ECP that a connected system reported.")
class ActivityCondition:
    is_type_of = is_row(model.ActivityClause)
    kind: str = renamed("activity", "The kind of activity, such as `TRAINING_COMPLETED`.")
    times: int = leaf("The fewest times that qualify.")
    within_days: int | None = leaf("How many days back the activity counts. Null if there is no limit.")


@strawberry.type(description="The number of days since the ECP enrolled in the scheme.")
class EnrolledWithinCondition:
    is_type_of = is_row(model.EnrolledWithinClause)
    days: int = leaf("The most days from the enrollment to the sale.")


@strawberry.type(
    description="The time of the sale. A null field does not restrict it. Dates and times are in the time zone of the "
    "program."
)
class PeriodCondition:
    is_type_of = is_row(model.PeriodClause)
    from_date: date | None = strawberry.field(name="from", description="The first day.")
    to_date: date | None = strawberry.field(name="to", description="The last day.")
    weekdays: list[Weekday] | None = leaf("The days of the week.")
    from_time: str | None = computed(lambda clause: _clock(clause.from_time), "The start time, such as `09:00`.")
    to_time: str | None = computed(
        lambda clause: _clock(clause.to_time),
        "The end time, which is excluded. If it is earlier than `fromTime`, it is on the next day.",
    )


RuleCondition = Annotated[
    AllCondition
    | AnyCondition
    | NotCondition
    | TierCondition
    | GeographyCondition
    | ProductCondition
    | ChannelCondition
    | QuantityCondition
    | VolumeCondition
    | ActivityCondition
    | EnrolledWithinCondition
    | PeriodCondition,
    strawberry.union("RuleCondition", description="A clause, or a combination of conditions."),
]


@strawberry.type(description="The same points for each sale line or coupon, whatever its quantity.")
class FlatPointsReward:
    is_type_of = is_row(model.FlatPoints)
    points: int = leaf("The points.")


@strawberry.type(description="Points for each unit of the sale line.")
class PointsPerUnitReward:
    is_type_of = is_row(model.PointsPerUnit)
    points: int = leaf("The points per unit.")


@strawberry.type(
    description="A percentage of the base points, paid on top of them. The result is rounded half to even."
)
class PercentOfBaseReward:
    is_type_of = is_row(model.PercentOfBase)
    percent: Decimal = leaf("The percentage: 10 pays a tenth of the base points on top.")


@strawberry.type(description="A multiple of the base points. The result is rounded half to even.")
class MultiplyBaseReward:
    is_type_of = is_row(model.MultiplyBase)
    factor: Decimal = leaf("The factor: 2 pays twice the base points in total, so the bonus equals the base points.")


@strawberry.type(description="The points per unit once the quantity of the line reaches a threshold.")
class Slab:
    from_quantity: int = leaf("The quantity from which the slab applies.")
    points_per_unit: int = leaf("The points for every unit of the line.")


@strawberry.type(
    description="Points per unit that depend on the quantity: the highest slab reached pays for every unit."
)
class SlabsReward:
    is_type_of = is_row(model.Slabs)
    slabs: list[Slab] = leaf("The slabs, by quantity.")


RuleReward = Annotated[
    FlatPointsReward | PointsPerUnitReward | PercentOfBaseReward | MultiplyBaseReward | SlabsReward,
    strawberry.union("RuleReward", description="The reward for meeting the condition, on top of base points."),
]


@strawberry.type(description="The limits of a rule. A null limit does not apply.")
class RuleLimits:
    points_per_ecp: SafeInt | None = leaf("The most points for one ECP over the whole scheme.")
    points_per_ecp_per_month: SafeInt | None = leaf("The most points for one ECP per calendar month.")
    points_in_total: SafeInt | None = leaf("The most points for all ECPs together.")
    times_per_ecp: int | None = leaf("The most times that one ECP can earn the reward.")


@node_type(RuleView, "A bonus rule: a condition, and the reward for meeting it on top of base points.")
class BonusRule(Node):
    id: strawberry.ID = node_id(NodeKind.BONUS_RULE)
    name: str = renamed("rule.name", "The name of the rule.")
    position: int = leaf("The position of the rule in its scheme, from 1.")
    qualifies: str = leaf("The condition as a sentence: which ECPs and sales qualify.")
    gets: str = leaf("The reward and the limits as a sentence: what qualifying ECPs get.")
    condition: RuleCondition = renamed("rule.condition", "The condition as data.")
    reward: RuleReward = renamed("rule.reward", "The reward as data.")
    limits: RuleLimits = renamed("rule.limits", "The limits of the rule.")
    priority: int = renamed("rule.priority", "Breaks ties within an exclusive group: the highest priority wins.")
    exclusive_group: str | None = renamed(
        "rule.exclusive_group",
        "The exclusive group of the rule. Only the best rule of a group pays. Null if the rule adds up with "
        "other rules.",
    )


def _clock(value: object) -> str | None:
    return None if value is None else f"{value:%H:%M}"
