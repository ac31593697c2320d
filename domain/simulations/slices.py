"""The pools of a simulated scheme, in slices as the ledger keeps them, so that both grant the same to the point (N7).

A posting takes from one slice of each pool, and from all of them only where that has too little; see ADR 35.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.points.pools import BUDGET, NO_POOLS, Pool, SchemePools

SLICES: Final = 16
Folding = Callable[[SchemePools], None]


class SlicedPools:
    """What is left of the budget and of limits over all ECPs."""

    def __init__(self, limits: Mapping[UUID, int]) -> None:
        """Begin with all of these limits unused, by the id of the rule, or `BUDGET`."""
        self._slices = {key: _spread(limit) for key, limit in limits.items()}
        self._parts = list(self._slices.values())
        self._used_up: set[UUID] = set()

    @property
    def budget_is_empty(self) -> bool:
        """Whether nothing is left of the budget; false without one."""
        return BUDGET in self._slices and not any(self._slices[BUDGET])

    def take_wanted(self, wanted: Sequence[int], home: int) -> bool:
        """Take these amounts, one for each limit in order, if the home slices have them and no pool is used up."""
        if self._used_up:
            return False
        parts = self._parts
        for slices, amount in zip(parts, wanted, strict=True):
            if amount and slices[home] < amount:
                return False
        for slices, amount in zip(parts, wanted, strict=True):
            slices[home] -= amount
        return True

    def take(self, fold: Folding, home: int) -> None:
        """Call `fold` with the pools until what it takes from them is theirs, as a posting does; twice at most."""
        if not self._slices:
            fold(NO_POOLS)
            return
        if not self._used_up:
            pools = {key: Pool(None) for key in self._slices}
            fold(_of_scheme(pools))
            if self._take_home(pools, home):
                return
        free = {key: sum(parts) for key, parts in self._slices.items()}
        self._used_up = {key for key, rest in free.items() if not rest}
        pools = {key: Pool(None if rest else 0) for key, rest in free.items()}
        fold(_of_scheme(pools))
        if any(pool.taken > free[key] for key, pool in pools.items()) or not self._take_home(pools, home):
            pools = {key: Pool(rest) for key, rest in free.items()}
            fold(_of_scheme(pools))
            self._take_exactly(pools, free, home)

    def _take_home(self, pools: Mapping[UUID, Pool], home: int) -> bool:
        if any(pool.taken and self._slices[key][home] < pool.taken for key, pool in pools.items()):
            return False
        for key, pool in pools.items():
            self._slices[key][home] -= pool.taken
        return True

    def _take_exactly(self, pools: Mapping[UUID, Pool], free: Mapping[UUID, int], home: int) -> None:
        for key, pool in pools.items():
            parts = self._slices[key]
            if parts[home] >= pool.taken:
                parts[home] -= pool.taken
            else:
                parts[:] = _spread(free[key] - pool.taken)


def _spread(rest: int) -> list[int]:
    each, more = divmod(rest, SLICES)
    return [each + (part < more) for part in range(SLICES)]


def _of_scheme(pools: Mapping[UUID, Pool]) -> SchemePools:
    return SchemePools(pools.get(BUDGET), {key: pool for key, pool in pools.items() if key != BUDGET})
