"""What was true of ECPs and products when lines were sold, loaded for all lines of a posting at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.posting_reads import ACTIVITIES_OF_ECPS, PRODUCTS_OF_VARIANTS
from db.sessions import Fetching
from domain.channels import EarningChannel
from domain.lru_cache import LruCache
from domain.points.fold import FreshFacts
from domain.points.obstacles import earner_obstacles, period_obstacles
from domain.points.revision_plan import RevisionPlan
from domain.points.valuation_facts import EarnerContext
from resolvers.catalog.version_loaders import categories_at
from resolvers.points.earners import EarnerMoment, earners_at

# The products of variants never change.
_PRODUCTS: Final[LruCache[UUID, UUID]] = LruCache(10_000)


class FreshLine(Struct, frozen=True):
    """A sold line in a scheme, for which facts are needed."""

    ecp_id: UUID
    scheme_id: UUID
    at: datetime
    variant_id: UUID
    channel: EarningChannel
    revision: RevisionPlan


_Earning = tuple[UUID, UUID, datetime]


async def load_fresh_facts(fetching: Fetching, lines: Sequence[FreshLine]) -> list[FreshFacts]:
    """Load the facts of lines, in their order, with up to four statements."""
    earning = {(line.ecp_id, line.scheme_id, line.at): line.revision for line in lines}
    contexts = await _load_contexts(fetching, earning)
    products = await _load_products(fetching, {line.variant_id for line in lines})
    asked = {(products[line.variant_id], line.at) for line in lines if line.revision.needs.category}
    categories = await categories_at(fetching, asked) if asked else {}
    facts: list[FreshFacts] = []
    for line in lines:
        context, obstacles = contexts[line.ecp_id, line.scheme_id, line.at]
        ends_at = line.revision.end_of(line.channel)
        product = products[line.variant_id]
        facts.append(
            FreshFacts(
                earner=context,
                product_id=product,
                category_id=categories.get((product, line.at), _NO_CATEGORY),
                obstacles=(*obstacles, *period_obstacles(line.at, line.revision.starts_at, ends_at)),
            )
        )
    return facts


_NO_CATEGORY: Final = UUID(int=0)


async def _load_contexts(
    fetching: Fetching, earning: Mapping[_Earning, RevisionPlan]
) -> Mapping[_Earning, tuple[EarnerContext, tuple[int, ...]]]:
    earners = await earners_at(fetching, [EarnerMoment(*key) for key in earning])
    activities = await _load_activities(fetching, earning)
    contexts: dict[_Earning, tuple[EarnerContext, tuple[int, ...]]] = {}
    for (key, revision), earner in zip(earning.items(), earners, strict=True):
        ecp_id, _, at = key
        enrollment, path = earner.enrollment, earner.geography_path
        obstacles = tuple(earner_obstacles(earner.status, path, enrollment, revision.geography_ids, at))
        context = EarnerContext(
            tier_id=earner.tier_id,
            geography_path=path,
            enrolled_at=enrollment.first_enrolled_at,
            activities=activities.get(ecp_id, {}),
        )
        contexts[key] = context, obstacles
    return contexts


async def _load_activities(
    fetching: Fetching, earning: Mapping[_Earning, RevisionPlan]
) -> Mapping[UUID, Mapping[str, list[datetime]]]:
    kinds = {kind for revision in earning.values() for kind in revision.activities}
    done: dict[UUID, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    if kinds:
        ecp_ids = list({ecp_id for (ecp_id, _, _), revision in earning.items() if revision.activities})
        for row in await fetching.fetch(ACTIVITIES_OF_ECPS, ecp_ids=ecp_ids, kinds=list(kinds)):
            done[row.ecp_id][row.kind].append(row.occurred_at)
    return done


async def _load_products(fetching: Fetching, variant_ids: set[UUID]) -> Mapping[UUID, UUID]:
    products = {key: product for key in variant_ids if (product := _PRODUCTS.get(key)) is not None}
    if missing := [key for key in variant_ids if key not in products]:
        for row in await fetching.fetch(PRODUCTS_OF_VARIANTS, ids=missing):
            products[row.id] = row.product_id
            _PRODUCTS.put(row.id, row.product_id)
    return products
