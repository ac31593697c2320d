"""Inputs of bonus rules."""

from datetime import date
from decimal import Decimal

import strawberry

from schema.fields import choice, leaf, optional
from schema.rules.enums import EarningChannel, VolumeMeasure, VolumePeriod, Weekday
from schema.scalars import SafeInt


@strawberry.input(description="The ECP's tier: one of several, or at least one; state exactly one of the two.")
class TierConditionInput:
    """A clause on the tier."""

    in_: list[strawberry.ID] | None = optional("The tiers, any one of which qualifies.", name="in")
    at_least: strawberry.ID | None = optional("The lowest tier that qualifies.")


@strawberry.input(description="Where the ECP works.")
class GeographyConditionInput:
    """A clause on the geography."""

    in_: list[strawberry.ID] = strawberry.field(name="in", description="The geographies, with everything beneath them.")


@strawberry.input(description="What is sold: any one of what is named; name at least one.")
class ProductConditionInput:
    """A clause on the product."""

    variant_ids: list[strawberry.ID] | None = optional("The variants that count.")
    product_ids: list[strawberry.ID] | None = optional("The products of which every variant counts.")
    categories: list[str] | None = optional("The categories of which every product counts.")


@strawberry.input(description="How the points are earned.")
class ChannelConditionInput:
    """A clause on the channel."""

    is_: EarningChannel = strawberry.field(name="is", description="The channel that counts.")


@strawberry.input(description="How many units this one sale line has; state at least one bound, from 1 to 1,000,000.")
class QuantityConditionInput:
    """A clause on the quantity."""

    at_least: int | None = optional("So many units or more.")
    at_most: int | None = optional("So many units or fewer.")


@strawberry.input(description="What the ECP sold or redeemed so far in a period.")
class VolumeConditionInput:
    """A clause on the volume."""

    measure: VolumeMeasure = leaf("What is counted.")
    period: VolumePeriod = leaf("Over which time it is counted.")
    at_least: SafeInt = leaf("So much or more, from 1.")
    variant_ids: list[strawberry.ID] | None = optional("The variants that count together; all if left out.")


@strawberry.input(description="Something that the ECP did, as a connected system reported it.")
class ActivityConditionInput:
    """A clause on an activity."""

    kind: str = leaf("The kind of activity in capital letters, like `TRAINING_COMPLETED`; up to 60 characters.")
    times: int | None = optional("So many times or more, 1 to 1,000; 1 if left out.")
    within_days: int | None = optional("Counting back so many days, 1 to 3,660; ever if left out.")


@strawberry.input(description="How long ago the ECP enrolled in the scheme.")
class EnrolledWithinConditionInput:
    """A clause on the enrollment."""

    days: int = leaf("So many days or fewer before the sale, 1 to 3,660.")


@strawberry.input(description="When the sale happens; state at least one restriction. Times are UTC.")
class PeriodConditionInput:
    """A clause on dates, weekdays and the time of day."""

    from_: date | None = optional("On this day or later.", name="from")
    to: date | None = optional("On this day or earlier.")
    weekdays: list[Weekday] | None = optional("On one of these days of the week.")
    from_time: str | None = optional("From this time on, like `09:00`; together with `toTime`.")
    to_time: str | None = optional("Before this time; an earlier one than `fromTime` is on the next day.")


@strawberry.input(one_of=True, description="A clause, or a combination of up to 20 conditions; at most 5 levels deep.")
class RuleConditionInput:
    """A condition."""

    all: list["RuleConditionInput"] | None = choice("Every one of these holds.")
    any: list["RuleConditionInput"] | None = choice("At least one of these holds.")
    not_: "RuleConditionInput | None" = choice("This does not hold.", name="not")
    tier: TierConditionInput | None = choice("The ECP's tier.")
    geography: GeographyConditionInput | None = choice("Where the ECP works.")
    product: ProductConditionInput | None = choice("What is sold.")
    channel: ChannelConditionInput | None = choice("How the points are earned.")
    quantity: QuantityConditionInput | None = choice("How many units this one sale line has.")
    volume: VolumeConditionInput | None = choice("What the ECP sold or redeemed so far.")
    activity: ActivityConditionInput | None = choice("Something that the ECP did.")
    enrolled_within: EnrolledWithinConditionInput | None = choice("How long ago the ECP enrolled.")
    period: PeriodConditionInput | None = choice("When the sale happens.")


@strawberry.input(description="What a unit earns once the quantity of the line has reached a threshold.")
class SlabInput:
    """One slab."""

    from_quantity: int = leaf(
        "The quantity from which the slab applies, from 1; each slab begins above the one before."
    )
    points_per_unit: int = leaf("The points per unit, for every unit of the line; 1 to 1,000,000.")


@strawberry.input(one_of=True, description="What meeting the condition earns, on top of base points.")
class RuleRewardInput:
    """A reward."""

    flat_points: int | None = choice("The same points for each sale line or coupon; 1 to 1,000,000.")
    points_per_unit: int | None = choice("Points for each unit of the sale line; 1 to 1,000,000.")
    percent_of_base: Decimal | None = choice("A percentage of the base points on top; above 0, up to 1,000.")
    multiply_base: Decimal | None = choice("So many times the base points in all; above 1, up to 100.")
    slabs: list[SlabInput] | None = choice("Points per unit that grow with the quantity; 1 to 20 slabs.")


@strawberry.input(description="How much a rule pays at most; what is left out is not limited.")
class RuleLimitsInput:
    """Limits."""

    points_per_ecp: SafeInt | None = optional("Points to one ECP over the whole scheme.")
    points_per_ecp_per_month: SafeInt | None = optional("Points to one ECP in a calendar month.")
    points_in_total: SafeInt | None = optional("Points to all ECPs together.")
    times_per_ecp: int | None = optional("How often one ECP can earn it.")


@strawberry.input(description="A bonus rule: who and what qualifies, and what they get.")
class BonusRuleInput:
    """A rule."""

    id: strawberry.ID | None = optional("The rule of the scheme that this one replaces; a new rule if left out.")
    name: str = leaf("What people call the rule; 1 to 120 characters, no two rules of a scheme alike.")
    condition: RuleConditionInput = leaf("Who and what qualifies.")
    reward: RuleRewardInput = leaf("What they get.")
    limits: RuleLimitsInput | None = optional("How much the rule pays at most.")
    priority: int | None = optional(
        "Of the rules of a group that pay as much, the one with the highest wins; -1,000 to 1,000, 0 if left out."
    )
    exclusive_group: str | None = optional(
        "Of the rules with the same group only the best one pays; 1 to 60 characters."
    )
