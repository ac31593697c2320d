"""The contents of work queues of consignments, batches, and discrepancies, the longest waiting first."""

from functools import partial
from typing import Final

from db.consignments import batch_pages, pages
from db.consignments.batch_pages import OLDEST_BATCH
from db.consignments.movement_pages import OLDEST_DISCREPANCY
from db.consignments.pages import SORTS
from db.consignments.rows import BatchRow, ConsignmentRow
from db.consignments.view_rows import DiscrepancyViewRow
from domain.consignments.facts import ConsignmentOrder
from domain.queue_keys import WorkQueueKey
from domain.work.queues import BatchQueue, ConsignmentQueue, DiscrepancyQueue, queue_of
from resolvers.consignments.lists import DiscrepancyFilter, list_discrepancies
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, empty_page, read_page

_LONGEST_WAITING: Final = SORTS[ConsignmentOrder.WAITING_SINCE_ASC]


async def consignments_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[ConsignmentRow]]:
    """Load a page of the consignments of each queue; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await read_page(
            operation,
            arguments,
            _LONGEST_WAITING,
            partial(pages.consignments_of_task, queue.task),
            {"vendor_id": operation.viewer.vendor_id},
            count=pages.count_of_task(queue.task),
        )
        if isinstance(queue, ConsignmentQueue)
        else empty_page(arguments, _LONGEST_WAITING)
        for queue in queues
    ]


async def batches_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[BatchRow]]:
    """Load a page of the batches of each queue; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await read_page(
            operation,
            arguments,
            OLDEST_BATCH,
            batch_pages.batches_to_receive,
            {"vendor_id": operation.viewer.vendor_id},
            count=batch_pages.COUNT_TO_RECEIVE,
        )
        if isinstance(queue, BatchQueue)
        else empty_page(arguments, OLDEST_BATCH)
        for queue in queues
    ]


async def discrepancies_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[DiscrepancyViewRow]]:
    """Load a page of the discrepancies of each queue; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await list_discrepancies(operation, arguments, DiscrepancyFilter(open=True))
        if isinstance(queue, DiscrepancyQueue)
        else empty_page(arguments, OLDEST_DISCREPANCY)
        for queue in queues
    ]
