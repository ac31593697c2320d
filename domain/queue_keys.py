"""The keys of work queues, and the kinds of work. Any area may use them, so this module imports nothing of ours."""

from enum import StrEnum


class WorkQueueKey(StrEnum):
    """A work queue. The members are in the order in which queues are listed."""

    DRAFTS_TO_COMPLETE = "DRAFTS_TO_COMPLETE"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    REVIEW_PENDING = "REVIEW_PENDING"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    COUPONS_TO_GENERATE = "COUPONS_TO_GENERATE"
    VENDOR_NOT_ASSIGNED = "VENDOR_NOT_ASSIGNED"
    PARTLY_ALLOCATED = "PARTLY_ALLOCATED"
    ARTWORK_TO_UPLOAD = "ARTWORK_TO_UPLOAD"
    ARTWORK_REVISIONS = "ARTWORK_REVISIONS"
    ARTWORK_TO_REVIEW = "ARTWORK_TO_REVIEW"
    PRODUCTION_TO_START = "PRODUCTION_TO_START"
    BATCHES_TO_DISPATCH = "BATCHES_TO_DISPATCH"
    BATCHES_TO_RECEIVE = "BATCHES_TO_RECEIVE"
    DISCREPANCIES = "DISCREPANCIES"
    ENROLLMENTS_TO_DECIDE = "ENROLLMENTS_TO_DECIDE"
    ECPS_TO_VERIFY = "ECPS_TO_VERIFY"
    ADJUSTMENTS_TO_DECIDE = "ADJUSTMENTS_TO_DECIDE"
    PARKED_SALES = "PARKED_SALES"
    SETTLEMENT_PENDING = "SETTLEMENT_PENDING"
    SETTLEMENTS_TO_APPROVE = "SETTLEMENTS_TO_APPROVE"

    @property
    def label(self) -> str:
        """The title of the queue: “Drafts to complete”."""
        if self is WorkQueueKey.BATCHES_TO_DISPATCH:
            # The last vendor of a chain commissions what it has on hand.
            return "Coupons to dispatch or commission"
        return self.value.replace("_", " ").capitalize().replace("Ecps", "ECPs")


class WorkKind(StrEnum):
    """What a work queue holds."""

    SCHEMES = "SCHEMES"
    CONSIGNMENTS = "CONSIGNMENTS"
    BATCHES = "BATCHES"
    ARTWORKS = "ARTWORKS"
    DISCREPANCIES = "DISCREPANCIES"
    ECPS = "ECPS"
    ENROLLMENTS = "ENROLLMENTS"
    ADJUSTMENTS = "ADJUSTMENTS"
    SETTLEMENTS = "SETTLEMENTS"
    PARKED_SALES = "PARKED_SALES"
