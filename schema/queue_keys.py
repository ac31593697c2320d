"""The enum of work queues."""

from domain.queue_keys import WorkQueueKey
from schema.descriptions import described

described(
    WorkQueueKey,
    "Work that waits for somebody of a role.",
    {
        WorkQueueKey.DRAFTS_TO_COMPLETE: "Program managers: schemes with an open step.",
        WorkQueueKey.CHANGES_REQUESTED: "Program managers: schemes that an approver gave back.",
        WorkQueueKey.REVIEW_PENDING: "Program managers: complete schemes to review and submit.",
        WorkQueueKey.APPROVAL_PENDING: "Approvers: submitted schemes to decide about, but for those of their own.",
        WorkQueueKey.COUPONS_TO_GENERATE: "Operations: approved schemes without coupons.",
        WorkQueueKey.ARTWORK_TO_UPLOAD: "Designers: approved schemes without artwork.",
        WorkQueueKey.ENROLLMENTS_TO_DECIDE: "Program managers: enrollments that ECPs asked for.",
        WorkQueueKey.ECPS_TO_VERIFY: "Program managers: ECPs that registered and are not verified yet.",
        WorkQueueKey.SETTLEMENT_PENDING: "Program managers: schemes that have ended and are not settled.",
    },
)

__all__ = ["WorkQueueKey"]
