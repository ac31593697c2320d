"""What was true of ECPs and products when lines were sold, loaded for all lines of a posting at once."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.posting_reads import ACTIVITIES_OF_ECPS, CATEGORY_VERSIONS, PRODUCTS_OF_VARIANTS, CategoryVersionRow
from db.sessions import Fetching
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.lru_cache import LruCache
from domain.points.fold import FreshFacts
from domain.points.obstacles import EarningObstacle, earner_obstacles, period_obstacles
from domain.points.revision_plan import RevisionPlan
from domain.points.valuation_facts import EarnerContext, earner_facts
from resolvers.points.earners import EarnerAt, EarnerMoment, earners_at

# The products of variants never change.
_PRODUCTS: Final[LruCache[UUID, UUID]] = LruCache(10_000)


class FreshSale(Struct, frozen=True, gc=False):
    """A sale in a scheme, for whose lines facts are needed; they are of these variants."""

    ecp_id: UUID
    scheme_id: UUID
    at: datetime
    channel: EarningChannel
    revision: RevisionPlan
    variant_ids: tuple[UUID, ...]


async def load_fresh_facts(
    fetching: Fetching, sales: Sequence[FreshSale], known: Mapping[EarnerMoment, EarnerAt]
) -> list[list[FreshFacts]]:
    """Load the facts of the lines of each sale, in order, with up to five statements; `known` are read already."""
    if not sales:
        return []
    asked = [EarnerMoment(one.ecp_id, one.scheme_id, one.at) for one in sales]
    earners = [known[one] for one in asked if one in known]
    if len(earners) < len(asked):
        earners = await earners_at(fetching, asked)
    activities = await _load_activities(fetching, sales)
    products = await _load_products(fetching, {key for one in sales for key in one.variant_ids})
    needed = {products[key] for one in sales if one.revision.needs.category for key in one.variant_ids}
    categories = await CategoryHistory.load(fetching, needed)
    making = _Making(activities, products, categories)
    return [making.facts_of(sale, earner) for sale, earner in zip(sales, earners, strict=True)]


class _Making:
    """Makes facts; sales of an ECP between which nothing changed share them."""

    def __init__(
        self,
        activities: Mapping[UUID, Mapping[str, Sequence[datetime]]],
        products: Mapping[UUID, UUID],
        categories: "CategoryHistory",
    ) -> None:
        self._activities = activities
        self._products = products
        self._categories = categories
        # By identity, since to compare what they are made of takes longer: earners and revisions outlive this.
        self._contexts: dict[tuple[int, UUID], EarnerContext] = {}
        self._facts: dict[tuple[int, int, UUID, UUID, tuple[int, ...]], FreshFacts] = {}

    def facts_of(self, sale: FreshSale, earner: EarnerAt) -> list[FreshFacts]:
        """The facts of the lines of a sale, in order."""
        context = self._contexts.get((id(earner), sale.ecp_id))
        if context is None:
            context = self._contexts[id(earner), sale.ecp_id] = EarnerContext(
                tier_id=earner.tier_id,
                geography_path=earner.geography_path,
                enrolled_at=earner.enrollment.first_enrolled_at,
                activities=self._activities.get(sale.ecp_id, {}),
            )
        obstacles = _obstacles_of(sale, earner)
        return [self._fact_of(sale, context, self._products[variant_id], obstacles) for variant_id in sale.variant_ids]

    def _fact_of(
        self, sale: FreshSale, context: EarnerContext, product_id: UUID, obstacles: tuple[int, ...]
    ) -> FreshFacts:
        revision, category_id = sale.revision, self._categories.at(product_id, sale.at)
        key = (id(context), id(revision), product_id, category_id, obstacles)
        facts = self._facts.get(key)
        if facts is None:
            facts = FreshFacts(
                earner=context,
                product_id=product_id,
                category_id=category_id,
                obstacles=obstacles,
                static=earner_facts(revision.needs, context, category_id, sale.at),
            )
            # Activities are counted at the moment of the sale.
            if not revision.needs.activities:
                self._facts[key] = facts
        return facts


def _obstacles_of(sale: FreshSale, earner: EarnerAt) -> tuple[EarningObstacle, ...]:
    revision, at = sale.revision, sale.at
    # Nobody can receive the points of an erased ECP, whenever the sale was.
    erased = (EarningObstacle.ERASED,) if earner.erased and earner.status is not EcpStatus.CLOSED else ()
    return (
        *erased,
        *earner_obstacles(earner.status, earner.geography_path, earner.enrollment, revision.geography_ids, at),
        *period_obstacles(at, revision.starts_at, revision.end_of(sale.channel)),
    )


class CategoryHistory:
    """The categories of products over time."""

    def __init__(self, versions: Iterable[CategoryVersionRow]) -> None:
        self._times: dict[UUID, list[datetime]] = defaultdict(list)
        self._categories: dict[UUID, list[UUID]] = defaultdict(list)
        for version in versions:
            self._times[version.product_id].append(version.valid_from)
            self._categories[version.product_id].append(version.category_id)

    @classmethod
    async def load(cls, fetching: Fetching, product_ids: Collection[UUID]) -> "CategoryHistory":
        """Load the categories of some products."""
        return cls(await fetching.fetch(CATEGORY_VERSIONS, ids=list(product_ids)) if product_ids else ())

    def at(self, product_id: UUID, at: datetime) -> UUID:
        """The category of a product at a moment; the id of zeros where no rule asks for it."""
        times = self._times.get(product_id)
        return _NO_CATEGORY if times is None else self._categories[product_id][bisect_right(times, at) - 1]


_NO_CATEGORY: Final = UUID(int=0)


async def _load_activities(
    fetching: Fetching, sales: Sequence[FreshSale]
) -> Mapping[UUID, Mapping[str, list[datetime]]]:
    kinds = {kind for sale in sales for kind in sale.revision.activities}
    done: dict[UUID, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    if kinds:
        ecp_ids = list({sale.ecp_id for sale in sales if sale.revision.activities})
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
