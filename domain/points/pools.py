"""Limits over all ECPs, as a fold of lines sees them: what a pool leaves, and what lines take from it (R22).

A pool is granted in order of arrival, and a line keeps what it was granted.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

# The budget of a scheme is a pool like those of rules; this takes the place of the id of a rule.
BUDGET: UUID = UUID(int=0)


class PoolKey(Struct, frozen=True, order=True, cache_hash=True):
    """A pool: the number of the scheme, and the id of the rule or `BUDGET`."""

    scheme: int
    rule_id: UUID


class Pool:
    """A pool during a fold: `rest` is what it leaves, None as if it were unlimited; `taken` what lines took so far.

    The rest is negative where more was granted than a limit that was lowered: what comes back is not granted again.
    """

    __slots__ = ("rest", "taken")

    def __init__(self, rest: int | None) -> None:
        self.rest = rest
        self.taken = 0

    def leaves(self, kept: int) -> int | None:
        """What a line may have that was granted `kept` before; None without a limit."""
        return None if self.rest is None else kept + max(self.rest - self.taken, 0)


class SchemePools(Struct, frozen=True):
    """The pools of a scheme: of its budget, if it has one, and of its rules that are limited over all ECPs."""

    budget: Pool | None = None
    by_rule: dict[UUID, Pool] = {}

    def at_positions(self, positions: Mapping[UUID, int]) -> dict[int, Pool]:
        """The pools of the rules of a revision, by their positions in it."""
        return {positions[rule_id]: pool for rule_id, pool in self.by_rule.items() if rule_id in positions}


NO_POOLS = SchemePools()
