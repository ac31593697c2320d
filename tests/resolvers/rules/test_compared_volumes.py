"""Volumes that the database compares with the last 12 months equal those of adding up one ECP's sales (R4)."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import insert, text

from db.columns import named_columns
from db.redemptions.tables import RedemptionTable
from db.rules.reach_reads import STORED, StoredRow
from db.statement import Statement
from domain.channels import EarningChannel
from domain.points.lines import SalePlace
from domain.rules.model import ActivityClause, AnyOf, BonusRule, FlatPoints, VolumeClause, VolumeMeasure, VolumePeriod
from domain.rules.reach import Population
from domain.schemes.content import Basics, SchemeContent
from domain.time_zones import find_calendar
from graphql_api.context import Environment
from resolvers.rules import cells
from resolvers.rules.populations import load_assessment_context
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import query
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import World, key

# In Kolkata it is a Tuesday already.
NOW = datetime(2026, 3, 9, 20, tzinfo=UTC)
KOLKATA = timedelta(hours=5, minutes=30)
DAYS = 40
HOURS_AGO = [1, 3, 5, 30, 200, 700, 900, 5_000, 8_700, 8_800]
SKUS = ("AMB-1L", "AMB-4L", "CED-250")
UNITS, VALUE, COUPONS = VolumeMeasure
MONTH, WEEK, SCHEME = VolumePeriod.MONTH, VolumePeriod.WEEK, VolumePeriod.SCHEME


class Sold(Struct, frozen=True):
    """What counts in volumes: a line net of returns, or a coupon."""

    at: datetime
    sku: str
    quantity: int
    value: Decimal
    is_coupon: bool = False


def content(world: World, *clauses: VolumeClause | ActivityClause) -> SchemeContent:
    """A scheme of 40 days for two of the variants."""
    rule = BonusRule(id=key("rule"), name="Any", condition=AnyOf(clauses), reward=FlatPoints(5))
    basics = Basics(
        "One", tuple(EarningChannel), starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 1) + timedelta(days=DAYS - 1)
    )
    return SchemeContent(
        basics=basics,
        variant_ids=tuple(world.variants[sku].id for sku in SKUS[:2]),
        geography_ids=(world.geographies["India"].id,),
        coupon_values=(),
        rules=(rule,),
    )


def has_met(clause: VolumeClause, sold: list[Sold], world: World) -> bool:
    """Whether an ECP reached the amount in a month, a week, or the last 40 days."""
    ids = {sku: world.variants[sku].id for sku in SKUS}
    sums: dict[object, Decimal] = defaultdict(Decimal)
    for one in sold:
        chosen = clause.variant_ids or tuple(ids[sku] for sku in SKUS[:2])
        days = DAYS if clause.period is SCHEME else 365
        if ids[one.sku] not in chosen or one.is_coupon != (clause.measure is COUPONS) or not _is_recent(one, days):
            continue
        local = one.at + KOLKATA
        bucket = {MONTH: (local.year, local.month), WEEK: local.isocalendar()[:2], SCHEME: None}[clause.period]
        sums[bucket] += one.value if clause.measure is VALUE else one.quantity
    return any(amount >= clause.at_least for amount in sums.values())


def _is_recent(sold: Sold, days: int) -> bool:
    return NOW - timedelta(days=days) < sold.at <= NOW


async def load(environment: Environment, *contents: SchemeContent) -> list[Population]:
    operation = environment.operation(None)
    found = await load_assessment_context(operation, contents, NOW, find_calendar("Asia/Kolkata"))
    await operation.close()
    return list(found.populations)


async def test_volumes_equal_single_sums(factory: SchemeFactory, environment: Environment, world: World) -> None:
    """Corrections, returns, coupons, other currencies, and what is too old or of other variants included."""
    dice = random.Random(7)  # noqa: S311 - the same in every run
    ecps = [*await factory.ecps.crowd(8, place="Pune", tier="Gold"), *await factory.ecps.crowd(8, place="Mysuru")]
    async with environment.database.writing() as session:
        await session._driver.execute("UPDATE program SET time_zone = 'Asia/Kolkata', currency = 'INR'")  # noqa: SLF001
    desk = LedgerDesk(environment, world)
    sold: dict[UUID, list[Sold]] = {ecp: [] for ecp in ecps}
    async with desk.posting() as (_, session):
        for number, ecp in enumerate(ecps * 5):
            name, at = (
                f"S-{number}",
                NOW - timedelta(hours=dice.choice([1, 3, 5, 30, 200, 700, 900, 5_000, 8_700, 8_800])),
            )
            sku, currency = dice.choice(SKUS), dice.choice(["INR", "INR", "USD"])
            quantity = dice.randint(2, 6)
            await desk.record(
                session, ecp, SalePlace(at, "till", name), [Line(sku, quantity, "100.50", currency=currency)]
            )
            if number % 4 == 0:
                quantity += 1
                await desk.revise(session, name, [Line(sku, quantity, "100.50", currency=currency)])
            # The desk reports returns in another currency, so they take nothing from the value.
            value = Decimal("100.50") * quantity if currency == "INR" else Decimal(0)
            if number % 5 == 0:
                quantity -= 1
                await desk.return_units(session, name, sku, 1, f"R-{number}")
            sold[ecp].append(Sold(at, sku, quantity, value=value))
            if number % 3 == 0:
                await session.execute(
                    insert(RedemptionTable).values(
                        run_id=key("run"),
                        serial=number,
                        ecp=await desk.number_of(session, ecp),
                        scheme=1,
                        variant_id=world.variants[sku].id,
                        redeemed_at=at,
                        recorded_at=at,
                    )
                )
                sold[ecp].append(Sold(at, sku, 1, value=Decimal(0), is_coupon=True))
    one = (world.variants["CED-250"].id,)
    clauses = [
        VolumeClause(measure, period, amount, variant_ids=variants)
        for measure, period, variants in product(VolumeMeasure, VolumePeriod, ((), one))
        for amount in {UNITS: (2, 8), COUPONS: (1, 2), VALUE: (402, 900)}[measure]
    ]
    (population,) = await load(environment, content(world, *clauses, ActivityClause("NEVER")))
    assert population.volume_days == DAYS
    assert population.compared == set(clauses)
    found = Counter[tuple[UUID, frozenset[object]]]()
    for cell in population.cells:
        found[cell.geography_id, cell.did] += cell.count
    expected = Counter(
        (world.geographies["Pune" if ecp in ecps[:8] else "Mysuru"].id, _met(clauses, sold[ecp], world)) for ecp in ecps
    )
    assert found == expected
    assert len(found) > 4


def _met(clauses: list[VolumeClause], sold: list[Sold], world: World) -> frozenset[object]:
    return frozenset(clause for clause in clauses if has_met(clause, sold, world))


async def test_what_nothing_compares_with_stays_open(
    factory: SchemeFactory, environment: Environment, world: World
) -> None:
    """Each scheme compares with the sales of its own variants, and a clause may mean other variants in another one."""
    (ecp,) = await factory.ecps.crowd(1, place="Pune")
    desk = LedgerDesk(environment, world)
    async with desk.posting() as (_, session):
        at = NOW - timedelta(days=100)
        await desk.record(session, ecp, SalePlace(at, "till", "S-1"), [Line("CED-250", 5)])
        await desk.record(session, ecp, SalePlace(NOW - timedelta(days=366), "till", "S-2"), [Line("AMB-4L", 5)])
    units, coupons = VolumeClause(UNITS, MONTH, 5), VolumeClause(COUPONS, MONTH, 1)
    recent = VolumeClause(UNITS, SCHEME, 1, variant_ids=(world.variants["CED-250"].id,))
    first = content(world, units, coupons, recent)
    others = replace(content(world, units), variant_ids=(world.variants["CED-250"].id,))
    plain, other, empty = await load(environment, first, others, replace(first, rules=()))
    assert plain.compared == {recent}
    assert [cell.did for cell in plain.cells] == [frozenset()]
    assert other.compared == {units}
    assert [cell.did for cell in other.cells] == [{units}]
    assert (empty.compared, [cell.did for cell in empty.cells]) == (frozenset(), [frozenset()])


async def test_a_sample_stands_for_many_sales(
    factory: SchemeFactory, environment: Environment, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A review must stay within the time of a statement, whatever is stored: every other ECP stands for all."""
    ecps = [*await factory.ecps.crowd(6, place="Pune", tier="Gold"), *await factory.ecps.crowd(6, place="Mysuru")]
    await _sell(environment, world, ecps)
    monkeypatch.setattr(cells, "STORED", _stored(lines=2 * cells.LINES_READ, ecps=12))
    units, nothing = VolumeClause(UNITS, MONTH, 5), VolumeClause(COUPONS, MONTH, 1)
    done = ActivityClause("TRAINING_COMPLETED")
    (population,) = await load(environment, content(world, units, nothing, done))
    assert population.size == 12
    assert population.compared == {units}
    assert {cell.did for cell in population.cells} == {frozenset()}
    drawn = set(await query(environment, "SELECT id FROM ecp WHERE number % 2 = 0"))
    expected = Counter[tuple[UUID, frozenset[object]]]()
    for number, ecp in enumerate(ecps):
        place = world.geographies["Pune" if number < 6 else "Mysuru"].id
        expected[place, frozenset({units} if number % 3 == 0 else ())] += ecp in drawn
    found = Counter[tuple[UUID, frozenset[object]]]()
    for cell in population.sample:
        found[cell.geography_id, cell.did] += cell.count
    assert found == +expected
    assert population.sample_size == len(drawn.intersection(ecps)) == 6


