"""What a line is granted of the points that it earned: limits, exclusive groups, and the budget (R22)."""

from collections.abc import Mapping, Sequence

from domain.points.pools import Pool
from domain.points.revision_plan import RevisionPlan
from domain.points.running_state import RunningState
from domain.rules.rewards import Reduction, RewardReducer, apply_limits, spend_budget


def grant(  # noqa: PLR0913 - what a grant depends on
    revision: RevisionPlan,
    reducer: RewardReducer,
    wanted: tuple[int, Sequence[int]],
    kept: tuple[int, Sequence[int]] | None,
    *,
    state: RunningState,
    budget: Pool | None,
    pools: Mapping[int, Pool],
) -> tuple[int, list[int], list[Reduction | None]]:
    """Apply limits, exclusive groups, and the budget to the base points and those of each rule that a line earned.

    `kept` is what it was granted before. Changes what is taken from the pools, which are given by the position of the
    rule, but not the state.
    """
    base, earned = wanted
    points = list(earned)
    reductions: list[Reduction | None] = [None] * len(points)
    kept_points = None if kept is None else kept[1]
    _apply_limits(revision, points, reductions, state, pools, kept_points)
    reducer.choose(points, reductions)
    if budget is not None:
        kept_budget = 0 if kept is None else kept[0] + sum(kept[1])
        left = budget.leaves(kept_budget)
        if left is not None:
            base = spend_budget(base, points, reductions, left)
        budget.taken += base + sum(points) - kept_budget
    for position, pool in pools.items():
        pool.taken += points[position] - (0 if kept_points is None else kept_points[position])
    return base, points, reductions


def pay(revision: RevisionPlan, points: Sequence[int], state: RunningState) -> None:
    """Count what rules with limits for each ECP paid."""
    for limited in revision.limited:
        if limited.usage is not None and points[limited.position]:
            state.pay(limited.usage, points[limited.position])


def _apply_limits(  # noqa: PLR0913, PLR0917 - what limits depend on
    revision: RevisionPlan,
    points: list[int],
    reductions: list[Reduction | None],
    state: RunningState,
    pools: Mapping[int, Pool],
    kept: Sequence[int] | None,
) -> None:
    for limited in revision.limited:
        position = limited.position
        if points[position]:
            pool = pools.get(position)
            total = None if pool is None else pool.leaves(0 if kept is None else kept[position])
            used = state.used(limited.usage)
            points[position], reductions[position] = apply_limits(limited.limits, used, points[position], total)
