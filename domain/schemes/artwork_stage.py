"""Derives the stage ARTWORK from the artwork of the variants of a scheme and the reviews of its vendors (R8, R16).

The stage is done when every vendor that will produce or move coupons has approved: each variant is uploaded, its chains
are known, and all of their vendors approved the current version. While coupons were never allocated, vendors are still
to come. Coupons that only replace void ones do not reopen the stage, unless they bring a vendor that has not approved.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.artwork.facts import ArtworkReviewState
from domain.permissions import Role
from domain.schemes.execution import ArtworkFact, latest
from domain.schemes.lifecycle_facts import SchemeFacts, Stage, pending_stage
from domain.schemes.stages import SchemeStatus, StageKind, StageState
from domain.schemes.stored_facts import AllocationIncomplete, RevisionRequested, StageBlock


def artwork(facts: SchemeFacts, _at: datetime) -> Stage:
    """A designer uploads the artwork of every variant, and every vendor whose chain carries the variant approves it."""
    kind, execution, approved_at = StageKind.ARTWORK, facts.execution, facts.approved_at
    if approved_at is None:
        return Stage(kind, StageState.NOT_STARTED, total=len(execution.needed_variant_ids))
    artworks = execution.needed_artworks
    if not artworks:
        return Stage(kind, StageState.SKIPPED, total=0)
    done, total = sum(is_approved(each) for each in artworks), len(artworks)
    missing = tuple(each.variant_id for each in artworks if each.version == 0)
    if missing:
        return pending_stage(
            kind,
            SchemeStatus.ARTWORK_NOT_UPLOADED,
            approved_at,
            done=done,
            total=total,
            # Before the first upload all variants are missing, which names none.
            waiting_variant_ids=missing if len(missing) < total else (),
            due_on=facts.starts_on,
        )
    uploaded_at = latest([each.first_uploaded_at for each in artworks], approved_at)
    if any(each.requests for each in artworks):
        asked_at = min(request.decided_at or uploaded_at for each in artworks for request in each.requests)
        return pending_stage(
            kind,
            SchemeStatus.ARTWORK_REVISION_REQUESTED,
            max(asked_at, uploaded_at),
            done=done,
            total=total,
            waiting_variant_ids=tuple(each.variant_id for each in artworks if each.requests),
            due_on=facts.starts_on,
            blocked_by=revision_requests(artworks),
        )
    if any(each.pending for each in artworks):
        return _awaiting_approval(facts, artworks, done=done, uploaded_at=uploaded_at)
    return _approved(facts, artworks, done=done, uploaded_at=uploaded_at)


def is_approved(fact: ArtworkFact) -> bool:
    """Whether vendors carry the variant, and all of them approved its current version."""
    return bool(fact.reviews) and all(each.state is ArtworkReviewState.APPROVED for each in fact.reviews)


def revision_requests(artworks: Sequence[ArtworkFact]) -> tuple[StageBlock, ...]:
    """The open requests for a revision, as reasons why a stage cannot continue."""
    return tuple(
        RevisionRequested(variant_id=each.variant_id, vendor_id=request.vendor_id, comment=request.comment or "")
        for each in artworks
        for request in each.requests
    )


def _awaiting_approval(
    facts: SchemeFacts, artworks: Sequence[ArtworkFact], *, done: int, uploaded_at: datetime
) -> Stage:
    """Vendors must review. The stage has waited since the first of their reviews could begin."""
    begun = [latest([each.uploaded_at, review.since], uploaded_at) for each in artworks for review in each.pending]
    vendors = dict.fromkeys(review.vendor_id for each in artworks for review in each.pending)
    return pending_stage(
        StageKind.ARTWORK,
        SchemeStatus.ARTWORK_APPROVAL_PENDING,
        min(begun),
        done=done,
        total=len(artworks),
        waiting_role=Role.VENDOR,
        waiting_vendor_ids=tuple(vendors),
        due_on=facts.starts_on,
    )


def _approved(facts: SchemeFacts, artworks: Sequence[ArtworkFact], *, done: int, uploaded_at: datetime) -> Stage:
    """Every vendor so far has approved. The stage is done unless vendors are still to come."""
    kind, execution = StageKind.ARTWORK, facts.execution
    decided = [review.decided_at for each in artworks for review in each.reviews]
    uploads = [each.uploaded_at for each in artworks]
    since = latest([*decided, *uploads, *(each.created_at for each in execution.consignments)], uploaded_at)
    if done == len(artworks) and execution.was_allocated:
        closed = [each.closed_at for each in execution.variants]
        status = SchemeStatus.ARTWORK_APPROVED
        total = len(artworks)
        return Stage(
            kind=kind, state=StageState.DONE, status=status, since=latest(closed, since), done=total, total=total
        )
    return Stage(
        kind=kind,
        state=StageState.BLOCKED,
        status=SchemeStatus.ARTWORK_APPROVAL_PENDING,
        since=latest([execution.canceled_at], since),
        # An approved variant is done only when no vendor is still to come.
        done=min(done, len(artworks) - 1),
        total=len(artworks),
        waiting_role=Role.OPERATIONS,
        due_on=facts.starts_on,
        blocked_by=(AllocationIncomplete(execution.pending),),
    )
