"""Converts inputs of bonus rules to the structs of the domain. Invalid values are collected and reported together."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import time
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from domain.failures import Path
from domain.node_kinds import NodeKind
from domain.rules import model
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft
from schema.ids import InputIds
from schema.rules.inputs import (
    ActivityConditionInput,
    BonusRuleInput,
    ChannelConditionInput,
    EnrolledWithinConditionInput,
    GeographyConditionInput,
    PeriodConditionInput,
    ProductConditionInput,
    QuantityConditionInput,
    RuleConditionInput,
    RuleLimitsInput,
    RuleRewardInput,
    TierConditionInput,
    VolumeConditionInput,
)

_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


class RuleIds(InputIds):
    """Reads the IDs in bonus rules, and lets new ids stand for the names of categories until they are looked up."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        super().__init__()
        self.new_id = new_id
        self.category_names: dict[UUID, str] = {}

    def categories(self, names: Sequence[str]) -> tuple[UUID, ...]:
        """A new id for each name, which `category_names` has by that id."""
        stand_ins = {self.new_id(): name for name in names}
        self.category_names.update(stand_ins)
        return tuple(stand_ins)


def rule_drafts(rules: Sequence[BonusRuleInput], ids: RuleIds) -> tuple[RuleDraft, ...]:
    """Convert the rules to structs of the domain; invalid IDs and times are recorded in `ids` with their paths."""
    return tuple(_draft(rule, ids, ("rules", str(index))) for index, rule in enumerate(rules))


def _draft(rule: BonusRuleInput, ids: RuleIds, path: Path) -> RuleDraft:
    known_id = ids.maybe(NodeKind.BONUS_RULE, rule.id, *path, "id")
    return RuleDraft(
        known_id,
        model.BonusRule(
            id=known_id or ids.new_id(),
            name=rule.name,
            condition=_condition(rule.condition, ids, (*path, "condition")),
            reward=_reward(rule.reward),
            limits=_limits(rule.limits),
            priority=rule.priority or 0,
            exclusive_group=rule.exclusive_group,
        ),
    )


def _condition(given: RuleConditionInput, ids: RuleIds, path: Path) -> model.Condition:
    attribute, value = _chosen(given)
    if attribute == "all":
        return model.AllOf(_conditions(value, ids, (*path, attribute)))
    if attribute == "any":
        return model.AnyOf(_conditions(value, ids, (*path, attribute)))
    if attribute == "not_":
        return model.Not(_condition(value, ids, (*path, "not")))
    return _CLAUSES[type(value)](value, ids, (*path, to_camel_case(attribute)))


def _chosen(given: RuleConditionInput | RuleRewardInput) -> tuple[str, Any]:
    """The name and value of the one field that is set in a @oneOf input, which GraphQL has validated."""
    return next((field.name, value) for field in fields(given) if (value := getattr(given, field.name)) is not UNSET)


def _conditions(given: Sequence[RuleConditionInput], ids: RuleIds, path: Path) -> tuple[model.Condition, ...]:
    return tuple(_condition(item, ids, (*path, str(index))) for index, item in enumerate(given))


def _tier(given: TierConditionInput, ids: InputIds, path: Path) -> model.TierClause:
    return model.TierClause(
        ids.many(NodeKind.TIER, given.in_ or (), *path, "in"),
        ids.maybe(NodeKind.TIER, given.at_least, *path, "atLeast"),
    )


def _geography(given: GeographyConditionInput, ids: InputIds, path: Path) -> model.GeographyClause:
    return model.GeographyClause(ids.many(NodeKind.GEOGRAPHY, given.in_, *path, "in"))


def _product(given: ProductConditionInput, ids: RuleIds, path: Path) -> model.ProductClause:
    return model.ProductClause(
        ids.many(NodeKind.VARIANT, given.variant_ids or (), *path, "variantIds"),
        ids.many(NodeKind.PRODUCT, given.product_ids or (), *path, "productIds"),
        ids.categories(given.categories or ()),
    )


def _channel(given: ChannelConditionInput, _ids: InputIds, _path: Path) -> model.ChannelClause:
    return model.ChannelClause(given.is_)


def _quantity(given: QuantityConditionInput, _ids: InputIds, _path: Path) -> model.QuantityClause:
    return model.QuantityClause(given.at_least, given.at_most)


def _volume(given: VolumeConditionInput, ids: InputIds, path: Path) -> model.VolumeClause:
    variants = ids.many(NodeKind.VARIANT, given.variant_ids or (), *path, "variantIds")
    return model.VolumeClause(measure=given.measure, period=given.period, at_least=given.at_least, variant_ids=variants)


def _activity(given: ActivityConditionInput, _ids: InputIds, _path: Path) -> model.ActivityClause:
    return model.ActivityClause(given.kind, 1 if given.times is None else given.times, given.within_days)


def _enrolled_within(given: EnrolledWithinConditionInput, _ids: InputIds, _path: Path) -> model.EnrolledWithinClause:
    return model.EnrolledWithinClause(given.days)


def _period(given: PeriodConditionInput, ids: InputIds, path: Path) -> model.PeriodClause:
    return model.PeriodClause(
        from_date=given.from_,
        to_date=given.to,
        weekdays=None if given.weekdays is None else tuple(given.weekdays),
        from_time=_time(given.from_time, ids, (*path, "fromTime")),
        to_time=_time(given.to_time, ids, (*path, "toTime")),
    )


def _time(text: str | None, ids: InputIds, path: Path) -> time | None:
    if text is None:
        return None
    if _TIME.fullmatch(text) is None:
        ids.note("A time of day is written like 09:00, from 00:00 to 23:59.", path)
        return time()
    return time.fromisoformat(text)


def _reward(given: RuleRewardInput) -> model.Reward:
    attribute, value = _chosen(given)
    return _REWARDS[attribute](value)


def _limits(given: RuleLimitsInput | None) -> model.RuleLimits:
    if given is None:
        return model.RuleLimits()
    return model.RuleLimits(
        points_per_ecp=given.points_per_ecp,
        points_per_ecp_per_month=given.points_per_ecp_per_month,
        points_in_total=given.points_in_total,
        times_per_ecp=given.times_per_ecp,
    )


_CLAUSES: Final[Mapping[type, Callable[[Any, RuleIds, Path], model.Clause]]] = MappingProxyType(
    {
        TierConditionInput: _tier,
        GeographyConditionInput: _geography,
        ProductConditionInput: _product,
        ChannelConditionInput: _channel,
        QuantityConditionInput: _quantity,
        VolumeConditionInput: _volume,
        ActivityConditionInput: _activity,
        EnrolledWithinConditionInput: _enrolled_within,
        PeriodConditionInput: _period,
    }
)

_REWARDS: Final[Mapping[str, Callable[[Any], model.Reward]]] = MappingProxyType(
    {
        "flat_points": model.FlatPoints,
        "points_per_unit": model.PointsPerUnit,
        "percent_of_base": model.PercentOfBase,
        "multiply_base": model.MultiplyBase,
        "slabs": lambda slabs: model.Slabs(
            tuple(model.Slab(slab.from_quantity, slab.points_per_unit) for slab in slabs)
        ),
    }
)
