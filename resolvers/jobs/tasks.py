"""The leader task of jobs: forget those that ended long ago."""

from datetime import timedelta
from typing import Final

from db.jobs.changes import delete_finished
from resolvers.context import Operation
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 3600.0
RETENTION: Final = timedelta(days=30)
RETENTION_CHUNK: Final = 1000


async def delete_old_jobs(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete jobs that ended more than 30 days ago. Each chunk is a separate transaction."""
    deleted = RETENTION_CHUNK
    while deleted == RETENTION_CHUNK:
        async with operation.writing() as session:
            deleted = await delete_finished(session, operation.now - RETENTION, RETENTION_CHUNK)


LEADER_TASKS: Final = (LeaderTask(name="delete old jobs", interval=lambda _policy: _INTERVAL_S, run=delete_old_jobs),)
