"""The enums of work queues."""

from domain.queue_keys import WorkKind, WorkQueueKey
from domain.work.queues import QUEUES
from schema.descriptions import described

described(WorkQueueKey, "A work queue.", {queue.key: queue.description for queue in QUEUES})
described(
    WorkKind,
    "What a work queue contains.",
    {
        WorkKind.SCHEMES: "Schemes with a stage that waits.",
        WorkKind.CONSIGNMENTS: "Consignments that a vendor works on.",
        WorkKind.BATCHES: "Batches on the road to a vendor.",
        WorkKind.ARTWORKS: "Artwork of variants that a designer must revise or a vendor must review.",
        WorkKind.DISCREPANCIES: "Open discrepancies of consignments.",
        WorkKind.ECPS: "ECPs.",
        WorkKind.ENROLLMENTS: "Enrollments.",
        WorkKind.ADJUSTMENTS: "Adjustments of points that a second person must decide about.",
        WorkKind.SETTLEMENTS: "Settlements that a second person must decide about.",
        WorkKind.PARKED_SALES: "Parked sales.",
    },
)

__all__ = ["WorkKind", "WorkQueueKey"]
