"""The stage ARTWORK: every status, its progress, for whom it waits, and what it blocks (R8, R9, R16)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from domain.artwork.facts import ArtworkReviewState
from domain.permissions import Role
from domain.schemes.activity_sentences import block_sentence
from domain.schemes.execution import ArtworkFact, ExecutionFacts, ReviewFact
from domain.schemes.lifecycle import stages_at
from domain.schemes.lifecycle_facts import Decision, Stage
from domain.schemes.stages import SchemeStatus, StageKind, StageState
from domain.schemes.stored_facts import AllocationIncomplete, ArtworkMissing, RevisionRequested, StageBlock
from tests.domain.schemes.test_execution_stages import (
    ONE,
    OTHER,
    PACKAGER,
    PRINTER,
    READY,
    consignment,
    day,
    variant,
)
from tests.domain.schemes.test_lifecycle import DECIDED, STARTS, facts

APPROVED, PENDING = ArtworkReviewState.APPROVED, ArtworkReviewState.PENDING
REQUESTED = ArtworkReviewState.REVISION_REQUESTED


def review(state: ArtworkReviewState, at: datetime | None = None, vendor_id: UUID = PRINTER) -> ReviewFact:
    """The review of a vendor whose first consignment was created on the second day."""
    comment = "Too dark." if state is REQUESTED else None
    return ReviewFact(vendor_id, day(2), state, decided_at=at, comment=comment)


def uploaded(variant_id: UUID, *reviews: ReviewFact, version: int = 1, at: datetime | None = None) -> ArtworkFact:
    """Artwork whose first version was uploaded on the third day."""
    return ArtworkFact(variant_id, version, day(3), uploaded_at=at or day(3), reviews=reviews)


def artwork(*variants: Any, **known: Any) -> Stage:
    """The stage of a scheme that was approved and executed so far."""
    found = facts(Decision.APPROVED, execution=ExecutionFacts(variants, **known))
    return next(stage for stage in stages_at(found, day(30)) if stage.kind is StageKind.ARTWORK)


def production(*variants: Any, **known: Any) -> Stage:
    """The stage after it."""
    found = facts(Decision.APPROVED, execution=ExecutionFacts(variants, **known))
    return next(stage for stage in stages_at(found, day(30)) if stage.kind is StageKind.PRODUCTION)


ALLOCATED = (variant(ONE, generated=1000, allotted=1000), variant(OTHER, 2000, generated=2000, allotted=2000))
CARRIED = (consignment(READY, day(2)),)


def stage(state: StageState, status: SchemeStatus, since: datetime, **details: Any) -> Stage:
    """The stage of two variants."""
    kind = StageKind.ARTWORK
    return Stage(kind=kind, state=state, status=status, since=since, total=2, **{"due_on": STARTS, **details})


def test_artwork_is_uploaded_before_it_is_reviewed() -> None:
    """R16: also before coupons are generated. What is there already is not named."""
    missing = SchemeStatus.ARTWORK_NOT_UPLOADED
    expected = stage(
        StageState.PENDING,
        missing,
        DECIDED,
        waiting_role=Role.DESIGNER,
    )
    assert artwork(variant(ONE), variant(OTHER)) == expected
    found = artwork(*ALLOCATED, artworks=(uploaded(ONE, review(APPROVED, day(4))),), consignments=CARRIED)
    assert (found.status, found.done, found.waiting_variant_ids) == (missing, 1, (OTHER,))


def test_vendors_review_what_is_uploaded() -> None:
    """R16: each vendor once, and since the first of them could begin."""
    artworks = (
        uploaded(ONE, review(PENDING), review(APPROVED, day(5), PACKAGER)),
        uploaded(OTHER, review(PENDING), review(PENDING, vendor_id=PACKAGER), version=2, at=day(6)),
    )
    assert artwork(*ALLOCATED, artworks=artworks, consignments=CARRIED) == stage(
        StageState.PENDING,
        SchemeStatus.ARTWORK_APPROVAL_PENDING,
        day(3),
        waiting_role=Role.VENDOR,
        waiting_vendor_ids=(PRINTER, PACKAGER),
        current=True,
    )


def test_a_request_waits_for_a_designer() -> None:
    """R16: whatever else is pending. The stage says who asked, and why."""
    artworks = (
        uploaded(ONE, review(REQUESTED, day(5)), review(REQUESTED, day(6), PACKAGER)),
        uploaded(OTHER, review(PENDING)),
    )
    blocks = (
        RevisionRequested(variant_id=ONE, vendor_id=PRINTER, comment="Too dark."),
        RevisionRequested(variant_id=ONE, vendor_id=PACKAGER, comment="Too dark."),
    )
    assert artwork(*ALLOCATED, artworks=artworks, consignments=CARRIED) == stage(
        StageState.PENDING,
        SchemeStatus.ARTWORK_REVISION_REQUESTED,
        day(5),
        waiting_role=Role.DESIGNER,
        waiting_variant_ids=(ONE,),
        blocked_by=blocks,
        current=True,
    )


def test_all_vendors_have_approved() -> None:
    """R16: done since the last of them, or since the last consignment that made it certain."""
    artworks = (uploaded(ONE, review(APPROVED, day(5))), uploaded(OTHER, review(APPROVED, day(7))))
    done = Stage(
        kind=StageKind.ARTWORK,
        state=StageState.DONE,
        status=SchemeStatus.ARTWORK_APPROVED,
        since=day(7),
        done=2,
        total=2,
    )
    assert artwork(*ALLOCATED, artworks=artworks, consignments=CARRIED) == done
    later = (*CARRIED, consignment(READY, day(9), created_at=day(9)))
    assert artwork(*ALLOCATED, artworks=artworks, consignments=later).since == day(9)


def test_vendors_are_still_to_come_while_coupons_are_not_allocated() -> None:
    """R16: the vendors so far have approved, and done means done."""
    half = (variant(ONE, generated=1000, allotted=1000), variant(OTHER, 2000, generated=2000, allotted=500))
    artworks = (uploaded(ONE, review(APPROVED, day(5))), uploaded(OTHER, review(APPROVED, day(7))))
    assert artwork(*half, artworks=artworks, consignments=CARRIED) == stage(
        StageState.BLOCKED,
        SchemeStatus.ARTWORK_APPROVAL_PENDING,
        day(7),
        done=1,
        waiting_role=Role.OPERATIONS,
        blocked_by=(AllocationIncomplete(1500),),
    )
    nobody = artwork(variant(ONE), variant(OTHER), artworks=(uploaded(ONE), uploaded(OTHER)))
    assert (nobody.state, nobody.done, nobody.since) == (StageState.BLOCKED, 0, day(3))


def test_coupons_that_replace_void_ones_do_not_reopen_the_stage() -> None:
    """R16: unless they bring a vendor that has not approved."""
    spoiled = variant(ONE, generated=1000, allotted=1000, void=3)
    artworks = (uploaded(ONE, review(APPROVED, day(5))),)
    known: dict[str, Any] = {"consignments": CARRIED, "voided_at": day(8)}
    found = artwork(spoiled, artworks=artworks, **known)
    assert (found.state, found.since) == (StageState.DONE, day(5))
    joined = (uploaded(ONE, review(APPROVED, day(5)), ReviewFact(PACKAGER, day(9))),)
    found = artwork(spoiled, artworks=joined, **known)
    assert (found.status, found.since) == (SchemeStatus.ARTWORK_APPROVAL_PENDING, day(9))
    assert found.waiting_vendor_ids == (PACKAGER,)


def test_a_variant_without_coupons_needs_no_artwork() -> None:
    """R8: what is closed is skipped, unless a consignment carries it."""
    closed = variant(OTHER, 2000, closed=2000)
    found = artwork(variant(ONE), closed)
    assert (found.status, found.total) == (SchemeStatus.ARTWORK_NOT_UPLOADED, 1)
    assert artwork(closed) == Stage(StageKind.ARTWORK, StageState.SKIPPED, total=0)
    carried = (ArtworkFact(OTHER, reviews=(review(PENDING),)),)
    assert artwork(closed, artworks=carried, consignments=CARRIED).total == 1


def test_production_waits_for_artwork() -> None:
    """R16: for a designer where no vendor can act."""
    awaiting = (consignment(READY, day(2), awaits_artwork=True),)
    missing = (ArtworkFact(ONE, reviews=(review(PENDING),)),)
    found = production(ALLOCATED[0], artworks=missing, consignments=awaiting)
    assert (found.state, found.waiting_role) == (StageState.BLOCKED, Role.DESIGNER)
    assert found.blocked_by == (ArtworkMissing(ONE),)


def test_a_request_blocks_the_rest_of_the_production() -> None:
    """R16: or is a reason beside the vendors that can go on."""
    requested = (uploaded(ONE, review(REQUESTED, day(5))),)
    block = RevisionRequested(variant_id=ONE, vendor_id=PRINTER, comment="Too dark.")
    held = consignment(SchemeStatus.IN_PRODUCTION, day(4), artwork_blocked=True)
    found = production(ALLOCATED[0], artworks=requested, consignments=(held,))
    assert (found.state, found.waiting_role, found.blocked_by) == (StageState.BLOCKED, Role.DESIGNER, (block,))
    free = consignment(SchemeStatus.IN_PRODUCTION, day(4), waiting_vendor_ids=(PACKAGER,))
    found = production(ALLOCATED[0], artworks=requested, consignments=(held, free))
    assert (found.state, found.waiting_vendor_ids, found.blocked_by) == (StageState.IN_PROGRESS, (PACKAGER,), (block,))
    # What is settled is not held by anything.
    found = production(ALLOCATED[0], artworks=requested, consignments=(free,))
    assert found.blocked_by == ()


@pytest.mark.parametrize(
    ("block", "names", "sentence"),
    [
        (
            AllocationIncomplete(1),
            (None,),
            "1 coupon is not allocated, so more vendors may have to approve the artwork.",
        ),
        (
            AllocationIncomplete(1500),
            (None,),
            "1,500 coupons are not allocated, so more vendors may have to approve the artwork.",
        ),
        (ArtworkMissing(ONE), ("AMB-1L",), "No artwork of AMB-1L is uploaded."),
        (
            RevisionRequested(variant_id=ONE, vendor_id=PRINTER, comment="Too dark."),
            ("AMB-1L", "First Print"),
            "First Print asked for a revision of the artwork of AMB-1L: Too dark.",
        ),
        (
            RevisionRequested(variant_id=ONE, vendor_id=PRINTER, comment="Too dark"),
            ("AMB-1L", None),
            "A vendor asked for a revision of the artwork of AMB-1L: Too dark.",
        ),
    ],
)
def test_reasons_are_sentences(block: StageBlock, names: tuple[str | None, ...], sentence: str) -> None:
    """R26."""
    assert block_sentence(block, *names) == sentence
