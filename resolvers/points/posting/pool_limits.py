"""Lets the pools of schemes follow a revision that took effect: creates, raises, lowers, and removes them (R22).

The pools of a scheme follow one revision: the latest that any posting has seen in force. A posting with an earlier
clock, or one that began before a revision took effect, uses the pools as they are.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace

from db.points.pool_changes import SLICES, NewPool, add_pool, follow_revision, remove_pools, set_limits, set_slices
from db.points.pool_reads import LOCK_LIMITS, LOCK_SLICES, USED, PoolLimitRow, SliceRow
from db.points.posting_state import FollowedRow
from db.sessions import Writing
from db.timeouts import ALLOW_FIVE_MINUTES
from domain.points.pool_limits import PoolContent, limited_to
from domain.points.pools import BUDGET
from domain.points.revision_plan import RevisionPlan, SchemePlan
from resolvers.points.posting.ledgers import Ledgers

# The revision whose limits hold in each scheme, by its number; a scheme without an approved revision has none.
Limiting = Mapping[int, RevisionPlan]


async def follow_revisions(
    session: Writing, ledgers: Ledgers, plans: Mapping[UUID, SchemePlan], followed: Sequence[FollowedRow]
) -> Limiting:
    """Let pools follow the revisions in force where this transaction has the limits alone; return what holds now.

    `plans` and `followed` were read behind the locks, for all schemes of the ECPs.
    """
    known = {row.scheme: row.revision for row in followed}
    numbers = {
        scheme: scheme_id
        for ecp in ledgers.ecps.values()
        for scheme_id, scheme in zip(ecp.scheme_ids, ecp.scheme_numbers, strict=True)
    }
    limiting: dict[int, RevisionPlan] = {}
    for scheme, scheme_id in sorted(numbers.items()):
        plan = plans[scheme_id]
        revision = plan.by_number.get(known.get(scheme, 0))
        if scheme in ledgers.alone:
            latest = plan.limiting(ledgers.read_at)
            if latest is not None and (revision is None or revision.effective_at < latest.effective_at):
                await _follow(session, scheme, plan, latest, is_new=scheme not in known)
                revision = latest
        if revision is not None:
            limiting[scheme] = revision
    return limiting


async def _follow(session: Writing, scheme: int, plan: SchemePlan, revision: RevisionPlan, *, is_new: bool) -> None:
    """Give a scheme the pools of a revision; `is_new` says that nothing was ever granted there."""
    limits = revision.limits_in_total
    rows = {row.rule_id: row for row in await session.fetch(LOCK_LIMITS, schemes=[scheme])}
    missing = sorted(limits.keys() - rows.keys())
    used = {} if is_new or not missing else await _used(session, scheme, plan)
    for rule_id in missing:
        content = PoolContent.of(limits[rule_id] - used.get(rule_id, 0))
        pool = NewPool(scheme=scheme, rule_id=rule_id, capacity=limits[rule_id], rest=content.rest, owed=content.owed)
        await add_pool(session, pool)
    if surplus := sorted(rows.keys() - limits.keys()):
        await remove_pools(session, scheme, surplus)
    changed = [row for rule_id, row in rows.items() if row.capacity != limits.get(rule_id, row.capacity)]
    if changed:
        await _change_limits(session, scheme, changed, limits)
    await follow_revision(session, scheme, revision.number, revision.effective_at)


async def _used(session: Writing, scheme: int, plan: SchemePlan) -> Mapping[UUID, int]:
    """What each rule has paid to all ECPs, and base and bonus points together for the budget."""
    # While one counts, the other postings of the scheme wait and may be canceled.
    await session.fetch(ALLOW_FIVE_MINUTES)
    used: dict[UUID, int] = {BUDGET: 0}
    for row in await session.fetch(USED, scheme=scheme):
        used[BUDGET] += row.points
        if row.rule > 0:
            rule_id = plan.by_number[row.revision].rule_ids[row.rule - 1]
            used[rule_id] = used.get(rule_id, 0) + row.points
    return used


async def _change_limits(
    session: Writing, scheme: int, rows: Sequence[PoolLimitRow], limits: Mapping[UUID, int]
) -> None:
    slices = await session.fetch(LOCK_SLICES, schemes=[scheme])
    changed: list[PoolLimitRow] = []
    for row in rows:
        capacity = limits[row.rule_id]
        own = [part for part in slices if part.rule_id == row.rule_id]
        content = PoolContent(sum(part.rest for part in own), row.owed)
        after = limited_to(content, row.capacity, capacity)
        await set_slices(session, spread(own, after.rest))
        changed.append(replace(row, capacity=capacity, owed=after.owed))
    await set_limits(session, changed)


def spread(slices: Sequence[SliceRow], rest: int) -> list[SliceRow]:
    """Distribute what is left in a pool evenly over its slices."""
    each, more = divmod(rest, SLICES)
    return [replace(part, rest=each + (part.slice < more)) for part in slices]
