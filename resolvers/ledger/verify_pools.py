"""Verify limits over all ECPs: what they granted and what is left must add up (R22)."""

from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec

from db.ledger.verify_fold import GRANTS, POOLS_TO_VERIFY, RULES_OF_POOLS, UNLIMITED_SCHEMES
from db.ledger.verify_rows import GrantRow, PoolToVerifyRow
from db.sessions import Snapshot
from domain.points.pools import BUDGET
from domain.points.valuation_facts import decode_facts
from domain.text import format_count


async def verify_pools(snapshot: Snapshot) -> AsyncIterator[str]:
    """Find pools whose limit is not what is left plus what was granted, or not that of the revision, as sentences.

    The lines of all ECPs are read, one after another.
    """
    rules = {(row.scheme, row.revision): row.rule_ids for row in await snapshot.fetch(RULES_OF_POOLS)}
    granted: dict[tuple[int, UUID], int] = defaultdict(int)
    async for row in snapshot.stream(GRANTS):
        for rule_id, points in _grants(row, rules.get((row.scheme, row.revision), [])):
            granted[row.scheme, rule_id] += points
    async for scheme in snapshot.stream(UNLIMITED_SCHEMES):
        yield f"{scheme.owner}: lines are valued, and no revision is noted whose limits over all ECPs hold."
    for pool in await snapshot.fetch(POOLS_TO_VERIFY):
        if (finding := _finding(pool, granted[pool.scheme, pool.rule_id])) is not None:
            yield finding


def _finding(pool: PoolToVerifyRow, granted: int) -> str | None:
    name = "the budget" if pool.rule_id == BUDGET else f"the limit in total of rule {pool.rule_id}"
    if pool.revision is not None and pool.capacity != pool.limit:
        kept = "not kept" if pool.capacity is None else f"kept as {format_count(pool.capacity, 'point')}"
        given = "without one" if pool.limit is None else f"where it is {format_count(pool.limit, 'point')}"
        return f"{pool.scheme_code}: {name} is {kept}, and the scheme follows revision {pool.revision}, {given}."
    capacity = pool.capacity or 0
    if capacity == pool.rest + granted - pool.owed:
        return None
    return (
        f"{pool.scheme_code}: {name} is {format_count(capacity, 'point')}; {granted:,} are granted, "
        f"{pool.rest:,} are left, and {pool.owed:,} are owed."
    )


def _grants(row: GrantRow, rule_ids: list[UUID]) -> list[tuple[UUID, int]]:
    """What a line takes from the pools of its rules and from the budget; damaged facts are found elsewhere."""
    try:
        paid = decode_facts(row.facts).points_by_rule(len(rule_ids))
    except (msgspec.MsgspecError, IndexError):
        return []
    return [(BUDGET, row.base + sum(paid)), *zip(rule_ids, paid, strict=True)]
