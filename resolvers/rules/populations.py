"""Load the data that reach depends on: ECP counts per rule condition, geographies, tiers, and variants (R4)."""

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


class AssessmentContext(Struct, frozen=True):
    """The input of assessments: the variants of schemes, the names of tiers, and a population for each scheme."""

    variants: Mapping[UUID, SoldVariant]
    tier_names: Mapping[UUID, str]
    populations: Sequence[Population]


async def load_assessment_context(
    fetching: Fetching, contents: Sequence[SchemeContent], now: datetime
) -> AssessmentContext:
    """Read the context of these schemes with six statements, however many schemes, rules and ECPs there are."""
    variants = await _sold_variants(fetching, {key for content in contents for key in content.variant_ids})
    paths = _paths(dict(await fetching.fetch(statements.PARENTS)))
    tiers = await fetching.fetch(ALL_TIERS)
    ranks = {row.id: row.rank for row in tiers}
    chosen = [frozenset(content.geography_ids) for content in contents]
    inside = [{place for place, path in paths.items() if not some.isdisjoint(path)} for some in chosen]
    cells = await _cells(fetching, contents, list(set[UUID]().union(*inside)), now)
    populations = [
        Population(
            cells=tuple(cell for cell in cells if cell.geography_id in places),
            within=within,
            paths=paths,
            tier_ranks=ranks,
        )
        for within, places in zip(chosen, inside, strict=True)
    ]
    return AssessmentContext(variants, {row.id: row.name for row in tiers}, populations)


async def _sold_variants(fetching: Fetching, ids: Iterable[UUID]) -> dict[UUID, SoldVariant]:
    variants = await fetching.fetch(VARIANTS_BY_ID, ids=list(ids))
    products = await fetching.fetch(PRODUCTS_BY_ID, ids=list({row.product_id for row in variants}))
    categories = {row.id: row.category_id for row in products}
    return {row.id: SoldVariant(row.id, row.product_id, categories[row.product_id]) for row in variants}


async def _cells(
    fetching: Fetching, contents: Sequence[SchemeContent], places: list[UUID], now: datetime
) -> tuple[Cell, ...]:
    rules = [rule for content in contents for rule in content.rules]
    found = (clause for rule in rules for clause in walk_clauses(rule.condition) if isinstance(clause, ActivityClause))
    activity_clauses = list(dict.fromkeys(found))
    totals = await fetching.fetch(statements.TOTALS, places=places)
    active = await _active(fetching, activity_clauses, places, now) if activity_clauses else []
    return merge_cells({(row.geography_id, row.tier_id): row.count for row in totals}, active)


async def _active(
    fetching: Fetching, activity_clauses: Sequence[ActivityClause], places: list[UUID], now: datetime
) -> list[Cell]:
    """Cells of the ECPs who have met at least one of the activity clauses."""
    rows = await fetching.fetch(
        statements.ACTIVE,
        kinds=[clause.activity for clause in activity_clauses],
        times=[clause.times for clause in activity_clauses],
        days=[clause.within_days for clause in activity_clauses],
        now=now,
        places=places,
    )
    cells = []
    for row in rows:
        did = frozenset(activity_clauses[number - 1] for number in row.met)
        # A clause without a limit in days stays met once it is met.
        stays = frozenset(clause for clause in did if clause.within_days is None)
        cells.append(Cell(geography_id=row.geography_id, tier_id=row.tier_id, count=row.count, did=did, stays=stays))
    return cells


def _paths(parents: Mapping[UUID, UUID | None]) -> dict[UUID, tuple[UUID, ...]]:
    """The path from each geography up to its country."""
    paths: dict[UUID, tuple[UUID, ...]] = {}
    for place in parents:
        path: list[UUID] = []
        above: UUID | None = place
        while above is not None and above not in path:
            path.append(above)
            above = parents.get(above)
        paths[place] = tuple(path)
    return paths
