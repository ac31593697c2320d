"""Leader tasks of schemes: apply revisions at their time."""

from typing import Final
from uuid import UUID

import structlog

from resolvers.context import Operation
from resolvers.retrying import retry_conflicts
from resolvers.schemes.apply_revisions import apply_revisions, list_due_schemes
from resolvers.tasks import LeaderTask, TaskPolicy

_log = structlog.get_logger("tessera.events")


async def apply_due_revisions(operation: Operation, _policy: TaskPolicy) -> None:
    """Apply every revision whose time has come. A scheme that fails does not hold up the others."""
    for scheme_id in await list_due_schemes(operation):
        await _apply(operation, scheme_id)


async def _apply(operation: Operation, scheme_id: UUID) -> None:
    try:
        await retry_conflicts(lambda: apply_revisions(operation, scheme_id))
    except Exception as error:  # noqa: BLE001 - the next run tries again after any error
        _log.error("revision not applied", scheme_id=str(scheme_id), exc_info=error)


LEADER_TASKS: Final = (
    LeaderTask(name="apply revisions", interval=lambda policy: policy.revision_interval, run=apply_due_revisions),
)
