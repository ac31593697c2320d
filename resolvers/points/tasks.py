"""The leader task of points: it queues the job that lets points expire, on each day on which some are due."""

from typing import Final

from domain.jobs.facts import JobKind
from resolvers.context import Operation
from resolvers.jobs.enqueue import enqueue_unless_open
from resolvers.points.posting.expire import Expiry, is_expiry_due
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 600.0


async def queue_expiry(operation: Operation, _policy: TaskPolicy) -> None:
    """Queue the job, unless nothing is due or a job is open. After it ran, nothing is due until the next day."""
    if await is_expiry_due(operation):
        async with operation.writing() as session:
            await enqueue_unless_open(operation, session, JobKind.EXPIRY, Expiry())


LEADER_TASKS: Final = (
    LeaderTask(name="queue the expiry of points", interval=lambda _policy: _INTERVAL_S, run=queue_expiry),
)
