"""The place of the test of the order of sales: three schemes whose rules depend on it, and ECPs."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct
from uuid_utils.compat import uuid7

from benchmarks.custody.place import Place, fill_place, opened
from benchmarks.ledger.place import BEGAN, CURRENCY, Ecp, SchemeTerms, add_members, begun_scheme
from domain.rules.model import (
    AllOf,
    BonusRule,
    FlatPoints,
    PercentOfBase,
    PointsPerUnit,
    QuantityClause,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from graphql_api.context import utc_now
from tests.support.application import application_url
from tests.support.ledger_oracle import OracleEarner
from tests.support.ledger_results import OracleScheme

BASE: Final = 3
SOURCE: Final = "tills"


class OrderSize(Struct, frozen=True, kw_only=True):
    """How many sales and ECPs there are, and the limit over all ECPs and the budget, which are used up."""

    sales: int
    ecps: int
    # Sales in a call.
    a_call: int
    shared: int
    budget: int


class OrderWorld(Struct, frozen=True, kw_only=True):
    """A database with three schemes, their rules, and ECPs.

    The sales of `ecps` arrive in any order. As many others, who are only in the scheme “orderly”, have the same sales
    in canonical order.
    """

    place: Place
    url: str
    ecps: Sequence[Ecp]
    others: Sequence[Ecp]
    schemes: dict[str, tuple[UUID, OracleScheme]]


async def make_world(url: str, size: OrderSize) -> OrderWorld:
    """Make the schemes and ECPs in an empty database."""
    place = await fill_place(url, application_url(url))
    tier = TierClause(at_least=place.catalog.tier_id)
    terms = {
        "orderly": SchemeTerms(title="Orderly Scheme", rules=_orderly_rules(place), base_points=BASE),
        "pooled": SchemeTerms(
            title="Pooled Scheme",
            rules=(_rule("Shared", tier, PointsPerUnit(7), RuleLimits(points_in_total=size.shared)),),
            base_points=BASE,
        ),
        "budgeted": SchemeTerms(
            title="Budgeted Scheme",
            rules=(_rule("On top", tier, FlatPoints(5)),),
            base_points=BASE,
            budget=size.budget,
        ),
    }
    async with opened(place) as environment:
        ids = {name: await begun_scheme(environment, place, some) for name, some in terms.items()}
        ecps = await add_members(environment, place, list(ids.values()), size.ecps)
        others = await add_members(environment, place, [ids["orderly"]], size.ecps)
    product_id, category_id = await _product_of(url)
    schemes = {
        name: (
            ids[name],
            OracleScheme(
                rules=some.rules,
                base_points=BASE,
                earner=_earner(place),
                variant_ids=place.catalog.variant_ids,
                product_id=product_id,
                category_id=category_id,
                source=SOURCE,
            ),
        )
        for name, some in terms.items()
    }
    return OrderWorld(place=place, url=url, ecps=ecps, others=others, schemes=schemes)


def _orderly_rules(place: Place) -> tuple[BonusRule, ...]:
    """Rules that depend on the order of lines: volumes, limits for each ECP, and a group."""
    catalog = place.catalog
    tier = TierClause(at_least=catalog.tier_id)
    month = VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 25)
    value = VolumeClause(VolumeMeasure.VALUE, VolumePeriod.WEEK, 300, variant_ids=catalog.variant_ids[:2])
    return (
        _rule("Regulars", AllOf((tier, month)), PointsPerUnit(2), RuleLimits(points_per_ecp_per_month=61)),
        _rule("Spenders", value, PercentOfBase(Decimal("12.5")), group="one"),
        _rule("Cases", QuantityClause(at_least=6), Slabs((Slab(6, 1), Slab(10, 2))), group="one"),
        _rule("Five times", tier, FlatPoints(11), RuleLimits(times_per_ecp=5, points_per_ecp=40)),
    )


def _rule(
    name: str, condition: Any, reward: Any, limits: RuleLimits | None = None, *, group: str | None = None
) -> BonusRule:
    return BonusRule(
        id=uuid7(),
        name=name,
        condition=condition,
        reward=reward,
        limits=limits or RuleLimits(),
        exclusive_group=group,
    )


def _earner(place: Place) -> OracleEarner:
    return OracleEarner(
        tier_id=place.catalog.tier_id,
        geography_path=(place.catalog.geography_id,),
        enrolled_at=utc_now() - timedelta(days=BEGAN + 1),
        currency=CURRENCY,
        tier_ranks={place.catalog.tier_id: 1},
    )


async def _product_of(url: str) -> tuple[UUID, UUID]:
    connection = await asyncpg.connect(url)
    try:
        (row,) = await connection.fetch("SELECT id, category_id FROM product")
    finally:
        await connection.close()
    return row["id"], row["category_id"]
