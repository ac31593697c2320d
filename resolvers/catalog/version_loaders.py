"""Load the ranks and categories that the value of a sale depends on, as they were at the moment of the sale.

`resolvers.points.earners` loads the places of ECPs. Each function runs one statement for any number of sales, and takes
a `Fetching`, so that previews and postings share it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from db.catalog.version_reads import CATEGORIES_AT, RANKS_AT
from db.sessions import Fetching

# A product, and the moment at which it was sold.
ProductAt = tuple[UUID, datetime]


async def tier_ranks_at(fetching: Fetching, moments: Collection[datetime]) -> Mapping[datetime, Mapping[UUID, int]]:
    """The rank of every tier at each moment. A tier that was added later has the rank that it was added with."""
    ranks: dict[datetime, dict[UUID, int]] = defaultdict(dict)
    for at, tier_id, rank in await fetching.fetch(RANKS_AT, moments=list(set(moments))):
        ranks[at][tier_id] = rank
    return ranks


async def categories_at(fetching: Fetching, asked: Collection[ProductAt]) -> Mapping[ProductAt, UUID]:
    """The category of each product at its moment; unknown products are left out."""
    distinct = list(dict.fromkeys(asked))
    rows = await fetching.fetch(CATEGORIES_AT, ids=[key for key, _ in distinct], moments=[at for _, at in distinct])
    return {(row.id, row.at): row.category_id for row in rows}
