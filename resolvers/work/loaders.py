"""The viewer's work queues with their counts, and what is in each."""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from db.schemes.rows import SchemeRow
from db.work.reads import queue_counts
from domain.queue_keys import WorkQueueKey
from domain.schemes.facts import SchemeOrder
from domain.work.queues import SchemeQueue, queues_of
from resolvers.context import Operation
from resolvers.events.table import QUEUE_KINDS
from resolvers.outbox.feeds import Feed, Stream, open_feed
from resolvers.paging import Page, PageArguments
from resolvers.schemes.lists import SchemeFilter, list_schemes


class WorkQueueView(Struct, frozen=True):
    """A queue, how much it holds, and since when its oldest item waits."""

    key: WorkQueueKey
    count: int
    oldest_since: datetime | None


async def list_work_queues(operation: Operation) -> list[WorkQueueView]:
    """The queues of the viewer's roles, empty ones too, counted with one statement."""
    viewer = operation.viewer
    queues = queues_of(viewer)
    if not queues:
        return []
    of_schemes = [queue for queue in queues if isinstance(queue, SchemeQueue)]
    parameters: dict[str, Any] = {"now": operation.now} if of_schemes else {}
    if any(queue.others_only for queue in of_schemes):
        parameters["viewer_id"] = viewer.account_id
    rows = await operation.fetch(queue_counts(viewer.scheme_scope, queues), **parameters)
    found = {row.key: row for row in rows}
    return [WorkQueueView(queue.key, found[queue.key].count, found[queue.key].oldest_since) for queue in queues]


async def watch_work_queues(operation: Operation) -> Feed:
    """The viewer's queues, whenever they change."""
    return await open_feed(operation, WORK_QUEUES_CHANGED)


async def schemes_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[SchemeRow]]:
    """Loader: a page of the schemes of each queue, last updated first; queues of other things have none.

    Queues are few, so each is read on its own.
    """
    order = SchemeOrder.UPDATED_AT_DESC
    return [await list_schemes(operation, arguments, SchemeFilter(queue=key), order) for key in keys]


WORK_QUEUES_CHANGED: Final = Stream("workQueuesChanged", QUEUE_KINDS, state=list_work_queues)
