"""The type of work queues."""

from datetime import datetime

import strawberry

from resolvers.ecps.lists import ecps_by_queue
from resolvers.enrollments.lists import enrollments_by_queue
from resolvers.work.loaders import schemes_by_queue
from schema.ecps.types import Ecp
from schema.enrollments.types import Enrollment
from schema.fields import batched, computed, leaf
from schema.paging import Connection, forward_page
from schema.queue_keys import WorkQueueKey
from schema.schemes.types import Scheme


@strawberry.type(description="A work queue of the viewer's roles.")
class WorkQueue:
    key: WorkQueueKey = leaf("The key of the queue. Pass it as `queue` in a filter to list its schemes.")
    label: str = computed(lambda queue: queue.key.label, "The name of the queue.")
    count: int = leaf("How many schemes, ECPs or enrollments wait in the queue.")
    oldest_since: datetime | None = leaf("When the longest-waiting entry began to wait. Null if the queue is empty.")
    schemes: Connection[Scheme] = batched(
        schemes_by_queue,
        key="key",
        arguments=forward_page,
        description="The schemes in the queue, last changed first. Empty if the queue holds no schemes.",
    )
    ecps: Connection[Ecp] = batched(
        ecps_by_queue,
        key="key",
        arguments=forward_page,
        description="The ECPs in the queue, earliest registered first. Empty if the queue holds no ECPs.",
    )
    enrollments: Connection[Enrollment] = batched(
        enrollments_by_queue,
        key="key",
        arguments=forward_page,
        description="The enrollments in the queue, earliest requested first. Empty if the queue holds no enrollments.",
    )
