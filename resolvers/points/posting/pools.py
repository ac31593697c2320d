"""Takes points from the pools of schemes: limits over all ECPs, and budgets (R22).

Lines are folded as if the pools were unlimited, and their demand is taken from one slice of each pool. Where a slice
has too little, all slices of the schemes are locked in order, and the lines are folded again with the exact rest.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from db.points.pool_changes import SLICES, set_limits, set_slices
from db.points.pool_reads import LOCK_LIMITS, LOCK_SLICES, POOLS, TAKE_FROM_SLICE, PoolLimitRow, SliceRow
from db.sessions import Writing
from domain.lru_cache import LruCache
from domain.points.pool_limits import PoolContent
from domain.points.pools import BUDGET, Pool, PoolKey, SchemePools
from resolvers.points.posting.pool_limits import Limiting, spread

# Pools that were used up when they were read last, as a hint to read them first: of this process only.
_USED_UP: Final[LruCache[PoolKey, bool]] = LruCache(10_000)
Folding = Callable[[Mapping[int, SchemePools]], None]


class _Short(Exception):
    """A slice has too little."""


async def take_from_pools(session: Writing, limiting: Limiting, fold: Folding, *, home: int) -> None:
    """Call `fold` with the pools of each scheme until what it takes from them is theirs; twice at most.

    `limiting` are the revisions that the pools follow; `home` chooses the slice.
    """
    keys = [PoolKey(scheme, rule_id) for scheme, revision in limiting.items() for rule_id in revision.limits_in_total]
    if not any(_USED_UP.get(key) for key in keys):
        pools = {key: Pool(None) for key in keys}
        fold(_by_scheme(pools))
        if await _take(session, pools, home % SLICES):
            return
    contents = {
        PoolKey(row.scheme, row.rule_id): PoolContent(row.rest, row.owed)
        for row in await session.fetch(POOLS, schemes=sorted(limiting))
    }
    for key, content in contents.items():
        _USED_UP.put(key, content.free <= 0)
    # What is used up stays so unless another transaction gives something back, which comes later then.
    pools = {key: Pool(None if content.free > 0 else content.free) for key, content in contents.items()}
    fold(_by_scheme(pools))
    owing = any(pools[key].taken < 0 and content.owed for key, content in contents.items())
    short = any(pools[key].taken > max(content.free, 0) for key, content in contents.items())
    if owing or short or not await _take(session, pools, home % SLICES):
        await _take_exactly(session, sorted(limiting), fold, home % SLICES)


async def _take(session: Writing, pools: Mapping[PoolKey, Pool], home: int) -> bool:
    """Take from one slice of each pool, or nothing at all; return whether each had enough.

    A slice that has too little stays locked when this transaction has waited for it, so the savepoint releases it:
    locking all slices could run into a deadlock otherwise.
    """
    wanted = {key: pool.taken for key, pool in sorted(pools.items()) if pool.taken}
    if not wanted:
        return True
    try:
        async with session.attempt():
            taken = await session.fetch(
                TAKE_FROM_SLICE,
                schemes=[key.scheme for key in wanted],
                rule_ids=[key.rule_id for key in wanted],
                amounts=list(wanted.values()),
                slice=home,
            )
            _require(len(taken) == len(wanted))
    except _Short:
        return False
    return True


def _require(enough: bool) -> None:  # noqa: FBT001 - reads as a sentence
    if not enough:
        raise _Short


async def _take_exactly(session: Writing, schemes: Sequence[int], fold: Folding, home: int) -> None:
    """Lock the pools, fold with what is left in them, and take that."""
    limits = {PoolKey(row.scheme, row.rule_id): row for row in await session.fetch(LOCK_LIMITS, schemes=schemes)}
    slices: dict[PoolKey, list[SliceRow]] = defaultdict(list)
    for part in await session.fetch(LOCK_SLICES, schemes=schemes):
        slices[PoolKey(part.scheme, part.rule_id)].append(part)
    contents = {key: PoolContent(sum(part.rest for part in slices[key]), limits[key].owed) for key in limits}
    pools = {key: Pool(content.free) for key, content in contents.items()}
    fold(_by_scheme(pools))
    changed: list[SliceRow] = []
    owed: list[PoolLimitRow] = []
    for key, pool in pools.items():
        before, after = contents[key], PoolContent.of(contents[key].free - pool.taken)
        if after.owed > before.owed:
            raise ValueError("the fold took more from a pool than was left")
        if after.rest != before.rest:
            changed += _taken_from(slices[key], before.rest - after.rest, home)
        if after.owed != before.owed:
            owed.append(replace(limits[key], owed=after.owed))
    if changed:
        await set_slices(session, changed)
    if owed:
        await set_limits(session, owed)


def _taken_from(slices: Sequence[SliceRow], amount: int, home: int) -> list[SliceRow]:
    """The slices after an amount is taken; what is left is spread again once the home slice has too little."""
    rest = sum(part.rest for part in slices) - amount
    own = next(part for part in slices if part.slice == home)
    if own.rest >= amount:
        return [replace(own, rest=own.rest - amount)]
    return spread(slices, rest)


def _by_scheme(pools: Mapping[PoolKey, Pool]) -> Mapping[int, SchemePools]:
    budgets: dict[int, Pool] = {}
    rules: dict[int, dict[UUID, Pool]] = defaultdict(dict)
    for key, pool in pools.items():
        if key.rule_id == BUDGET:
            budgets[key.scheme] = pool
        else:
            rules[key.scheme][key.rule_id] = pool
    return {scheme: SchemePools(budgets.get(scheme), rules[scheme]) for scheme in {*budgets, *rules}}
