"""Statements that read the ranks of tiers and the categories of products at moments in the past."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from db.columns import named_columns
from db.statement import Statement, moments, uuids


class RankRow(NamedTuple):
    """The rank of a tier at a moment."""

    at: datetime
    tier_id: UUID
    rank: int


class CategoryOfProductRow(NamedTuple):
    """The category of a product at a moment."""

    id: UUID
    at: datetime
    category_id: UUID


# Every tier that there is now, at each of the parameter `moments`.
_RANKS: Final = """
SELECT asked.at, tier.id AS tier_id, version.rank
FROM unnest(:moments) AS asked (at) CROSS JOIN tier
CROSS JOIN LATERAL (
    SELECT rank FROM tier_version WHERE tier_id = tier.id AND valid_from <= asked.at ORDER BY valid_from DESC LIMIT 1
) AS version
"""
# Each of the parameter `ids` at the moment that has the same place in `moments`.
_CATEGORIES: Final = """
SELECT asked.id, asked.at, version.category_id
FROM unnest(:ids, :moments) AS asked (id, at)
CROSS JOIN LATERAL (
    SELECT category_id FROM product_version WHERE product_id = asked.id AND valid_from <= asked.at
    ORDER BY valid_from DESC LIMIT 1
) AS version
"""


RANKS_AT: Final = Statement(text(_RANKS).bindparams(moments("moments")).columns(*named_columns(RankRow)), RankRow)
CATEGORIES_AT: Final = Statement(
    text(_CATEGORIES).bindparams(uuids("ids"), moments("moments")).columns(*named_columns(CategoryOfProductRow)),
    CategoryOfProductRow,
)
