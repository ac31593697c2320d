"""The catalog of the past stays as it was, whatever changes later (N1, N6)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.reads import ALL_TIERS, GEOGRAPHIES_BY_ID, PRODUCTS_BY_ID
from domain.calendar import UTC_CALENDAR
from domain.catalog.facts import GeographyLevel
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.rules.evaluation import compile_rules
from domain.rules.facts import EarnerFacts, LineFacts
from domain.rules.model import BonusRule, Condition, FlatPoints, GeographyClause, ProductClause, TierClause
from graphql_api.context import Environment
from resolvers.catalog.merge_categories import MergeCategories, merge_categories
from resolvers.catalog.rename_category import RenameCategory, rename_category
from resolvers.catalog.upsert_geography import UpsertGeography, upsert_geography
from resolvers.catalog.upsert_product import UpsertProduct, upsert_product
from resolvers.catalog.upsert_tier import UpsertTier, upsert_tier
from resolvers.catalog.version_loaders import categories_at, tier_ranks_at
from resolvers.context import Operation
from resolvers.points.earners import EarnerMoment, earners_at
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, key

TIERS = ("Bronze", "Silver", "Gold", "Platinum")
CITIES = ("Pune", "Mumbai", "Kathmandu")
REGIONS = ("Maharashtra", "Karnataka", "Bagmati")
PRODUCTS = ("Amber Oil", "Cedar Wax", "Clear Lens")
CATEGORIES = ("Engine oil", "Car care", "Eye care", "Games")


class Ranked(Struct, frozen=True):
    """A tier gets a rank that no other has."""

    tier: str
    rank: int


class Moved(Struct, frozen=True):
    """A geography gets another parent."""

    place: str
    parent: str


class Categorized(Struct, frozen=True):
    """A product gets another category."""

    product: str
    category: str


class Merged(Struct, frozen=True):
    """A category gets the products of another one."""

    category: str
    into: str


class Renamed(Struct, frozen=True):
    """A category gets another name, and back."""

    category: str


Change = Ranked | Moved | Categorized | Merged | Renamed
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(Ranked, st.sampled_from(TIERS), st.integers(10, 90)),
    st.builds(Moved, st.sampled_from(CITIES), st.sampled_from(REGIONS)),
    st.builds(Moved, st.sampled_from(REGIONS), st.sampled_from(("India", "Nepal"))),
    st.builds(Categorized, st.sampled_from(PRODUCTS), st.sampled_from(CATEGORIES)),
    st.builds(Merged, st.sampled_from(CATEGORIES[:3]), st.sampled_from(CATEGORIES[:3])),
    st.builds(Renamed, st.sampled_from(CATEGORIES[:3])),
)


class Picture(Struct, frozen=True):
    """What the value of sales depends on in the catalog."""

    ranks: dict[UUID, int]
    paths: dict[UUID, tuple[UUID, ...]]
    categories: dict[UUID, UUID]

    def points(self, rules: Sequence[BonusRule], at: datetime) -> list[int]:
        """The bonus of one sale of each product by an ECP of each tier in each city."""
        compiled = compile_rules(rules, self.ranks, UTC_CALENDAR)
        return [
            compiled.evaluate(
                LineFacts(
                    channel=EarningChannel.SALE,
                    variant_id=UUID(int=1),
                    product_id=product,
                    category_id=category,
                    quantity=1,
                    base_points=10,
                    at=at,
                ),
                EarnerFacts(tier_id=key(f"tier {tier}"), geography_path=self.paths[key(f"geography {city}")]),
            ).bonus_points
            for product, category in sorted(self.categories.items())
            for tier in TIERS
            for city in CITIES
        ]


def _rules() -> list[BonusRule]:
    conditions: tuple[Condition, ...] = (
        TierClause(at_least=key("tier Gold")),
        GeographyClause((key("geography Maharashtra"), key("geography Nepal"))),
        ProductClause(category_ids=(key("category Engine oil"),)),
    )
    return [
        BonusRule(id=UUID(int=number), name=str(number), condition=condition, reward=FlatPoints(10**number))
        for number, condition in enumerate(conditions)
    ]


@pytest.fixture
async def crowd(factory: SchemeFactory) -> None:
    """An active ECP in each of the cities."""
    for city in CITIES:
        await factory.ecps.crowd(1, place=city)


@pytest.mark.usefixtures("crowd")
@given(changes=st.lists(CHANGES, max_size=6))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_past_evaluation_never_changes(
    changes: list[Change], factory: SchemeFactory, clock: TestClock, environment: Environment
) -> None:
    """After any changes, the catalog as of each moment before is what it was then, and so are the points."""
    taken: dict[datetime, Picture] = {}
    for change in changes:
        clock.advance(hours=1)
        operation = factory.operation(Role.ADMIN)
        taken[operation.now] = await _current(operation)
        await operation.close()
        clock.advance(hours=1)
        await _make(change, factory)
    reading = factory.operation(Role.ADMIN)
    found = {at: await _as_of(reading, at) for at in taken}
    latest = (await _as_of(reading, reading.now), await _current(reading))
    await reading.close()
    assert found == taken
    rules = _rules()
    assert [one.points(rules, at) for at, one in found.items()] == [one.points(rules, at) for at, one in taken.items()]
    assert latest[0] == latest[1]
    await _restore(environment, factory.world, clock())


async def test_a_new_entry_is_valid_for_the_whole_past(factory: SchemeFactory, clock: TestClock) -> None:
    """A sale may be entered before its product is, and a tier has no other rank before its first one."""
    long_ago = clock.now - timedelta(days=900)
    tier = await upsert_tier(factory.operation(Role.ADMIN), UpsertTier(id=None, code="IRON", name="Iron", rank=9))
    operation = factory.operation(Role.ADMIN)
    assert (await tier_ranks_at(operation, [long_ago]))[long_ago][tier] == 9
    unknown = (UUID(int=5), long_ago)
    assert await categories_at(operation, [unknown]) == {}
    assert await tier_ranks_at(operation, []) == {}
    await operation.close()


async def test_many_entries_take_one_statement(factory: SchemeFactory, world: World) -> None:
    operation = factory.operation(Role.ADMIN)
    moments = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 29)]
    asked = [(row.id, at) for row in world.products.values() for at in moments]
    assert len(await categories_at(operation, asked)) == len(asked)
    assert operation.statements == 1
    await operation.close()


async def test_a_clock_that_is_behind_loses_no_change(factory: SchemeFactory, world: World, clock: TestClock) -> None:
    """Two servers: what is stored last is what counts from now on."""
    operation = factory.operation(Role.ADMIN)
    bronze = world.tiers["Bronze"]
    later, earlier = clock.now + timedelta(hours=1), clock.now
    for at, rank in ((later, 50), (earlier, 60)):
        async with operation.writing() as session:
            await put_rows(session, [type(bronze)(id=bronze.id, code=bronze.code, name=bronze.name, rank=rank)], at)
    found = await tier_ranks_at(operation, [later, later - timedelta(minutes=1)])
    assert [ranks[bronze.id] for _, ranks in sorted(found.items())] == [1, 60]
    await operation.close()


async def _make(change: Change, factory: SchemeFactory) -> None:
    operation, world = factory.operation(Role.ADMIN), factory.world
    match change:
        case Ranked(name, rank):
            tier = world.tiers[name]
            taken = {row.rank for row in await operation.fetch(ALL_TIERS) if row.id != tier.id}
            if rank not in taken:
                command: Any = UpsertTier(id=tier.id, code=tier.code, name=name, rank=rank, acknowledge_impact=True)
                await upsert_tier(operation, command)
        case Moved(name, parent):
            place = world.geographies[name]
            command = UpsertGeography(
                id=place.id,
                code=place.code,
                name=name,
                level=GeographyLevel(place.level),
                parent_id=world.geographies[parent].id,
                acknowledge_impact=True,
            )
            await upsert_geography(operation, command)
        case Categorized(name, category):
            product = world.products[name]
            command = UpsertProduct(
                id=product.id, name=name, category=category, brand="Tessera", variants=(), acknowledge_impact=True
            )
            await upsert_product(operation, command)
        case Merged(category, into):
            if category != into:
                await merge_categories(operation, MergeCategories(category, into, acknowledge_impact=True))
        case Renamed(category):
            await rename_category(operation, RenameCategory(category, "Another"))
            await rename_category(factory.operation(Role.ADMIN), RenameCategory("Another", category))
    await operation.close()


async def _current(operation: Operation) -> Picture:
    places = await operation.fetch(GEOGRAPHIES_BY_ID, ids=[key(f"geography {name}") for name in (*CITIES, *REGIONS)])
    above = {row.id: row.parent_id for row in places}
    paths: dict[UUID, tuple[UUID, ...]] = {}
    for name in CITIES:
        path = [key(f"geography {name}")]
        while (parent := above.get(path[-1])) is not None:
            path.append(parent)
        paths[path[0]] = tuple(path)
    products = await operation.fetch(PRODUCTS_BY_ID, ids=[key(f"product {name}") for name in PRODUCTS])
    return Picture(
        ranks={row.id: row.rank for row in await operation.fetch(ALL_TIERS)},
        paths=paths,
        categories={row.id: row.category_id for row in products},
    )


async def _as_of(operation: Operation, at: datetime) -> Picture:
    earners = await earners_at(operation, [EarnerMoment(key(f"Gold {name} 0"), UUID(int=0), at) for name in CITIES])
    products = [(key(f"product {name}"), at) for name in PRODUCTS]
    return Picture(
        ranks=dict((await tier_ranks_at(operation, [at]))[at]),
        paths={earner.geography_path[0]: earner.geography_path for earner in earners},
        categories={product: found for (product, _), found in (await categories_at(operation, products)).items()},
    )


async def _restore(environment: Environment, world: World, at: datetime) -> None:
    """Let the next example begin with the catalog as it was; its moments lie after all of these."""
    async with environment.database.writing() as session:
        for number, tier in enumerate(world.tiers.values()):
            moved = type(tier)(id=tier.id, code=tier.code, name=tier.name, rank=95 + number)
            await put_rows(session, [moved], at)
        for rows in (world.tiers, world.categories, world.products):
            await put_rows(session, list(rows.values()), at)
        await put_rows(session, list(world.geographies.values()), at)
