"""The pools of a simulation grant as those of the ledger do (N7, R22)."""

from collections.abc import Callable
from uuid import UUID

from domain.points.pools import BUDGET, Pool, SchemePools
from domain.simulations.slices import SlicedPools

RULE = UUID(int=5)


def wanting(amount: int, granted: list[int]) -> Callable[[SchemePools], None]:
    """A fold of one line that wants so much of the limit of a rule; notes what it gets."""

    def fold(pools: SchemePools) -> None:
        pool: Pool = pools.by_rule[RULE]
        left = pool.leaves(0)
        got = amount if left is None else min(amount, left)
        pool.taken += got
        granted.append(got)

    return fold


def take(pools: SlicedPools, amount: int, home: int) -> int:
    """What is granted at last."""
    granted: list[int] = []
    pools.take(wanting(amount, granted), home)
    return granted[-1]


def test_a_limit_with_enough_demand_is_used_up_exactly() -> None:
    """What a slice lacks comes from the others, and the last line gets the rest."""
    pools = SlicedPools({RULE: 100})
    assert [take(pools, 30, home) for home in (0, 1, 1, 7, 7)] == [30, 30, 30, 10, 0]


def test_what_comes_back_is_granted_again() -> None:
    pools = SlicedPools({RULE: 10})
    assert [take(pools, amount, 3) for amount in (10, 5, -4, 5)] == [10, 0, -4, 4]


def test_a_scheme_without_limits_folds_once() -> None:
    found: list[SchemePools] = []
    SlicedPools({}).take(found.append, 0)
    assert [(pools.budget, pools.by_rule) for pools in found] == [(None, {})]


def test_the_budget_is_empty_once_all_slices_are() -> None:
    pools = SlicedPools({BUDGET: 20})
    before = pools.budget_is_empty

    def fold(found: SchemePools) -> None:
        assert found.budget is not None
        found.budget.taken += 20

    pools.take(fold, 2)
    assert (before, pools.budget_is_empty) == (False, True)
    assert not SlicedPools({RULE: 0}).budget_is_empty
