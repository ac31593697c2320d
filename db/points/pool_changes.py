"""Changes to pools: new ones, the rest of their slices, their limits, and the revision that they follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, delete, text

from db.points.pool_reads import PoolLimitRow, SliceRow
from db.points.tables import PointsPoolLimitTable, PointsPoolTable
from db.sessions import Writing
from db.statement import Change, moment, number, numbers, uuid, uuids

# A pool is kept in so many rows, so that transactions seldom wait for each other.
SLICES: Final = 16


class NewPool(Struct, frozen=True):
    """A pool to be created: its limit, and what is left of it."""

    scheme: int
    rule_id: UUID
    capacity: int
    rest: int
    owed: int


_ADD_LIMIT: Final = Change(
    text("""
INSERT INTO points_pool_limit (scheme, rule_id, capacity, owed) VALUES (:scheme, :rule_id, :capacity, :owed)
""").bindparams(number("scheme"), uuid("rule_id"), number("capacity"), number("owed"))
)
_ADD_SLICES: Final = Change(
    text("""
INSERT INTO points_pool (scheme, rule_id, slice, rest)
SELECT :scheme, :rule_id, slice - 1, rest FROM unnest(:rests) WITH ORDINALITY AS given (rest, slice)
""").bindparams(number("scheme"), uuid("rule_id"), numbers("rests"))
)
_SET_SLICES: Final = Change(
    text("""
UPDATE points_pool SET rest = given.rest
FROM unnest(:schemes, :rule_ids, :slices, :rests) AS given (scheme, rule_id, slice, rest)
WHERE points_pool.scheme = given.scheme AND points_pool.rule_id = given.rule_id AND points_pool.slice = given.slice
""").bindparams(numbers("schemes"), uuids("rule_ids"), numbers("slices"), numbers("rests"))
)

_SET_LIMITS: Final = Change(
    text("""
UPDATE points_pool_limit SET capacity = given.capacity, owed = given.owed
FROM unnest(:schemes, :rule_ids, :capacities, :owed) AS given (scheme, rule_id, capacity, owed)
WHERE points_pool_limit.scheme = given.scheme AND points_pool_limit.rule_id = given.rule_id
""").bindparams(numbers("schemes"), uuids("rule_ids"), numbers("capacities"), numbers("owed"))
)
_FOLLOW: Final = Change(
    text("""
INSERT INTO points_scheme (scheme, revision, effective_at) VALUES (:scheme, :revision, :at)
ON CONFLICT (scheme) DO UPDATE SET revision = excluded.revision, effective_at = excluded.effective_at
""").bindparams(number("scheme"), number("revision"), moment("at"))
)
_REMOVE_LIMITS: Final = Change(
    delete(PointsPoolLimitTable).where(
        PointsPoolLimitTable.scheme == number("scheme"), PointsPoolLimitTable.rule_id == any_(uuids("rule_ids"))
    )
)
_REMOVE_SLICES: Final = Change(
    delete(PointsPoolTable).where(
        PointsPoolTable.scheme == number("scheme"), PointsPoolTable.rule_id == any_(uuids("rule_ids"))
    )
)


async def follow_revision(session: Writing, scheme: int, revision: int, effective_at: datetime) -> None:
    """Note that the pools of a scheme follow a revision."""
    await session.run(_FOLLOW, scheme=scheme, revision=revision, at=effective_at)


async def add_pool(session: Writing, pool: NewPool) -> None:
    """Create a pool; this transaction has the limits of the scheme alone."""
    await session.run(_ADD_LIMIT, scheme=pool.scheme, rule_id=pool.rule_id, capacity=pool.capacity, owed=pool.owed)
    each, more = divmod(pool.rest, SLICES)
    rests = [each + (at < more) for at in range(SLICES)]
    await session.run(_ADD_SLICES, scheme=pool.scheme, rule_id=pool.rule_id, rests=rests)


async def set_limits(session: Writing, limits: Sequence[PoolLimitRow]) -> None:
    """Set limits that this transaction has locked."""
    await session.run(
        _SET_LIMITS,
        schemes=[one.scheme for one in limits],
        rule_ids=[one.rule_id for one in limits],
        capacities=[one.capacity for one in limits],
        owed=[one.owed for one in limits],
    )


async def remove_pools(session: Writing, scheme: int, rule_ids: Sequence[UUID]) -> None:
    """Remove pools of a scheme: the limits were removed."""
    await session.run(_REMOVE_LIMITS, scheme=scheme, rule_ids=rule_ids)
    await session.run(_REMOVE_SLICES, scheme=scheme, rule_ids=rule_ids)


async def set_slices(session: Writing, slices: Sequence[SliceRow]) -> None:
    """Set what is left in slices that this transaction has locked."""
    await session.run(
        _SET_SLICES,
        schemes=[one.scheme for one in slices],
        rule_ids=[one.rule_id for one in slices],
        slices=[one.slice for one in slices],
        rests=[one.rest for one in slices],
    )
