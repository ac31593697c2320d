"""What only those see of a scheme who work on schemes: ECPs take part in them and do not follow how they come about."""

from domain.permissions import Permission
from resolvers.context import Operation


def may_follow(operation: Operation) -> bool:
    """Whether the viewer sees how schemes come about: who works on them, what was done, submissions and budgets."""
    return operation.viewer.may(Permission.SCHEME_FOLLOW)


async def disclosed_budgets(operation: Operation, budgets: list[int]) -> list[int | None]:
    """Loader: each budget itself, for those who follow schemes."""
    return [budget if may_follow(operation) else None for budget in budgets]
