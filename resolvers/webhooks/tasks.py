"""Leader tasks of webhooks: delete old events and deliveries after idle endpoints have advanced past them."""

from typing import Final

from resolvers.context import Operation
from resolvers.outbox.retention import delete_expired_events
from resolvers.tasks import LeaderTask, TaskPolicy
from resolvers.webhooks.positions import advance_endpoints_to, advance_idle_endpoints
from resolvers.webhooks.retention import delete_expired_deliveries

RETENTION_INTERVAL_S: Final = 60.0


async def delete_old_events(operation: Operation, policy: TaskPolicy) -> None:
    """Delete events and deliveries older than the retention. Idle endpoints advance first."""
    before = operation.now - policy.event_retention
    await advance_idle_endpoints(operation)
    await delete_expired_events(operation, before, advance_endpoints_to)
    await delete_expired_deliveries(operation, before)


LEADER_TASKS: Final = (
    LeaderTask(name="delete old events", interval=lambda _policy: RETENTION_INTERVAL_S, run=delete_old_events),
)
