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


@strawberry.type(description="Work that waits for the viewer.")
class WorkQueue:
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
