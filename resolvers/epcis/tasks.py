"""The leader task of EPCIS: forget the documents of captures that were canceled, or that failed."""

from datetime import timedelta
from typing import Final

from db.epcis.changes import forget_documents
from resolvers.context import Operation
from resolvers.tasks import LeaderTask, TaskPolicy

_INTERVAL_S: Final = 3600.0
# A job that was canceled or that failed may be retried meanwhile.
RETENTION: Final = timedelta(days=1)


async def forget_old_documents(operation: Operation, _policy: TaskPolicy) -> None:
    """Delete the documents of captures that ended more than a day ago without finishing."""
    async with operation.writing() as session:
        await forget_documents(session, operation.now - RETENTION)


LEADER_TASKS: Final = (
    LeaderTask(name="forget old EPCIS documents", interval=lambda _policy: _INTERVAL_S, run=forget_old_documents),
)
