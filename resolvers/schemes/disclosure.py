"""Fields that require `scheme:follow`. ECPs never have it."""

from domain.permissions import Permission
from resolvers.context import Operation


def may_follow(operation: Operation) -> bool:
    """Whether the viewer sees the participants, activity, submissions and budgets of schemes."""
    return operation.viewer.may(Permission.SCHEME_FOLLOW)


async def disclosed_budgets(operation: Operation, budgets: list[int]) -> list[int | None]:
    """Load each budget as it is; None without `scheme:follow`."""
    return [budget if may_follow(operation) else None for budget in budgets]
