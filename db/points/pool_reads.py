"""Statements that read, lock, and take from pools: limits over all ECPs."""

from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, column, select, text

from db.columns import columns, named_columns, scalar
from db.points.tables import PointsPoolLimitTable, PointsPoolTable
from db.statement import Statement, number, numbers, uuids


class PoolRow(Struct, frozen=True):
    """A pool: what is left in all of its slices, and what is owed."""

    scheme: int
    rule_id: UUID
    owed: int
    rest: int


class PoolLimitRow(Struct, frozen=True):
    """The limit of a pool, locked."""

    scheme: int
    rule_id: UUID
    capacity: int
    owed: int


class UsedRow(Struct, frozen=True):
    """What a rule of a revision has paid to all ECPs; rule 0 are the base points."""

    revision: int
    rule: int
    points: int


class SliceRow(Struct, frozen=True):
    """A slice of a pool, locked."""

    scheme: int
    rule_id: UUID
    slice: int
    rest: int


_POOLS: Final = """
SELECT known.scheme, known.rule_id, known.owed, sum(part.rest)::bigint AS rest
FROM points_pool_limit AS known
JOIN points_pool AS part ON part.scheme = known.scheme AND part.rule_id = known.rule_id
WHERE known.scheme = ANY(:schemes)
GROUP BY known.scheme, known.rule_id
"""
POOLS: Final = Statement(text(_POOLS).bindparams(numbers("schemes")).columns(*named_columns(PoolRow)), PoolRow)
# In the order in which all transactions lock them: limits first, where they are locked, and slices after them.
LOCK_LIMITS: Final = Statement(
    select(*columns(PointsPoolLimitTable, PoolLimitRow))
    .where(PointsPoolLimitTable.scheme == any_(numbers("schemes")))
    .order_by(PointsPoolLimitTable.scheme, PointsPoolLimitTable.rule_id)
    .with_for_update(),
    PoolLimitRow,
)
# Reads all entries of a scheme. It is needed when a later revision adds a limit. No transaction may be posting there.
_USED: Final = """
SELECT found.revision, entry.rule,
    sum(CASE entry.kind WHEN 3 THEN -entry.points ELSE entry.points END)::bigint AS points
FROM points_entry AS entry
JOIN valuation AS found ON found.ecp = entry.ecp AND found.scheme = entry.scheme
    AND found.sold_at = entry.effective_at AND found.sale = entry.sale AND found.position = entry.position
    AND found.version = entry.version
WHERE entry.scheme = :scheme
GROUP BY found.revision, entry.rule
"""
USED: Final = Statement(text(_USED).bindparams(number("scheme")).columns(*named_columns(UsedRow)), UsedRow)
LOCK_SLICES: Final = Statement(
    select(*columns(PointsPoolTable, SliceRow))
    .where(PointsPoolTable.scheme == any_(numbers("schemes")))
    .order_by(PointsPoolTable.scheme, PointsPoolTable.rule_id, PointsPoolTable.slice)
    .with_for_update(),
    SliceRow,
)
# Takes amounts from one slice of each pool, if that has enough; negative ones are given back. Takes nothing from a pool
# of which something is owed.
_TAKE: Final = """
WITH locked AS (
    SELECT part.scheme, part.rule_id, wanted.amount
    FROM unnest(:schemes, :rule_ids, :amounts) AS wanted (scheme, rule_id, amount)
    JOIN points_pool_limit AS known ON known.scheme = wanted.scheme AND known.rule_id = wanted.rule_id
        AND known.owed = 0
    JOIN points_pool AS part ON part.scheme = wanted.scheme AND part.rule_id = wanted.rule_id AND part.slice = :slice
    WHERE part.rest >= wanted.amount
    ORDER BY part.scheme, part.rule_id
    FOR UPDATE OF part
)
UPDATE points_pool SET rest = points_pool.rest - locked.amount FROM locked
WHERE points_pool.scheme = locked.scheme AND points_pool.rule_id = locked.rule_id AND points_pool.slice = :slice
RETURNING 1 AS taken
"""
TAKE_FROM_SLICE: Final = Statement(
    text(_TAKE)
    .bindparams(numbers("schemes"), uuids("rule_ids"), numbers("amounts"), number("slice"))
    .columns(column("taken")),
    scalar(int),
)
