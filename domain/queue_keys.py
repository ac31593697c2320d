"""The keys of work queues. Any area may name one, so this enum imports nothing."""

from enum import StrEnum


class WorkQueueKey(StrEnum):
    """The queues, in the order in which they are shown."""

    DRAFTS_TO_COMPLETE = "DRAFTS_TO_COMPLETE"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    REVIEW_PENDING = "REVIEW_PENDING"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    COUPONS_TO_GENERATE = "COUPONS_TO_GENERATE"
    ARTWORK_TO_UPLOAD = "ARTWORK_TO_UPLOAD"
    ENROLLMENTS_TO_DECIDE = "ENROLLMENTS_TO_DECIDE"
    ECPS_TO_VERIFY = "ECPS_TO_VERIFY"
    SETTLEMENT_PENDING = "SETTLEMENT_PENDING"

    @property
    def label(self) -> str:
        """The queue as people read it: "Drafts to complete"."""
        return self.value.replace("_", " ").capitalize().replace("Ecps", "ECPs")
