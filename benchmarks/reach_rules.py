"""Rules for the benchmark of reach, and the same as counts in SQL."""

from datetime import date
from typing import Final

from benchmarks.ecp_population import key
from domain.channels import EarningChannel
from domain.rules.model import (
    ActivityClause,
    AllOf,
    BonusRule,
    FlatPoints,
    GeographyClause,
    Not,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.rules.phrases import DisplayNames
from domain.schemes.content import Basics, CouponValue, SchemeContent

_TIERS: Final = [key(f"tier{number}") for number in range(1, 5)]
_REGIONS: Final = [key(f"region{number}") for number in range(1, 29)]
NAMES: Final = DisplayNames(
    tiers=dict(zip(_TIERS, ("Bronze", "Silver", "Gold", "Platinum"), strict=True)),
    geographies={region: f"Region {number}" for number, region in enumerate(_REGIONS, start=1)},
    products={key(f"product{number}"): f"Product {number}" for number in range(1, 11)},
)
_VARIANTS: Final = tuple(key(f"variant{number}") for number in range(1, 41))

# Active ones of the country that the scheme runs in.
_ACTIVE: Final = "SELECT count(*) FROM ecp WHERE status = 'ACTIVE' AND country_id = '{country}' AND {where}"
_DID: Final = "EXISTS (SELECT FROM ecp_activity AS done WHERE done.ecp_id = ecp.id AND done.kind = '{kind}' AND {when})"
_BEFORE: Final = "done.occurred_at <= $1"
_THIS_YEAR: Final = "done.occurred_at <= $1 AND done.occurred_at > $1 - interval '365 days'"
_TWICE: Final = """ecp.id IN (SELECT ecp_id FROM (
    SELECT ecp_id, occurred_at - lag(occurred_at) OVER (PARTITION BY ecp_id ORDER BY occurred_at) AS gap
    FROM ecp_activity AS done WHERE kind = '{kind}' AND {when}) AS pairs WHERE gap <= interval '{days} days')"""


def _rules(number: int) -> tuple[BonusRule, str]:
    """Build a rule of three clauses, and its count; five kinds alternate, with different tiers and regions."""
    tier, region = _TIERS[number % 3], _REGIONS[number % len(_REGIONS)]
    product = ProductClause((), (key(f"product{1 + number % 10}"),))
    at_least = [f"'{one}'" for one in _TIERS[number % 3 :]]
    tiers, place = f"tier_id IN ({', '.join(at_least)})", f"region_id = '{region}'"
    trained = _DID.format(kind="TRAINING_COMPLETED", when=_BEFORE)
    match number % 5:
        case 0:
            condition = AllOf((TierClause((), tier), GeographyClause((region,)), product))
            where = f"{tiers} AND {place} AND $1::timestamptz IS NOT NULL"
        case 1:
            condition = AllOf((GeographyClause((region,)), ActivityClause("TRAINING_COMPLETED", 1), QuantityClause(5)))
            where = f"{place} AND {trained}"
        case 2:
            condition = AllOf((TierClause((), tier), Not(ActivityClause("TRAINING_COMPLETED", 1)), product))
            where = f"{tiers} AND NOT {trained}"
        case 3:
            condition = AllOf((TierClause((tier,)), ActivityClause("REFERRAL", 2, 90), product))
            where = f"tier_id = '{tier}' AND {_TWICE.format(kind='REFERRAL', when=_THIS_YEAR, days=90)}"
        case _:
            condition = AllOf((TierClause((), tier), ActivityClause("APP_INSTALLED", 1, 30), QuantityClause(2)))
            recent = _DID.format(kind="APP_INSTALLED", when=_THIS_YEAR)
            where = f"{tiers} AND {recent}"
    count = _ACTIVE.format(country=key("country1"), where=where)
    return BonusRule(id=key(f"rule{number}"), name=f"Rule {number}", condition=condition, reward=FlatPoints(10)), count


_MOST: Final = 50
COUNTED: Final = {rule.name: count for rule, count in map(_rules, range(_MOST))}


# Few ECPs sell as much as the first ones ask for, and most as the last.
VOLUME_RULES: Final = tuple(
    BonusRule(
        id=key(f"volume{number}"),
        name=f"Volume {number}",
        condition=AllOf((TierClause((), _TIERS[1]), clause)),
        reward=FlatPoints(10),
    )
    for number, clause in enumerate(
        (
            VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 10),
            VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 5, variant_ids=_VARIANTS[:5]),
            VolumeClause(VolumeMeasure.UNITS, VolumePeriod.WEEK, 5),
            VolumeClause(VolumeMeasure.VALUE, VolumePeriod.SCHEME, 500),
            VolumeClause(VolumeMeasure.UNITS, VolumePeriod.SCHEME, 1),
        )
    )
)
# The same as the first of them.
VOLUME_COUNTED: Final = f"""
SELECT count(*) FROM ecp WHERE status = 'ACTIVE' AND country_id = '{key("country1")}'
    AND tier_id IN ({", ".join(f"'{one}'" for one in _TIERS[1:])}) AND number IN (
        SELECT ecp FROM sale_line WHERE sold_at > $1::timestamptz - interval '365 days' AND sold_at <= $1
        GROUP BY ecp, date_trunc('month', sold_at AT TIME ZONE 'UTC') HAVING sum(quantity) >= 10)
"""  # noqa: S608 - of our names


def scheme(rules: int, extra: tuple[BonusRule, ...] = ()) -> SchemeContent:
    """Build a scheme of the largest country with this number of rules, up to 50, and extra ones."""
    basics = Basics(
        title="Benchmark",
        channels=(EarningChannel.SALE, EarningChannel.COUPON),
        description=None,
        enrollment_opens_on=date(2026, 4, 1),
        enrollment_closes_on=date(2026, 4, 30),
        starts_on=date(2026, 5, 1),
        ends_on=date(2026, 7, 31),
        terms_markdown="Be fair.",
        budget=10_000_000,
    )
    values = tuple(CouponValue(variant, 10, 1_000) for variant in _VARIANTS)
    chosen = (*(_rules(number)[0] for number in range(rules)), *extra)
    return SchemeContent(
        basics=basics, variant_ids=_VARIANTS, geography_ids=(key("country1"),), coupon_values=values, rules=chosen
    )
