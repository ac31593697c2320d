"""Loaders of the viewer's work queues, with their counts and contents."""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from db.schemes.rows import SchemeRow
from db.work.reads import queue_counts
from domain.queue_keys import WorkKind, WorkQueueKey
from domain.schemes.facts import SchemeOrder
from domain.schemes.stages import StageKind
from domain.work.queues import (
    AdjustmentQueue,
    ArtworkQueue,
    ArtworkTask,
    BatchQueue,
    ConsignmentQueue,
    Queue,
    SchemeQueue,
    SettlementQueue,
    queues_of,
)
from resolvers.context import Operation
from resolvers.events.table import QUEUE_KINDS
from resolvers.outbox.feeds import Feed, Stream, open_feed
from resolvers.paging import Page, PageArguments
from resolvers.schemes.lists import SchemeFilter, list_schemes


class WorkQueueView(Struct, frozen=True):
    """A queue with the number of its items, and the time since which the oldest one waits."""

    key: WorkQueueKey
    holds: WorkKind
    stage: StageKind | None
    count: int
    oldest_since: datetime | None


async def list_work_queues(operation: Operation) -> list[WorkQueueView]:
    """List the queues of the viewer's roles, including empty ones, counted with one statement."""
    viewer = operation.viewer
    queues = queues_of(viewer)
    if not queues:
        return []
    of_schemes = [queue for queue in queues if isinstance(queue, SchemeQueue)]
    parameters: dict[str, Any] = {"now": operation.now} if of_schemes else {}
    if any(isinstance(queue, AdjustmentQueue | SettlementQueue) or _is_of_others(queue) for queue in queues):
        parameters["viewer_id"] = viewer.account_id
    if any(isinstance(queue, ConsignmentQueue | BatchQueue) or _is_review(queue) for queue in queues):
        parameters["vendor_id"] = viewer.vendor_id
    rows = await operation.fetch(queue_counts(viewer.scheme_scope, queues), **parameters)
    found = {row.key: row for row in rows}
    return [
        WorkQueueView(
            key=queue.key,
            holds=queue.holds,
            stage=queue.stage,
            count=found[queue.key].count,
            oldest_since=found[queue.key].oldest_since,
        )
        for queue in queues
    ]


def _is_of_others(queue: Queue) -> bool:
    return isinstance(queue, SchemeQueue) and queue.others_only


def _is_review(queue: Queue) -> bool:
    return isinstance(queue, ArtworkQueue) and queue.task is ArtworkTask.REVIEW


async def watch_work_queues(operation: Operation) -> Feed:
    """Follow the viewer's queues; subscribers receive them after every change."""
    return await open_feed(operation, WORK_QUEUES_CHANGED)


async def schemes_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[SchemeRow]]:
    """Load a page of the schemes of each queue, last updated first; an empty page for queues of other objects.

    There are few queues, so each is read separately.
    """
    order = SchemeOrder.UPDATED_AT_DESC
    return [await list_schemes(operation, arguments, SchemeFilter(queue=key), order) for key in keys]


WORK_QUEUES_CHANGED: Final = Stream("workQueuesChanged", QUEUE_KINDS, state=list_work_queues)