async def test_sales_of_few_ecps_are_all_read(
    factory: SchemeFactory, environment: Environment, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the places of a scheme have few ECPs, no sample is needed, however many sales are stored."""
    ecps = await factory.ecps.crowd(6, place="Pune")
    await _sell(environment, world, ecps)
    units = VolumeClause(UNITS, MONTH, 5)
    (exact,) = await load(environment, content(world, units))
    monkeypatch.setattr(cells, "STORED", _stored(lines=20_000_000, ecps=10_000))
    (population,) = await load(environment, content(world, units))
    assert set(population.cells) == set(exact.cells)
    assert (population.compared, population.sample) == (exact.compared, ())
    assert {(cell.count, cell.did) for cell in population.cells} == {(2, frozenset({units})), (4, frozenset())}


async def test_the_sales_that_are_stored_are_about_known(
    factory: SchemeFactory, environment: Environment, world: World
) -> None:
    """By the size of the tables, too, since statistics come later."""
    operation = environment.operation(None)
    await _sell(environment, world, await factory.ecps.crowd(6, place="Pune"))
    (stored,) = await operation.fetch(STORED)
    await operation.close()
    # A page of a table has room for 64 lines. Other tests may have left pages.
    assert (stored.lines >= 64, stored.lines % 64) == (True, 0)
    assert [stored.ecps] == await query(environment, "SELECT max(number) FROM ecp")


def _stored(*, lines: int, ecps: int) -> Statement[StoredRow]:
    """A statement that finds so many lines and ECPs."""
    sql = text(f"SELECT {lines}::bigint AS lines, {ecps} AS ecps")
    return Statement(sql.columns(*named_columns(StoredRow)), StoredRow)


async def _sell(environment: Environment, world: World, ecps: list[UUID]) -> None:
    """Every third ECP sells 5 units of a variant, and the others 4."""
    desk = LedgerDesk(environment, world)
    async with desk.posting() as (_, session):
        for number, ecp in enumerate(ecps):
            place = SalePlace(NOW - timedelta(days=100), "till", f"S-{number}")
            await desk.record(session, ecp, place, [Line("AMB-1L", 4 if number % 3 else 5)])
