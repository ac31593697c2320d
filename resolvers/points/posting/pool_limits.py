"""Lets pools follow the limits of the revision in force: creates, raises, lowers, and removes them (R22)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.pool_changes import SLICES, NewPool, add_pool, remove_pools, set_limits, set_slices
from db.points.pool_reads import LOCK_LIMITS, LOCK_SLICES, POOLS, USED, PoolLimitRow, PoolRow, SliceRow
from db.sessions import Writing
from domain.points.pool_limits import PoolContent, limited_to
from domain.points.pools import BUDGET, PoolKey
from domain.points.revision_plan import RevisionPlan, SchemePlan


class LimitedScheme(Struct, frozen=True):
    """A scheme with its number."""

    scheme: int
    plan: SchemePlan


class PoolLimit(Struct, frozen=True):
    """A limit over all ECPs, and the revision in force that sets it."""

    revision: RevisionPlan
    capacity: int


def limits_in_force(schemes: Collection[LimitedScheme], at: datetime) -> Mapping[PoolKey, PoolLimit]:
    """The limits over all ECPs of the revisions in force at a moment."""
    limits: dict[PoolKey, PoolLimit] = {}
    for scheme in schemes:
        revision = scheme.plan.in_force(at)
        if revision is None:
            continue
        for rule_id, capacity in revision.limits_in_total.items():
            limits[PoolKey(scheme.scheme, rule_id)] = PoolLimit(revision, capacity)
        budget = revision.content.basics.budget
        if budget is not None:
            limits[PoolKey(scheme.scheme, BUDGET)] = PoolLimit(revision, budget)
    return limits


async def load_pools(
    session: Writing, schemes: Collection[LimitedScheme], limits: Mapping[PoolKey, PoolLimit]
) -> Mapping[PoolKey, PoolContent]:
    """Load what is left in each pool, after its limit is that of the revision in force."""
    numbers = [scheme.scheme for scheme in schemes]
    found = await _read(session, numbers)
    missing = sorted(limits.keys() - found.keys())
    surplus = sorted(found.keys() - limits.keys())
    old = [key for key, limit in limits.items() if key in found and found[key].revision < limit.revision.number]
    if missing or surplus or old:
        for key in missing:
            await _create(session, key, limits[key], {one.scheme: one.plan for one in schemes}[key.scheme])
        for key in surplus:
            await remove_pools(session, key.scheme, [key.rule_id])
        if old:
            await _change_limits(session, old, limits)
        found = await _read(session, numbers)
    return {key: PoolContent(found[key].rest, found[key].owed) for key in limits}


async def _read(session: Writing, schemes: Sequence[int]) -> Mapping[PoolKey, PoolRow]:
    return {PoolKey(row.scheme, row.rule_id): row for row in await session.fetch(POOLS, schemes=schemes)}


async def _create(session: Writing, key: PoolKey, limit: PoolLimit, plan: SchemePlan) -> None:
    """Create a pool. A limit that a later revision adds counts what was paid before it."""
    used = 0
    if limit.revision is not plan.first:
        for row in await session.fetch(USED, scheme=key.scheme):
            used += row.points if _is_of(plan, row.revision, row.rule, key.rule_id) else 0
    content = PoolContent.of(limit.capacity - used)
    pool = NewPool(
        scheme=key.scheme,
        rule_id=key.rule_id,
        revision=limit.revision.number,
        capacity=limit.capacity,
        rest=content.rest,
        owed=content.owed,
    )
    await add_pool(session, pool)


def _is_of(plan: SchemePlan, revision: int, rule: int, rule_id: UUID) -> bool:
    """Whether a component of a line counts in a pool: everything in the budget, and a rule in its own."""
    return rule_id == BUDGET or (rule > 0 and plan.by_number[revision].rule_ids[rule - 1] == rule_id)


async def _change_limits(session: Writing, keys: Sequence[PoolKey], limits: Mapping[PoolKey, PoolLimit]) -> None:
    schemes = sorted({key.scheme for key in keys})
    rows = {PoolKey(row.scheme, row.rule_id): row for row in await session.fetch(LOCK_LIMITS, schemes=schemes)}
    slices = await session.fetch(LOCK_SLICES, schemes=schemes)
    changed: list[PoolLimitRow] = []
    for key in keys:
        row, limit = rows.get(key), limits[key]
        # Another transaction may have done it.
        if row is None or row.revision >= limit.revision.number:
            continue
        own = [part for part in slices if (part.scheme, part.rule_id) == (key.scheme, key.rule_id)]
        content = PoolContent(sum(part.rest for part in own), row.owed)
        after = limited_to(content, row.capacity, limit.capacity)
        await set_slices(session, spread(own, after.rest))
        changed.append(replace(row, revision=limit.revision.number, capacity=limit.capacity, owed=after.owed))
    await set_limits(session, changed)


def spread(slices: Sequence[SliceRow], rest: int) -> list[SliceRow]:
    """Distribute what is left in a pool evenly over its slices."""
    each, more = divmod(rest, SLICES)
    return [replace(part, rest=each + (part.slice < more)) for part in slices]
