"""Inputs of bonus rules."""

from datetime import date
from decimal import Decimal

import strawberry

from schema.fields import choice, leaf, optional
from schema.rules.enums import EarningChannel, VolumeMeasure, VolumePeriod, Weekday
from schema.scalars import SafeInt


@strawberry.input(description="The ECP's tier. Give either a list of tiers or the lowest tier.")
class TierConditionInput:
    in_: list[strawberry.ID] | None = optional("The tiers that qualify.", name="in")
    at_least: strawberry.ID | None = optional("The lowest tier that qualifies.")


@strawberry.input(description="The place where the ECP works.")
class GeographyConditionInput:
    in_: list[strawberry.ID] = strawberry.field(
        name="in", description="The geographies that qualify, including everything beneath them."
    )


@strawberry.input(
    description="The product sold. Give at least one variant, product or category; any of them qualifies."
)
class ProductConditionInput:
    variant_ids: list[strawberry.ID] | None = optional("The variants that qualify.")
    product_ids: list[strawberry.ID] | None = optional("The products of which every variant qualifies.")
    categories: list[str] | None = optional(
        "The names of the categories of which every product qualifies. Case and spacing do not matter."
    )


@strawberry.input(description="The channel through which the points are earned.")
class ChannelConditionInput:
    is_: EarningChannel = strawberry.field(name="is", description="The channel that qualifies.")


@strawberry.input(description="The units of this one sale line. Give at least one bound, from 1 to 1,000,000.")
class QuantityConditionInput:
    at_least: int | None = optional("The fewest units that qualify.")
    at_most: int | None = optional("The most units that qualify.")


@strawberry.input(description="The volume that the ECP sold or redeemed in a period before this sale.")
class VolumeConditionInput:
    measure: VolumeMeasure = leaf("The unit in which the volume is measured.")
    period: VolumePeriod = leaf("The period over which the volume is added up.")
    at_least: SafeInt = leaf("The smallest volume that qualifies, 1 or more.")
    variant_ids: list[strawberry.ID] | None = optional(
        "The variants whose volumes are added up; all variants if omitted."
    )


@strawberry.input(description="An activity of the ECP that a connected system reported.")
class ActivityConditionInput:
    kind: str = leaf(
        "The kind of activity, such as `TRAINING_COMPLETED`: 2 to 60 capital letters, digits and underscores."
    )
    times: int | None = optional("The fewest times that qualify, 1 to 1,000. Default: 1.")
    within_days: int | None = optional("How many days back the activity counts, 1 to 3,660. Default: no limit.")


@strawberry.input(description="The number of days since the ECP enrolled in the scheme.")
class EnrolledWithinConditionInput:
    days: int = leaf("The most days from the enrollment to the sale, 1 to 3,660.")


@strawberry.input(
    description="The time of the sale. Give at least one restriction. Dates and times are in the time zone of the "
    "program."
)
class PeriodConditionInput:
    from_: date | None = optional("The first day.", name="from")
    to: date | None = optional("The last day.")
    weekdays: list[Weekday] | None = optional("The days of the week.")
    from_time: str | None = optional("The start time, such as `09:00`. Requires `toTime`.")
    to_time: str | None = optional(
        "The end time, which is excluded. If it is earlier than `fromTime`, it is on the next day."
    )


@strawberry.input(one_of=True, description="A clause, or a combination of up to 20 conditions, at most 5 levels deep.")
class RuleConditionInput:
    all: list["RuleConditionInput"] | None = choice("All of these conditions hold.")
    any: list["RuleConditionInput"] | None = choice("At least one of these conditions holds.")
    not_: "RuleConditionInput | None" = choice("This condition does not hold.", name="not")
    tier: TierConditionInput | None = choice("The ECP's tier.")
    geography: GeographyConditionInput | None = choice("The place where the ECP works.")
    product: ProductConditionInput | None = choice("The product sold.")
    channel: ChannelConditionInput | None = choice("The channel through which the points are earned.")
    quantity: QuantityConditionInput | None = choice("The units of this one sale line.")
    volume: VolumeConditionInput | None = choice(
        "The volume that the ECP sold or redeemed in a period before this sale."
    )
    activity: ActivityConditionInput | None = choice("An activity of the ECP.")
    enrolled_within: EnrolledWithinConditionInput | None = choice("The number of days since the ECP enrolled.")
    period: PeriodConditionInput | None = choice("The time of the sale.")


@strawberry.input(description="The points per unit once the quantity of the line reaches a threshold.")
class SlabInput:
    from_quantity: int = leaf(
        "The quantity from which the slab applies, 1 or more. Each slab starts above the one before it."
    )
    points_per_unit: int = leaf("The points for every unit of the line, 1 to 1,000,000.")


@strawberry.input(one_of=True, description="The reward for meeting the condition, on top of base points.")
class RuleRewardInput:
    flat_points: int | None = choice("The same points for each sale line or coupon, 1 to 1,000,000.")
    points_per_unit: int | None = choice("Points for each unit of the sale line, 1 to 1,000,000.")
    percent_of_base: Decimal | None = choice(
        "A percentage of the base points, paid on top of them; above 0, up to 1,000."
    )
    multiply_base: Decimal | None = choice(
        "The factor by which the base points are multiplied in total; above 1, up to 100."
    )
    slabs: list[SlabInput] | None = choice("Points per unit that depend on the quantity; 1 to 20 slabs.")


@strawberry.input(description="The limits of a rule. An omitted limit does not apply.")
class RuleLimitsInput:
    points_per_ecp: SafeInt | None = optional("The most points for one ECP over the whole scheme.")
    points_per_ecp_per_month: SafeInt | None = optional("The most points for one ECP per calendar month.")
    points_in_total: SafeInt | None = optional("The most points for all ECPs together.")
    times_per_ecp: int | None = optional("The most times that one ECP can earn the reward.")


@strawberry.input(description="A bonus rule: a condition, and the reward for meeting it.")
class BonusRuleInput:
    id: strawberry.ID | None = optional("The ID of the rule to replace. Omit it to create a rule.")
    name: str = leaf("The name of the rule, 1 to 120 characters, unique within the scheme.")
    condition: RuleConditionInput = leaf("The condition that must be met.")
    reward: RuleRewardInput = leaf("The reward for meeting the condition.")
    limits: RuleLimitsInput | None = optional("The limits of the rule.")
    priority: int | None = optional(
        "Breaks ties within an exclusive group: the highest priority wins. -1,000 to 1,000. Default: 0."
    )
    exclusive_group: str | None = optional(
        "The name of a group, 1 to 60 characters. Only the best rule of a group pays. Case and spaces do not matter: "
        "“Launch” and “launch” are one group."
    )
