"""The basic types of artwork: the states of a review, and what a viewer can do."""

from enum import StrEnum


class ArtworkReviewState(StrEnum):
    """The review of the current version by one vendor. PENDING has no row: the vendor has not decided."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REVISION_REQUESTED = "REVISION_REQUESTED"


class ArtworkAction(StrEnum):
    """What a viewer can do to artwork; each is the mutation that does it."""

    UPLOAD = "UPLOAD"
    APPROVE = "APPROVE"
    REQUEST_REVISION = "REQUEST_REVISION"
