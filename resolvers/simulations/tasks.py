"""The leader task of simulations: forget those of more than a year ago."""

from datetime import timedelta
from typing import Final

from db.simulations.changes import delete_simulations
from resolvers.context import Operation
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 3600.0
RETENTION: Final = timedelta(days=366)
# Each has a row for every ECP whose points change.
RETENTION_CHUNK: Final = 10


async def delete_old_simulations(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete simulations that were started more than 366 days ago. Each chunk is a separate transaction."""
    deleted = RETENTION_CHUNK
    while deleted == RETENTION_CHUNK:
        async with operation.writing() as session:
            deleted = await delete_simulations(session, operation.now - RETENTION, RETENTION_CHUNK)


LEADER_TASKS: Final = (
    LeaderTask(name="delete old simulations", interval=lambda _policy: _INTERVAL_S, run=delete_old_simulations),
)
