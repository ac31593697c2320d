"""The type of work queues."""

from datetime import datetime

import strawberry

from resolvers.adjustments.lists import adjustments_by_queue
from resolvers.artwork.lists import artworks_by_queue
from resolvers.consignments.queue_lists import batches_by_queue, consignments_by_queue, discrepancies_by_queue
from resolvers.ecps.lists import ecps_by_queue
from resolvers.enrollments.lists import enrollments_by_queue
from resolvers.sales.lists import parked_sales_by_queue
from resolvers.settlements.lists import settlements_by_queue
from resolvers.work.loaders import schemes_by_queue
from schema.adjustments.types import Adjustment
from schema.artwork.types import Artwork
from schema.consignments.movement_types import Discrepancy
from schema.consignments.types import Batch, Consignment
from schema.ecps.types import Ecp
from schema.enrollments.types import Enrollment
from schema.fields import batched, computed, leaf
from schema.paging import Connection, forward_page
from schema.queue_keys import WorkKind, WorkQueueKey
from schema.sales.types import ParkedSale
from schema.schemes.enums import StageKind
from schema.schemes.types import Scheme
from schema.settlements.types import Settlement


@strawberry.type(description="A work queue of the viewer's roles.")
class WorkQueue:
    key: WorkQueueKey = leaf("The key of the queue. Pass it as `queue` in a filter to list its schemes.")
    label: str = computed(lambda queue: queue.key.label, "The name of the queue.")
    holds: WorkKind = leaf("What the queue contains. The connections to other things are empty.")
    stage: StageKind | None = leaf("The stage of schemes that the queue is about. Null if it is about no stage.")
    count: int = leaf("How many things wait in the queue.")
    oldest_since: datetime | None = leaf("When the longest-waiting entry began to wait. Null if the queue is empty.")
    schemes: Connection[Scheme] = batched(
        schemes_by_queue,
        key="key",
        arguments=forward_page,
        description="The schemes in the queue, last changed first. Empty if the queue holds no schemes.",
    )
    consignments: Connection[Consignment] = batched(
        consignments_by_queue,
        key="key",
        arguments=forward_page,
        description="The consignments in the queue, longest waiting first. Empty if the queue holds no consignments.",
    )
    batches: Connection[Batch] = batched(
        batches_by_queue,
        key="key",
        arguments=forward_page,
        description="The batches in the queue, longest dispatched first. Empty if the queue holds no batches.",
    )
    artworks: Connection[Artwork] = batched(
        artworks_by_queue,
        key="key",
        arguments=forward_page,
        description="The artwork in the queue, oldest first. Empty if the queue holds no artwork.",
    )
    discrepancies: Connection[Discrepancy] = batched(
        discrepancies_by_queue,
        key="key",
        arguments=forward_page,
        description="The discrepancies in the queue, oldest first. Empty if the queue holds no discrepancies.",
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
    adjustments: Connection[Adjustment] = batched(
        adjustments_by_queue,
        key="key",
        arguments=forward_page,
        description="The adjustments in the queue, oldest first. Empty if the queue holds no adjustments.",
    )
    settlements: Connection[Settlement] = batched(
        settlements_by_queue,
        key="key",
        arguments=forward_page,
        description="The settlements in the queue, oldest first. Empty if the queue holds no settlements.",
    )
    parked_sales: Connection[ParkedSale] = batched(
        parked_sales_by_queue,
        key="key",
        arguments=forward_page,
        description="The parked sales in the queue, longest parked first. Empty if the queue holds no parked sales.",
    )
