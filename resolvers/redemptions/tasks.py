"""Leader tasks of redemptions: forget old attempts."""

from typing import Final

from resolvers.context import Operation
from resolvers.redemptions.attempts import forget_old_attempts
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 3600.0


async def forget_attempts(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete attempts that are older than 180 days."""
    await forget_old_attempts(operation)


LEADER_TASKS: Final = (
    LeaderTask(name="forget old redemption attempts", interval=lambda _policy: _INTERVAL_S, run=forget_attempts),
)
