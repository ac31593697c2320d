"""Types of bonus rules: a condition is a union of clauses, a reward a union of kinds."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.node_kinds import NodeKind
from domain.rules import model
from resolvers.catalog.loaders import geographies_by_id, products_by_id, tiers_by_id, variants_by_id
from resolvers.rules.loaders import RuleView
from schema.catalog.types import Geography, Product, Tier, Variant
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, is_row, node_type
from schema.rules.enums import EarningChannel, VolumeMeasure, VolumePeriod, Weekday
from schema.scalars import SafeInt


@strawberry.type(description="Holds when every one of its conditions holds.")
class AllCondition:
    """ALL of several conditions."""

    is_type_of = is_row(model.AllOf)
    conditions: list["RuleCondition"] = leaf("The conditions, all of which must hold.")


@strawberry.type(description="Holds when at least one of its conditions holds.")
class AnyCondition:
    """ANY of several conditions."""

    is_type_of = is_row(model.AnyOf)
    conditions: list["RuleCondition"] = leaf("The conditions, one of which must hold.")


@strawberry.type(description="Holds when its condition does not.")
class NotCondition:
    """The opposite of a condition."""

    is_type_of = is_row(model.Not)
    condition: "RuleCondition" = leaf("The condition that must not hold.")


@strawberry.type(description="The ECP's tier.")
class TierCondition:
    """A clause on the tier."""

    is_type_of = is_row(model.TierClause)
    tiers: list[Tier] = batched(
        tiers_by_id, key="tier_ids", many=True, description="The ECP has one of these tiers; empty with `atLeastTier`."
    )
    at_least_tier: Tier | None = batched(
        tiers_by_id, key="at_least", description="The ECP has this tier or a better one."
    )


@strawberry.type(description="Where the ECP works.")
class GeographyCondition:
    """A clause on the geography."""

    is_type_of = is_row(model.GeographyClause)
    geographies: list[Geography] = batched(
        geographies_by_id, key="geography_ids", many=True, description="In one of these, or anywhere beneath."
    )


@strawberry.type(description="What is sold: any one of the variants, products or categories named.")
class ProductCondition:
    """A clause on the product."""

    is_type_of = is_row(model.ProductClause)
    variants: list[Variant] = batched(
        variants_by_id, key="variant_ids", many=True, description="The variants that count."
    )
    products: list[Product] = batched(
        products_by_id, key="product_ids", many=True, description="The products of which every variant counts."
    )
    categories: list[str] = leaf("The categories of which every product counts.")


@strawberry.type(description="How the points are earned.")
class ChannelCondition:
    """A clause on the channel."""

    is_type_of = is_row(model.ChannelClause)
    channel: EarningChannel = leaf("The channel that counts.")


@strawberry.type(description="How many units this one sale line has.")
class QuantityCondition:
    """A clause on the quantity of the line."""

    is_type_of = is_row(model.QuantityClause)
    at_least: int | None = leaf("So many units or more.")
    at_most: int | None = leaf("So many units or fewer.")


@strawberry.type(description="What the ECP sold or redeemed so far in a period.")
class VolumeCondition:
    """A clause on the volume."""

    is_type_of = is_row(model.VolumeClause)
    measure: VolumeMeasure = leaf("What is counted.")
    period: VolumePeriod = leaf("Over which time it is counted.")
    at_least_volume: SafeInt = renamed("at_least", "So much or more.")
    variants: list[Variant] = batched(
        variants_by_id, key="variant_ids", many=True, description="The variants that count together; empty: all."
    )


@strawberry.type(description="Something that the ECP did, as a connected system reported it.")
class ActivityCondition:
    """A clause on an activity."""

    is_type_of = is_row(model.ActivityClause)
    kind: str = renamed("activity", "The kind of activity, like `TRAINING_COMPLETED`.")
    times: int = leaf("So many times or more.")
    within_days: int | None = leaf("Counting back so many days; null: ever.")


@strawberry.type(description="How long ago the ECP enrolled in the scheme.")
class EnrolledWithinCondition:
    """A clause on the enrollment."""

    is_type_of = is_row(model.EnrolledWithinClause)
    days: int = leaf("So many days or fewer before the sale.")


@strawberry.type(description="When the sale happens. What is null does not restrict; times are UTC.")
class PeriodCondition:
    """A clause on dates, weekdays and the time of day."""

    is_type_of = is_row(model.PeriodClause)
    from_date: date | None = strawberry.field(name="from", description="On this day or later.")
    to_date: date | None = strawberry.field(name="to", description="On this day or earlier.")
    weekdays: list[Weekday] | None = leaf("On one of these days of the week.")
    from_time: str | None = computed(lambda clause: _clock(clause.from_time), "From this time on, like `09:00`.")
    to_time: str | None = computed(
        lambda clause: _clock(clause.to_time), "Before this time; an earlier one than `fromTime` is on the next day."
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
    strawberry.union("RuleCondition", description="Who and what qualifies: a clause, or a combination of conditions."),
]


@strawberry.type(description="The same points for each sale line or coupon, whatever its quantity.")
class FlatPointsReward:
    """Flat points."""

    is_type_of = is_row(model.FlatPoints)
    points: int = leaf("The points.")


@strawberry.type(description="Points for each unit of the sale line.")
class PointsPerUnitReward:
    """Points per unit."""

    is_type_of = is_row(model.PointsPerUnit)
    points: int = leaf("The points per unit.")


@strawberry.type(description="A percentage of the base points, on top of them. The result is rounded half to even.")
class PercentOfBaseReward:
    """A percentage of base."""

    is_type_of = is_row(model.PercentOfBase)
    percent: Decimal = leaf("The percentage: 10 pays a tenth of the base points on top.")


@strawberry.type(description="The base points several times over. The result is rounded half to even.")
class MultiplyBaseReward:
    """A multiple of base."""

    is_type_of = is_row(model.MultiplyBase)
    factor: Decimal = leaf("The factor: 2 pays twice the base points in all, so the bonus is once the base points.")


@strawberry.type(description="What a unit earns once the quantity of the line has reached a threshold.")
class Slab:
    """One slab."""

    from_quantity: int = leaf("The quantity from which the slab applies.")
    points_per_unit: int = leaf("The points per unit, for every unit of the line.")


@strawberry.type(
    description="Points per unit that grow with the quantity: the highest slab reached pays for every unit."
)
class SlabsReward:
    """Slabs by quantity."""

    is_type_of = is_row(model.Slabs)
    slabs: list[Slab] = leaf("The slabs, by quantity.")


RuleReward = Annotated[
    FlatPointsReward | PointsPerUnitReward | PercentOfBaseReward | MultiplyBaseReward | SlabsReward,
    strawberry.union("RuleReward", description="What meeting the condition earns, on top of base points."),
]


@strawberry.type(description="How much a rule pays at most; what is null is not limited.")
class RuleLimits:
    """The limits of a rule."""

    points_per_ecp: SafeInt | None = leaf("Points to one ECP over the whole scheme.")
    points_per_ecp_per_month: SafeInt | None = leaf("Points to one ECP in a calendar month.")
    points_in_total: SafeInt | None = leaf("Points to all ECPs together.")
    times_per_ecp: int | None = leaf("How often one ECP can earn it.")


@node_type(RuleView, "A bonus rule: who and what qualifies, and what they get on top of base points.")
class BonusRule(Node):
    """A bonus rule."""

    id: strawberry.ID = node_id(NodeKind.BONUS_RULE)
    name: str = renamed("rule.name", "What people call the rule.")
    position: int = leaf("Its place among the rules of the scheme, from 1.")
    qualifies: str = leaf("Who and what qualifies, as a sentence.")
    gets: str = leaf("What they get, as a sentence.")
    condition: RuleCondition = renamed("rule.condition", "Who and what qualifies, as data.")
    reward: RuleReward = renamed("rule.reward", "What they get, as data.")
    limits: RuleLimits = renamed("rule.limits", "How much the rule pays at most.")
    priority: int = renamed("rule.priority", "Of the rules of a group that pay as much, the one with the highest wins.")
    exclusive_group: str | None = renamed(
        "rule.exclusive_group", "Of the rules with the same group only the best one pays; null: it adds up."
    )


def _clock(value: object) -> str | None:
    return None if value is None else f"{value:%H:%M}"
