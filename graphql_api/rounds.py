"""Work that a server repeats for as long as it runs: when one round fails, the next one runs all the same."""

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from db.sessions import TransactionConflict
from domain.requests import RequestError

ResultT = TypeVar("ResultT")

_log = structlog.get_logger("tessera.tasks")


async def run_round(task: str, work: Awaitable[ResultT], **context: str) -> ResultT | None:
    """Await one round of a task and return its result; None after a failure, which is logged with the context.

    A conflict in the database, or a database that is away, may be over at the next round. Any other failure is a bug
    of ours. A task that ended with it would be missed by everybody, and by nobody at once: webhooks, for example,
    would wait until another process leads.
    """
    try:
        return await work
    except (RequestError, TransactionConflict) as rejection:
        _log.warning("task postponed", task=task, reason=str(rejection) or type(rejection).__name__, **context)
    except Exception as error:  # noqa: BLE001 - our bug; the task goes on
        _log.error("task failed", task=task, exc_info=error, **context)
    return None
