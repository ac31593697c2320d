"""The ECPs of schemes, counted by the database and told apart as far as rules ask, and what else reach needs (R4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import ALL_TIERS, PRODUCTS_BY_ID, VARIANTS_BY_ID
from db.rules import reach_reads as statements
from db.sessions import Fetching
from domain.rules.model import ActivityClause
from domain.rules.reach import Cell, Population, merge_cells
from domain.rules.sale_assignments import SoldVariant
from domain.rules.traversal import walk_clauses
from domain.schemes.content import SchemeContent


class Surroundings(Struct, frozen=True):
    """What schemes are assessed in: their goods, the tree of geographies, the tiers, and a population for each."""

    goods: Mapping[UUID, SoldVariant]
    tier_names: Mapping[UUID, str]
    populations: Sequence[Population]


async def surroundings(fetching: Fetching, contents: Sequence[SchemeContent], now: datetime) -> Surroundings:
    """Read what the reach of these schemes depends on: six statements, however many schemes, rules and ECPs."""
    goods = await _goods(fetching, {key for content in contents for key in content.variant_ids})
    paths = _paths(dict(await fetching.fetch(statements.PARENTS)))
    tiers = await fetching.fetch(ALL_TIERS)
    ranks = {row.id: row.rank for row in tiers}
    chosen = [frozenset(content.geography_ids) for content in contents]
    inside = [{place for place, path in paths.items() if not some.isdisjoint(path)} for some in chosen]
    cells = await _cells(fetching, contents, list(set[UUID]().union(*inside)), now)
    populations = [
        Population(tuple(cell for cell in cells if cell.geography_id in places), within, paths, ranks)
        for within, places in zip(chosen, inside, strict=True)
    ]
    return Surroundings(goods, {row.id: row.name for row in tiers}, populations)


async def _goods(fetching: Fetching, ids: Iterable[UUID]) -> dict[UUID, SoldVariant]:
    variants = await fetching.fetch(VARIANTS_BY_ID, ids=list(ids))
    products = await fetching.fetch(PRODUCTS_BY_ID, ids=list({row.product_id for row in variants}))
    categories = {row.id: row.category for row in products}
    return {row.id: SoldVariant(row.id, row.product_id, categories[row.product_id]) for row in variants}


async def _cells(
    fetching: Fetching, contents: Sequence[SchemeContent], places: list[UUID], now: datetime
) -> tuple[Cell, ...]:
    rules = [rule for content in contents for rule in content.rules]
    found = (clause for rule in rules for clause in walk_clauses(rule.condition) if isinstance(clause, ActivityClause))
    asked = list(dict.fromkeys(found))
    totals = await fetching.fetch(statements.TOTALS, places=places)
    active = await _active(fetching, asked, places, now) if asked else []
    return merge_cells({(row.geography_id, row.tier_id): row.count for row in totals}, active)


async def _active(fetching: Fetching, asked: Sequence[ActivityClause], places: list[UUID], now: datetime) -> list[Cell]:
    """Cells of those ECPs who have met at least one of the activities that rules ask for."""
    rows = await fetching.fetch(
        statements.ACTIVE,
        kinds=[clause.activity for clause in asked],
        times=[clause.times for clause in asked],
        days=[clause.within_days for clause in asked],
        now=now,
        places=places,
    )
    cells = []
    for row in rows:
        did = frozenset(asked[number - 1] for number in row.met)
        # What was done so many times at all stays done.
        stays = frozenset(clause for clause in did if clause.within_days is None)
        cells.append(Cell(row.geography_id, row.tier_id, row.count, did, stays))
    return cells


def _paths(parents: Mapping[UUID, UUID | None]) -> dict[UUID, tuple[UUID, ...]]:
    """The way from each geography up to its country."""
    paths: dict[UUID, tuple[UUID, ...]] = {}
    for place in parents:
        way: list[UUID] = []
        above: UUID | None = place
        while above is not None and above not in way:
            way.append(above)
            above = parents.get(above)
        paths[place] = tuple(way)
    return paths
