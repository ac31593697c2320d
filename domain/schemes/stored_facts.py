"""Stored facts about schemes: the entries of their activity, and what notifies people of their work.

Titles and names of the catalog are those of that time. Accounts are stored by id, and shown with their present names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.catalog.stored_facts import CatalogFact
from domain.schemes.execution_facts import StoredExecutionFact
from domain.schemes.scheme_name import FactOfScheme
from domain.schemes.stages import SchemeStatus, StageState
from domain.stored_facts import AsWritten, FactDecoder, StoredFact


class SchemeCreated(FactOfScheme, frozen=True, tag="schemeCreated"):
    """The actor created the scheme."""


class StepSaved(FactOfScheme, frozen=True, tag="stepSaved"):
    """The actor saved a step. The activity holds its changes; `names` are those of ids that the sentence names."""

    names: Mapping[str, str]


class ParticipantJoined(FactOfScheme, frozen=True, tag="participantJoined"):
    """The actor now takes part."""


class ParticipantLeft(FactOfScheme, frozen=True, tag="participantLeft"):
    """The actor no longer takes part."""


class ParticipantAdded(FactOfScheme, frozen=True, tag="participantAdded"):
    """The actor added another account to the participants."""

    account_id: UUID


class ParticipantRemoved(FactOfScheme, frozen=True, tag="participantRemoved"):
    """The actor removed another account from the participants."""

    account_id: UUID


class SchemeSubmitted(FactOfScheme, frozen=True, tag="schemeSubmitted"):
    """The actor submitted the scheme for approval."""


class ApprovalRequested(FactOfScheme, frozen=True, tag="approvalRequested"):
    """The actor submitted the scheme, which waits for the approval of the reader."""


class SchemeApproved(FactOfScheme, frozen=True, tag="schemeApproved"):
    """The actor approved the scheme, or a revision that takes effect at a time, with or without a comment."""

    comment: str | None
    effective_at: datetime | None


class StagePending(FactOfScheme, frozen=True, tag="stagePending"):
    """The scheme was approved, and a stage of it waits for the reader."""

    status: SchemeStatus | None
    state: StageState


class ChangesRequested(FactOfScheme, frozen=True, tag="changesRequested"):
    """The actor requested changes to the scheme, with a reason."""

    reason: str


class SchemeRejected(FactOfScheme, frozen=True, tag="schemeRejected"):
    """The actor rejected the scheme, with a reason."""

    reason: str


class StageRejected(StoredFact, frozen=True, tag="stageRejected"):
    """An account rejected the scheme with a reason, which blocks its stage."""

    account_id: UUID
    reason: str


class CouponsMissing(StoredFact, frozen=True, tag="couponsMissing"):
    """Coupons of a variant are not generated, which blocks their allocation."""

    variant_id: UUID
    quantity: int


class DiscrepancyOpen(StoredFact, frozen=True, tag="discrepancyOpen"):
    """A discrepancy of a consignment is open, which blocks its coupons."""

    consignment_code: str


class AllocationIncomplete(StoredFact, frozen=True, tag="allocationIncomplete"):
    """Coupons are not allocated, so that not all vendors that must approve the artwork are known."""

    quantity: int


class ArtworkMissing(StoredFact, frozen=True, tag="artworkMissing"):
    """No artwork of a variant is uploaded, which blocks its production."""

    variant_id: UUID


class RevisionRequested(StoredFact, frozen=True, tag="revisionRequested"):
    """A vendor asked for a revision of the artwork of a variant with a comment, which blocks the variant."""

    variant_id: UUID
    vendor_id: UUID
    comment: str


class RevisionOpened(FactOfScheme, frozen=True, tag="revisionOpened"):
    """The actor opened a revision that is to take effect at a time."""

    effective_at: datetime


class RevisionRescheduled(FactOfScheme, frozen=True, tag="revisionRescheduled"):
    """The actor moved a revision from one time to another."""

    before: datetime
    after: datetime


class RevisionApplied(StoredFact, frozen=True, tag="revisionApplied"):
    """A revision took effect. The activity holds its changes; `names` are those of ids that the sentence names."""

    title: str
    number: int
    names: Mapping[str, str]


class CatalogChanged(FactOfScheme, frozen=True, tag="catalogChanged"):
    """The actor changed the catalog, which changes what the scheme pays or whom it includes from then on.

    A scheme that waits for approval pays nothing yet.
    """

    change: CatalogFact
    waits: bool = False


class ReviewOutdated(FactOfScheme, frozen=True, tag="reviewOutdated"):
    """The actor changed the catalog while the scheme waits for the approval of the reader."""

    change: CatalogFact


StoredSchemeFact = (
    SchemeCreated
    | StepSaved
    | ParticipantJoined
    | ParticipantLeft
    | ParticipantAdded
    | ParticipantRemoved
    | SchemeSubmitted
    | ApprovalRequested
    | SchemeApproved
    | StagePending
    | ChangesRequested
    | SchemeRejected
    | RevisionOpened
    | RevisionRescheduled
    | RevisionApplied
    | CatalogChanged
    | ReviewOutdated
    | StoredExecutionFact
)
StoredActivity = StoredSchemeFact | AsWritten
# Why a stage cannot continue.
StageBlock = (
    StageRejected | CouponsMissing | DiscrepancyOpen | AllocationIncomplete | ArtworkMissing | RevisionRequested
)

ACTIVITY_DECODER: Final[FactDecoder[StoredActivity]] = FactDecoder(StoredActivity)
