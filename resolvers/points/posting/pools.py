"""Takes points from the pools of schemes: limits over all ECPs, and budgets (R22).

Lines are folded as if the pools were unlimited, and their demand is taken from one slice of each pool. Where a slice has
too little, all slices of the schemes are locked in order, and the lines are folded again with the exact rest.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.pool_changes import SLICES, NewPool, add_pool, set_slices
from db.points.pool_reads import LOCK_SLICES, POOLS, TAKE_FROM_SLICE, PoolRow, SliceRow
from db.sessions import Writing
from domain.points.pools import BUDGET, Pool, PoolKey, SchemePools
from domain.points.revision_plan import SchemePlan

Folding = Callable[[Mapping[int, SchemePools]], None]


class _Short(Exception):
    """A slice has too little."""


class LimitedScheme(Struct, frozen=True):
    """A scheme with its number."""

    scheme: int
    plan: SchemePlan


async def take_from_pools(
    session: Writing, schemes: Collection[LimitedScheme], at: datetime, fold: Folding, *, home: int
) -> None:
    """Call `fold` with the pools of each scheme until what it takes from them is theirs; twice at most.

    Pools follow the revision in force at `at`; `home` chooses the slice.
    """
    limits = {key: limit for scheme in schemes for key, limit in _limits(scheme, at).items()}
    if not limits:
        fold({})
        return
    rests = await _load_rests(session, schemes, limits, at)
    # What is used up stays so unless another transaction gives something back, which comes later then.
    pools = {key: Pool(0 if rests[key] == 0 else None) for key in limits}
    fold(_by_scheme(pools))
    if await _take(session, pools, home % SLICES):
        return
    slices = await session.fetch(LOCK_SLICES, schemes=sorted({key.scheme for key in limits}))
    totals: dict[PoolKey, int] = defaultdict(int)
    for part in slices:
        totals[PoolKey(part.scheme, part.rule_id)] += part.rest
    pools = {key: Pool(totals[key]) for key in limits}
    fold(_by_scheme(pools))
    await _write_slices(session, slices, {key: pool.taken for key, pool in pools.items()}, home % SLICES)


def _limits(scheme: LimitedScheme, at: datetime) -> Mapping[PoolKey, int]:
    """The limits over all ECPs of the revision in force."""
    revision = scheme.plan.in_force(at)
    if revision is None:
        return {}
    limits = {PoolKey(scheme.scheme, rule_id): limit for rule_id, limit in revision.limits_in_total.items()}
    if revision.content.basics.budget is not None:
        limits[PoolKey(scheme.scheme, BUDGET)] = revision.content.basics.budget
    return limits


async def _load_rests(
    session: Writing, schemes: Collection[LimitedScheme], limits: Mapping[PoolKey, int], at: datetime
) -> Mapping[PoolKey, int]:
    """What is left in each pool; creates those that do not exist yet."""
    numbers = [scheme.scheme for scheme in schemes]
    found = _by_key(await session.fetch(POOLS, schemes=numbers))
    missing = sorted(limits.keys() - found.keys())
    if missing:
        revisions = {scheme.scheme: scheme.plan.in_force(at) for scheme in schemes}
        for key in missing:
            revision = revisions[key.scheme]
            number = 0 if revision is None else revision.number
            pool = NewPool(
                scheme=key.scheme,
                rule_id=key.rule_id,
                revision=number,
                capacity=limits[key],
                rest=limits[key],
                owed=0,
            )
            await add_pool(session, pool)
        found = _by_key(await session.fetch(POOLS, schemes=numbers))
    return {key: found[key].rest for key in limits}


def _by_key(rows: Sequence[PoolRow]) -> Mapping[PoolKey, PoolRow]:
    return {PoolKey(row.scheme, row.rule_id): row for row in rows}


def _by_scheme(pools: Mapping[PoolKey, Pool]) -> Mapping[int, SchemePools]:
    budgets: dict[int, Pool] = {}
    rules: dict[int, dict[UUID, Pool]] = defaultdict(dict)
    for key, pool in pools.items():
        if key.rule_id == BUDGET:
            budgets[key.scheme] = pool
        else:
            rules[key.scheme][key.rule_id] = pool
    return {scheme: SchemePools(budgets.get(scheme), rules[scheme]) for scheme in {*budgets, *rules}}


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
            if len(taken) < len(wanted):
                raise _Short
    except _Short:
        return False
    return True


async def _write_slices(
    session: Writing, slices: Sequence[SliceRow], taken: Mapping[PoolKey, int], home: int
) -> None:
    """Take amounts from locked slices, beginning at one of them, and give back to that one."""
    left = dict(taken)
    changed: list[SliceRow] = []
    for part in sorted(slices, key=lambda one: (one.slice - home) % SLICES):
        key = PoolKey(part.scheme, part.rule_id)
        amount = min(left.get(key, 0), part.rest)
        if amount:
            left[key] -= amount
            changed.append(replace(part, rest=part.rest - amount))
    if any(left.values()):
        raise ValueError("the fold took more from a pool than was left")
    if changed:
        await set_slices(session, changed)
