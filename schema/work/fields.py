"""Work queues: their type and their root field."""

from datetime import datetime

import strawberry

from domain.permissions import Permission
from resolvers.ecps.lists import ecps_by_queue
from resolvers.enrollments.lists import enrollments_by_queue
from resolvers.outbox.feeds import Feed
from resolvers.work.loaders import WorkQueueView, list_work_queues, schemes_by_queue, watch_work_queues
from schema.ecps.types import Ecp
from schema.enrollments.types import Enrollment
from schema.fields import AppInfo, batched, computed, leaf
from schema.paging import Connection, forward_page
from schema.queue_keys import WorkQueueKey
from schema.roots import query, subscription
from schema.schemes.types import Scheme


@strawberry.type(description="Work that waits for the viewer.")
class WorkQueue:
    """A queue."""

    key: WorkQueueKey = leaf("Which queue it is; pass it as `queue` of a filter to list its schemes.")
    label: str = computed(lambda queue: queue.key.label, "Its name as people read it.")
    count: int = leaf("How much it holds: schemes, ECPs or enrollments, whatever waits in it.")
    oldest_since: datetime | None = leaf("Since when the oldest of them waits; null when it is empty.")
    schemes: Connection[Scheme] = batched(
        schemes_by_queue,
        key="key",
        arguments=forward_page,
        description="Its schemes, last changed first; empty for a queue of anything else.",
    )
    ecps: Connection[Ecp] = batched(
        ecps_by_queue,
        key="key",
        arguments=forward_page,
        description="Its ECPs, the longest registered first; empty for a queue of anything else.",
    )
    enrollments: Connection[Enrollment] = batched(
        enrollments_by_queue,
        key="key",
        arguments=forward_page,
        description="Its enrollments, the longest requested first; empty for a queue of anything else.",
    )


@strawberry.type
class WorkQueries:
    """Root fields of work queues."""

    @query(
        requires=Permission.WORK_READ,
        returns=list[WorkQueue],
        description="The work queues of the viewer's roles, empty ones too.",
    )
    async def work_queues(self, info: AppInfo) -> list[WorkQueueView]:
        """The viewer's queues."""
        return await list_work_queues(info.context)


@strawberry.type
class WorkSubscriptions:
    """Work queues, live."""

    @subscription(
        requires=Permission.WORK_READ,
        returns=list[WorkQueue],
        description="The viewer's work queues: at the beginning, and whenever what is asked of them changes.",
    )
    async def work_queues_changed(self, info: AppInfo) -> Feed:
        """The viewer's queues."""
        return await watch_work_queues(info.context)
