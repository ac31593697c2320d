"""Load the data that reach depends on: ECP counts per rule condition, geographies, tiers, and variants (R4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import ALL_TIERS, PRODUCTS_BY_ID, VARIANTS_BY_ID
from db.rules import reach_reads as statements
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.rules.reach import Population
from domain.rules.reach_volumes import comparable_days
from domain.rules.sale_assignments import SoldVariant
from domain.schemes.content import SchemeContent
from resolvers.rules.cells import CellScope, count_cells


class AssessmentContext(Struct, frozen=True):
    """The input of assessments: the variants of schemes, the names of tiers, and a population for each scheme."""

    variants: Mapping[UUID, SoldVariant]
    tier_names: Mapping[UUID, str]
    populations: Sequence[Population]


async def load_assessment_context(
    fetching: Fetching, contents: Sequence[SchemeContent], now: datetime, calendar: Calendar
) -> AssessmentContext:
    """Read the context of these schemes with six statements, and one for each scheme whose rules ask for volumes."""
    variants = await _sold_variants(fetching, {key for content in contents for key in content.variant_ids})
    paths = _paths(dict(await fetching.fetch(statements.PARENTS)))
    tiers = await fetching.fetch(ALL_TIERS)
    ranks = {row.id: row.rank for row in tiers}
    chosen = [frozenset(content.geography_ids) for content in contents]
    inside = [{place for place, path in paths.items() if not some.isdisjoint(path)} for some in chosen]
    scope = CellScope(list(set[UUID]().union(*inside)), now, calendar)
    counted = await count_cells(fetching, contents, scope)
    populations = [
        Population(
            cells=tuple(cell for cell in found.cells if cell.geography_id in places),
            within=within,
            paths=paths,
            tier_ranks=ranks,
            compared=found.compared,
            sample=tuple(cell for cell in found.sample if cell.geography_id in places),
            volume_days=comparable_days(content.basics.starts_on, content.basics.ends_on),
        )
        for within, places, found, content in zip(chosen, inside, counted, contents, strict=True)
    ]
    return AssessmentContext(variants, {row.id: row.name for row in tiers}, populations)


async def _sold_variants(fetching: Fetching, ids: Iterable[UUID]) -> dict[UUID, SoldVariant]:
    variants = await fetching.fetch(VARIANTS_BY_ID, ids=list(ids))
    products = await fetching.fetch(PRODUCTS_BY_ID, ids=list({row.product_id for row in variants}))
    categories = {row.id: row.category_id for row in products}
    return {row.id: SoldVariant(row.id, row.product_id, categories[row.product_id]) for row in variants}


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
