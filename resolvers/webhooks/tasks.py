"""Leader tasks of webhooks: old events and deliveries are deleted, after endpoints have moved past them."""

from typing import Final

from resolvers.context import Operation
from resolvers.outbox.retention import forget_old_events
from resolvers.tasks import LeaderTask, TaskPolicy
from resolvers.webhooks.positions import advance_idle_endpoints, advance_to
from resolvers.webhooks.retention import forget_old_deliveries

RETENTION_INTERVAL_S: Final = 60.0


async def delete_old_events(operation: Operation, policy: TaskPolicy) -> None:
    """Delete events and deliveries older than the retention. Idle endpoints move on first."""
    before = operation.now - policy.event_retention
    await advance_idle_endpoints(operation)
    await forget_old_events(operation, before, advance_to)
    await forget_old_deliveries(operation, before)


LEADER_TASKS: Final = (
    LeaderTask(name="delete old events", interval=lambda _policy: RETENTION_INTERVAL_S, run=delete_old_events),
)
