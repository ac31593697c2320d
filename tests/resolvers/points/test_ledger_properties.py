"""Whatever arrives in whatever order, each line is worth what an independent fold of all lines says (R21, R22)."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from domain.channels import EarningChannel
from domain.points.valuation_facts import decode_facts
from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.schemes.content import SchemeContent, content_hash
from graphql_api.context import Environment
from resolvers.points.posting import revalue, waiting
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.jobs import run_due
from tests.support.ledger_desk import LedgerDesk, Line, ReportedSale
from tests.support.ledger_oracle import Grants, OracleEarner, OracleLine, value_lines
from tests.support.ledger_verification import find_faults
from tests.support.world import World

BEGIN: Final = datetime(2026, 5, 29, 6, tzinfo=UTC)
DATES = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 7, 31))
SKUS = ("AMB-1L", "AMB-4L")
LEDGER_TABLES = (
    "points_entry, valuation, points_account, points_ledger, points_pool, points_pool_limit, points_scheme, sale, "
    "sale_line, sale_key, sale_return, redemption, job"
)
VARIANT_IDS = st.sampled_from(((), (0,), (0, 1)))


class Arrival(Struct, frozen=True):
    """Something that arrives: `kind` is sale, coupon, correct, move, give or return."""

    kind: str
    hours: int
    ecp: int
    pick: int
    lines: tuple[tuple[int, int, str], ...]
    name: str


lines = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 9), st.sampled_from(("10", "3.3333", "99.9999"))),
    min_size=1,
    max_size=2,
).map(tuple)
arrivals = st.builds(
    Arrival,
    st.sampled_from(("sale", "sale", "sale", "sale", "sale", "coupon", "correct", "move", "give", "return", "return")),
    st.sampled_from((0, 1, 24, 48, 66, 67, 72, 73, 100, 200)),
    st.integers(0, 1),
    st.integers(0, 99),
    lines,
    st.sampled_from("abcdefgh"),
)
volumes = st.builds(
    lambda measure, period, least, picked: (measure, period, least, picked),
    st.sampled_from(VolumeMeasure),
    st.sampled_from(VolumePeriod),
    st.integers(1, 30),
    VARIANT_IDS,
)
amounts = st.none() | st.integers(1, 60)


@st.composite
def rules(draw: st.DrawFn, world: World, *, pooled: bool) -> BonusRule:
    """A rule about things of the world."""
    ids = [world.variants[sku].id for sku in SKUS]

    def clause() -> Any:
        measure, period, least, picked = draw(volumes)
        low = draw(st.integers(1, 8))
        return draw(
            st.sampled_from(
                (
                    VolumeClause(measure, period, least, variant_ids=tuple(ids[at] for at in picked)),
                    VolumeClause(measure, period, least),
                    QuantityClause(at_least=low),
                    QuantityClause(at_most=low),
                    ProductClause(variant_ids=(ids[0],)),
                    ProductClause(category_ids=(world.products["Amber"].category_id,))
                    if "Amber" in world.products
                    else QuantityClause(low),
                    TierClause(at_least=world.tiers["Gold"].id),
                    GeographyClause((world.geographies["Maharashtra"].id,)),
                    ChannelClause(EarningChannel.SALE),
                )
            )
        )

    one = clause()
    condition = draw(st.sampled_from((one, Not(one), AllOf((one, clause())), AnyOf((one, clause())))))
    reward: Any = draw(
        st.sampled_from(
            (
                FlatPoints(draw(st.integers(1, 40))),
                PointsPerUnit(draw(st.integers(1, 9))),
                PercentOfBase(Decimal("12.5")),
                MultiplyBase(Decimal("1.5")),
                Slabs((Slab(2, 3), Slab(6, 5))),
            )
        )
    )
    limits = RuleLimits(
        points_per_ecp=draw(amounts),
        points_per_ecp_per_month=draw(amounts),
        points_in_total=draw(amounts) if pooled else None,
        times_per_ecp=draw(st.none() | st.integers(1, 3)),
    )
    return BonusRule(
        id=draw(st.uuids()),
        name="A rule",
        condition=condition,
        reward=reward,
        limits=draw(st.sampled_from((limits, RuleLimits()))),
        priority=draw(st.integers(0, 2)),
        exclusive_group=draw(st.sampled_from((None, None, "launch"))),
    )


class Trial:
    """A scheme whose rules change from example to example, and two ECPs in it."""

    def __init__(self, desk: LedgerDesk, owner: asyncpg.Connection, scheme_id: UUID, ecp_ids: list[UUID]) -> None:
        self.environment = desk.environment
        self.world = desk.world
        self.owner = owner
        self.scheme_id = scheme_id
        self.ecp_ids = ecp_ids
        self.content: SchemeContent | None = None
        self.desk = desk
        self._serials = count(1)

    async def begin(self, rules: Sequence[BonusRule], budget: int | None) -> None:
        """Empty the ledger, and give the scheme these rules and this budget."""
        stored = await self.owner.fetchval("SELECT content FROM scheme_revision WHERE scheme_id = $1", self.scheme_id)
        before = msgspec.json.decode(stored, type=SchemeContent)
        basics = msgspec.structs.replace(before.basics, budget=budget)
        self.content = msgspec.structs.replace(before, rules=tuple(rules), basics=basics)
        text = msgspec.json.encode(self.content).decode()
        await self.owner.execute(f"TRUNCATE {LEDGER_TABLES}")
        async with self.owner.transaction():
            await self.owner.execute("SET LOCAL session_replication_role = replica")
            await self.owner.execute(
                "UPDATE scheme_revision SET content = $2, content_hash = $3 WHERE scheme_id = $1",
                self.scheme_id,
                text,
                content_hash(self.content),
            )
        self.desk = LedgerDesk(self.environment, self.world)

    async def arrive(self, arrival: Arrival, index: int) -> None:
        """Record what arrives; nothing if it has no object."""
        desk = self.desk
        at = BEGIN + timedelta(hours=arrival.hours)
        ecp_id = self.ecp_ids[arrival.ecp]
        given = [Line(SKUS[sku], quantity, price) for sku, quantity, price in arrival.lines]
        sales = [(name, sale) for name, sale in sorted(desk.sales.items()) if sale.scheme_id is None]
        picked = sales[arrival.pick % len(sales)] if sales else None
        match arrival.kind, picked:
            case "sale", _:
                await desk.sell(ecp_id, f"{arrival.name}{index}", at, *given)
            case "coupon", _:
                await desk.redeem(ecp_id, self.scheme_id, next(self._serials), at, SKUS[arrival.lines[0][0]])
            case "return", (name, sale):
                left = [line for line in sale.net if line.quantity]
                if left:
                    variant = left[0].variant_id
                    (sku,) = [sku for sku in SKUS if self.world.variants[sku].id == variant]
                    await desk.give_back(name, sku, min(arrival.lines[0][1], left[0].quantity), f"return {index}")
            case "correct", (name, sale) if not sale.returned:
                await desk.correct(name, *given)
            case "move", (name, sale) if not sale.returned:
                await desk.correct(name, at=at)
            case "give", (name, sale) if not sale.returned:
                await desk.correct(name, *given, ecp_id=ecp_id, at=at)
            case _:
                pass

    async def check(self) -> None:
        """Compare everything with the oracle, and the ledger with itself."""
        assert self.content is not None
        earner = await self._earner()
        for ecp_id in self.ecp_ids:
            number = await self.owner.fetchval("SELECT number FROM ecp WHERE id = $1", ecp_id)
            found, grants = await self._found(number)
            sales = [sale for sale in self.desk.sales.values() if sale.ecp_id == ecp_id]
            expected = value_lines(
                (line for sale in sales for line in self._lines(sale)), self.content.rules, earner, grants
            )
            assert found == {name: (value.base, value.points) for name, value in expected.items()}
            await self._check_entries(number, sum(value.base + sum(value.points) for value in expected.values()))
        await self._check_pools()

    def _lines(self, sale: ReportedSale) -> list[OracleLine]:
        assert self.content is not None
        base = {value.variant_id: value.base_points for value in self.content.coupon_values}
        products = {variant.id: variant.product_id for variant in self.world.variants.values()}
        categories = {product.id: product.category_id for product in self.world.products.values()}
        return [
            OracleLine(
                sold_at=sale.place.sold_at,
                source=sale.place.source,
                external_id=sale.place.external_id,
                position=line.position,
                channel=EarningChannel.SALE if sale.scheme_id is None else EarningChannel.COUPON,
                variant_id=line.variant_id,
                product_id=products[line.variant_id],
                category_id=categories[products[line.variant_id]],
                quantity=line.quantity,
                price=line.unit_price,
                currency=line.currency,
                base_points=base[line.variant_id],
            )
            for line in sale.net
        ]

    async def _earner(self) -> OracleEarner:
        world = self.world
        enrolled_at = await self.owner.fetchval("SELECT min(first_enrolled_at) FROM enrollment")
        return OracleEarner(
            tier_id=world.tiers["Gold"].id,
            geography_path=tuple(world.geographies[name].id for name in ("Pune", "Maharashtra", "India")),
            enrolled_at=enrolled_at,
            currency="USD",
            tier_ranks={tier.id: tier.rank for tier in world.tiers.values()},
        )

    async def _found(
        self, number: int
    ) -> tuple[dict[tuple[str, int], tuple[int, tuple[int, ...]]], dict[tuple[str, int], Grants]]:
        """The newest valuation of each line that exists, and what pools granted it."""
        assert self.content is not None
        rows = await self.owner.fetch(
            "SELECT DISTINCT ON (sold_at, sale, position) sale, sold_at, position, base, facts FROM valuation "
            "WHERE ecp = $1 ORDER BY sold_at, sale, position, version DESC",
            number,
        )
        names = {(sale.number, sale.place.sold_at): (name, sale) for name, sale in self.desk.sales.items()}
        rules = self.content.rules
        found, grants = {}, {}
        for row in rows:
            facts = decode_facts(row["facts"])
            named = names.get((row["sale"], row["sold_at"]))
            gone = named is None or row["position"] not in {line.position for line in named[1].lines}
            if gone or named is None or await self._moved(named[1], number):
                assert (facts.quantity, row["base"], facts.paid) == (0, 0, ())
                continue
            line = named[0], row["position"]
            points = tuple(facts.points_by_rule(len(rules)))
            found[line] = row["base"], points
            limited = {rule.id: paid for rule, paid in zip(rules, points, strict=True) if rule.limits.points_in_total}
            budget = None if self.content.basics.budget is None else row["base"] + sum(points)
            grants[line] = Grants(limited, budget)
        return found, grants

    async def _moved(self, sale: ReportedSale, number: int) -> bool:
        return bool(await self.owner.fetchval("SELECT number FROM ecp WHERE id = $1", sale.ecp_id) != number)

    async def _check_entries(self, number: int, points: int) -> None:
        """The balance is the sum of the entries, and their numbers have no gaps."""
        entries = await self.owner.fetch("SELECT * FROM points_entry WHERE ecp = $1 ORDER BY seq", number)
        balance = 0
        reversed_points: dict[int, int] = {}
        for index, entry in enumerate(entries, 1):
            assert entry["seq"] == index
            balance += entry["points"] if entry["credit"] == 1 else -entry["points"]
            assert entry["balance_after"] == balance
            if entry["reverses"] is not None:
                reversed_points[entry["reverses"]] = reversed_points.get(entry["reverses"], 0) + entry["points"]
        assert all(entries[seq - 1]["points"] >= points for seq, points in reversed_points.items())
        account = await self.owner.fetchrow("SELECT * FROM points_account WHERE ecp = $1", number)
        assert balance == points == (0 if account is None else account["available"])

    async def _check_pools(self) -> None:
        """What is left of every pool and what it granted are its capacity."""
        assert self.content is not None
        newest = await self.owner.fetch(
            "SELECT DISTINCT ON (ecp, sold_at, sale, position) base, bonus, facts FROM valuation "
            "ORDER BY ecp, sold_at, sale, position, version DESC"
        )
        left = await self.owner.fetch("SELECT rule_id, sum(rest)::int AS rest FROM points_pool GROUP BY rule_id")
        rests: dict[UUID, int] = {row["rule_id"]: row["rest"] for row in left}
        for position, rule in enumerate(self.content.rules):
            if rule.limits.points_in_total is not None and newest:
                facts = [decode_facts(row["facts"]) for row in newest]
                paid = sum(one.points_by_rule(len(self.content.rules))[position] for one in facts)
                assert rests[rule.id] + paid == rule.limits.points_in_total
        if self.content.basics.budget is not None and newest:
            spent = sum(row["base"] + row["bonus"] for row in newest)
            assert rests[UUID(int=0)] + spent == self.content.basics.budget


@pytest.fixture
async def trial(
    environment: Environment, world: World, enrollments: EnrollmentFactory, clock: TestClock, cleaner: Cleaner
) -> Trial:
    """Two Gold ECPs in Pune, enrolled in a scheme."""
    schemes = enrollments.schemes
    scheme_id = await schemes.approved(await schemes.complete(rules=(), dates=DATES))
    ecp_ids = [await enrollments.ecps.verified(name) for name in ("Asha Rao", "Binod Thapa")]
    for ecp_id in ecp_ids:
        await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = BEGIN + timedelta(days=30)
    return Trial(LedgerDesk(environment, world), cleaner.connection, scheme_id=scheme_id, ecp_ids=ecp_ids)


@pytest.mark.long
@settings(
    max_examples=300 if "TESSERA_FUZZ" in os.environ else 20,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
@given(data=st.data())
async def test_each_line_is_worth_what_the_oracle_says(trial: Trial, data: st.DataObject) -> None:
    """Also where more lines than a few wait for a job, which values them in pieces of a few."""
    pooled = data.draw(st.booleans(), label="pooled")
    drawn = [data.draw(rules(trial.world, pooled=pooled), label="rule") for _ in range(data.draw(st.integers(1, 4)))]
    budget = data.draw(st.none() | st.integers(1, 900)) if pooled else None
    arriving = data.draw(st.lists(arrivals, min_size=6, max_size=14), label="arrivals")
    waits = data.draw(st.sampled_from((None, 1, 2)), label="waits")
    await trial.begin(list({rule.id: rule for rule in drawn}.values()), budget)
    with pytest.MonkeyPatch.context() as patch:
        if waits is not None:
            patch.setattr(waiting, "MAX_LATER_LINES", waits)
            patch.setattr(revalue, "PIECE", 2)
        for index, arrival in enumerate(arriving):
            await trial.arrive(arrival, index)
            if waits == 1 and arrival.pick < 20:
                await run_due(trial.environment, revalue.JOBS)
        await run_due(trial.environment, revalue.JOBS)
    await trial.check()
    # The desk redeems serials of no run.
    assert [fault for fault in await find_faults(trial.environment.database) if "coupon" not in fault] == []
