"""The state of the artwork of a variant: its reviews, the open requests for a revision, and who may produce.

Everything derives from the decisions about the current version. A decision counts while its vendor is a reviewer: while
a live consignment carries the variant through its chain.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.artwork.facts import ArtworkReviewState


class Decision(Struct, frozen=True, kw_only=True):
    """What a reviewer decided about the current version.

    `chain_vendor_ids` are the vendors that share a chain of this variant with it. They may read who asked and why. Only
    the decisions that ask for a revision have them.
    """

    vendor_id: UUID
    vendor_name: str
    state: ArtworkReviewState
    decided_at: datetime
    comment: str | None = None
    chain_vendor_ids: frozenset[UUID] = frozenset()


class Reviewer(Struct, frozen=True):
    """A vendor whose chain carries the variant, since its first live consignment."""

    vendor_id: UUID
    vendor_name: str
    since: datetime


class Review(Struct, frozen=True, kw_only=True):
    """The review of the current version by one reviewer."""

    vendor_id: UUID
    vendor_name: str
    state: ArtworkReviewState
    comment: str | None = None
    decided_at: datetime | None = None


class ArtworkFacts(Struct, frozen=True, kw_only=True):
    """The artwork of a variant of a scheme, with what reviewers decided about the current version.

    `version` is the number of the current version, and 0 before the first. Decisions are in the order in which they
    were made; those of vendors that are no reviewers any more are left out.
    """

    id: UUID
    scheme_id: UUID
    variant_id: UUID
    sku: str
    version: int = 0
    uploaded_at: datetime | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def requests(self) -> tuple[Decision, ...]:
        """The open requests for a revision, the oldest first. Each holds the variant for all vendors."""
        return tuple(each for each in self.decisions if each.state is ArtworkReviewState.REVISION_REQUESTED)

    def decision_of(self, vendor_id: UUID | None) -> Decision | None:
        """What a vendor decided about the current version; None if it has not decided."""
        return next((each for each in self.decisions if each.vendor_id == vendor_id), None)

    def has_approved(self, vendor_id: UUID | None) -> bool:
        """Whether a vendor approved the current version."""
        decision = self.decision_of(vendor_id)
        return decision is not None and decision.state is ArtworkReviewState.APPROVED

    def may_produce(self, vendor_id: UUID | None) -> bool:
        """Whether a vendor may produce: it approved the current version, and no request is open."""
        return self.version > 0 and not self.requests and self.has_approved(vendor_id)

    def may_dispatch(self) -> bool:
        """Whether vendors may dispatch and commission: no request is open."""
        return not self.requests


def may_read_request(request: Decision, vendor_id: UUID | None) -> bool:
    """Whether a vendor may read who asked and why: it asked itself, or shares a chain with the vendor that asked."""
    return vendor_id == request.vendor_id or vendor_id in request.chain_vendor_ids


def find_request(facts: ArtworkFacts, vendor_id: UUID | None) -> Decision | None:
    """The open request that a vendor is shown: the oldest one that it may read, or else the oldest one."""
    readable = (each for each in facts.requests if may_read_request(each, vendor_id))
    return next(readable, next(iter(facts.requests), None))


def derive_reviews(facts: ArtworkFacts, reviewers: Sequence[Reviewer]) -> list[Review]:
    """The review of the current version by each reviewer. One without a decision is pending."""
    return [_review(facts, reviewer) for reviewer in reviewers]


def _review(facts: ArtworkFacts, reviewer: Reviewer) -> Review:
    decision = facts.decision_of(reviewer.vendor_id)
    return Review(
        vendor_id=reviewer.vendor_id,
        vendor_name=reviewer.vendor_name,
        state=ArtworkReviewState.PENDING if decision is None else decision.state,
        comment=None if decision is None else decision.comment,
        decided_at=None if decision is None else decision.decided_at,
    )
