"""The reach of a scheme's rules: the population counted by the database, the rules decided in memory (R4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.sessions import Fetching
from db.statements import reach as statements
from db.statements.catalog import ALL_TIERS, PRODUCTS_BY_ID, VARIANTS_BY_ID
from domain.rules.model import ActivityClause
from domain.rules.occasions import Scope, SoldVariant
from domain.rules.reach import Cell, Population, Reach, ReachPolicy, cells_by_activity, reach_of
from domain.rules.traversal import clauses
from domain.schemes.content import SchemeContent
from resolvers.schemes.definitions import Definition


class Reached(Struct, frozen=True):
    """The reach of every rule of a scheme, with the population that it was counted in."""

    reaches: tuple[Reach, ...]
    population: Population


async def reached(fetching: Fetching, definition: Definition) -> Reached | None:
    """The reach of a scheme's rules now; None while its dates, products or geographies are not known.

    Five statements for any number of rules and ECPs.
    """
    scope = await _scope(fetching, definition.content)
    if scope is None:
        return None
    population = await _population(fetching, definition.content, definition.as_of)
    return Reached(reach_of(definition.content.rules, scope, population, ReachPolicy()), population)


async def _scope(fetching: Fetching, content: SchemeContent) -> Scope | None:
    basics = content.basics
    opens, closes = basics.enrollment_opens_on, basics.enrollment_closes_on
    starts, ends = basics.starts_on, basics.ends_on
    if opens is None or closes is None or starts is None or ends is None or not content.variant_ids:
        return None
    variants = await fetching.fetch(VARIANTS_BY_ID, ids=list(content.variant_ids))
    products = await fetching.fetch(PRODUCTS_BY_ID, ids=list({row.product_id for row in variants}))
    categories = {row.id: row.category for row in products}
    sold = tuple(SoldVariant(row.id, row.product_id, categories[row.product_id]) for row in variants)
    return Scope(sold, tuple(basics.channels), opens, closes, starts, ends)


async def _population(fetching: Fetching, content: SchemeContent, now: datetime) -> Population:
    paths = _paths(dict(await fetching.fetch(statements.PARENTS)))
    chosen = set(content.geography_ids)
    places = [place for place, path in paths.items() if not chosen.isdisjoint(path)]
    ranks = {row.id: row.rank for row in await fetching.fetch(ALL_TIERS)}
    totals = await fetching.fetch(statements.TOTALS, places=places)
    asked = list(
        dict.fromkeys(
            clause for rule in content.rules for clause in clauses(rule.condition) if isinstance(clause, ActivityClause)
        )
    )
    active = await _active(fetching, asked, places, now) if asked else []
    by_kind = {(row.geography_id, row.tier_id): row.count for row in totals}
    return Population(cells_by_activity(by_kind, active), paths, ranks)


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
