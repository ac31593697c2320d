"""Ten bonus rules of three clauses each, of which every line meets a stated part."""

from decimal import Decimal
from typing import Final

from uuid_utils.compat import uuid7

from benchmarks.custody.place import Catalog
from domain.channels import EarningChannel
from domain.rules.model import (
    AllOf,
    BonusRule,
    ChannelClause,
    Clause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    PercentOfBase,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Reward,
    RuleLimits,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)

RULES: Final = 10
# Met by half of the lines, those of the first two variants, and by all lines.
OFTEN: Final = 6
_NEVER: Final = 1_000_000


def ten_rules(catalog: Catalog, *, generous: bool) -> tuple[BonusRule, ...]:
    """Rules of which half of the lines meet one, or with `generous` every line meets six: 1.5 or 7 entries a line."""
    met = [_met(catalog, number) for number in range(OFTEN if generous else 1)]
    if not generous:
        half = ProductClause(catalog.variant_ids[:2])
        met = [
            _rule(0, (TierClause(at_least=catalog.tier_id), half, ChannelClause(EarningChannel.SALE)), FlatPoints(5))
        ]
    return (*met, *(_unmet(catalog, number) for number in range(len(met), RULES)))


def _met(catalog: Catalog, number: int) -> BonusRule:
    rewards: tuple[Reward, ...] = (
        FlatPoints(5),
        PointsPerUnit(2),
        PercentOfBase(Decimal(25)),
        MultiplyBase(Decimal("1.5")),
    )
    clauses = (
        TierClause(at_least=catalog.tier_id),
        GeographyClause((catalog.geography_id,)) if number % 2 else ChannelClause(EarningChannel.SALE),
        QuantityClause(at_least=1),
    )
    limits = RuleLimits(points_per_ecp_per_month=10**9) if number < OFTEN // 2 else RuleLimits()
    return _rule(number, clauses, rewards[number % len(rewards)], limits)


def _unmet(catalog: Catalog, number: int) -> BonusRule:
    """A rule whose other clauses hold, so that all of them are evaluated and stored."""
    never: tuple[Clause, ...] = (
        VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, _NEVER),
        QuantityClause(at_least=_NEVER // 10),
        VolumeClause(VolumeMeasure.VALUE, VolumePeriod.SCHEME, 10**9),
    )
    clauses = (TierClause(at_least=catalog.tier_id), ProductClause(catalog.variant_ids), never[number % len(never)])
    return _rule(number, clauses, FlatPoints(10))


def _rule(number: int, clauses: tuple[Clause, ...], reward: Reward, limits: RuleLimits | None = None) -> BonusRule:
    return BonusRule(
        id=uuid7(), name=f"Rule {number}", condition=AllOf(clauses), reward=reward, limits=limits or RuleLimits()
    )
