"""Leader tasks of consignments: forget idempotency keys after clients can no longer rely on them."""

from typing import Final

from resolvers.context import Operation
from resolvers.idempotency import forget_old_keys
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 3600.0


async def forget_keys(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete idempotency keys that are older than 30 days."""
    await forget_old_keys(operation)


LEADER_TASKS: Final = (
    LeaderTask(name="forget old idempotency keys", interval=lambda _policy: _INTERVAL_S, run=forget_keys),
)
