"""The leader task of simulations: forget those of more than a year ago, and what nothing continues."""

from datetime import timedelta
from typing import Final

from db.simulations.changes import delete_simulations, delete_stray_pieces
from resolvers.context import Operation
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 3600.0
RETENTION: Final = timedelta(days=366)
# Each has a row for every ECP whose points change.
RETENTION_CHUNK: Final = 10


async def delete_old_simulations(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete simulations that were started more than 366 days ago. Each chunk is a separate transaction.

    A job that failed or was canceled may be tried again, and continues with its pieces, until the job is deleted.
    """
    async with operation.writing() as session:
        await delete_stray_pieces(session)
    deleted = RETENTION_CHUNK
    while deleted == RETENTION_CHUNK:
        async with operation.writing() as session:
            deleted = await delete_simulations(session, operation.now - RETENTION, RETENTION_CHUNK)


LEADER_TASKS: Final = (
    LeaderTask(name="delete old simulations", interval=lambda _policy: _INTERVAL_S, run=delete_old_simulations),
)
