"""Whether artwork lets a vendor produce and dispatch, and what a vendor reads about it (R16)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.artwork.facts import ArtworkReviewState
from domain.artwork.failures import ArtworkBlocked, ArtworkNotApproved
from domain.artwork.holding import find_block, find_production_failure
from domain.artwork.state import ArtworkFacts, Decision, Reviewer, derive_reviews
from domain.calendar import UTC_CALENDAR

PRINTER, PACKAGER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
NINE, TEN = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
PATH = ("input", "lines", "0")
APPROVED, REQUESTED = ArtworkReviewState.APPROVED, ArtworkReviewState.REVISION_REQUESTED


def artwork(*decisions: Decision, version: int = 2) -> ArtworkFacts:
    """The artwork of AMB-1L."""
    return ArtworkFacts(
        id=UUID(int=9),
        scheme_id=UUID(int=8),
        variant_id=UUID(int=7),
        sku="AMB-1L",
        version=version,
        decisions=decisions,
    )


def decision(vendor_id: UUID, state: ArtworkReviewState = APPROVED, at: datetime = NINE, **given: Any) -> Decision:
    """What a vendor decided."""
    return Decision(vendor_id=vendor_id, vendor_name=f"Vendor {vendor_id.int}", state=state, decided_at=at, **given)


def request(vendor_id: UUID, at: datetime = NINE, *, chain: frozenset[UUID] = frozenset()) -> Decision:
    """A request of a vendor for a revision."""
    return decision(vendor_id, REQUESTED, at, comment="Too dark", chain_vendor_ids=chain | {vendor_id})


def test_a_vendor_produces_what_it_approved_and_nobody_holds() -> None:
    """R16."""
    found = artwork(decision(PRINTER))
    assert find_production_failure(found, PRINTER, UTC_CALENDAR, PATH) is None
    assert (found.may_produce(PRINTER), found.may_produce(PACKAGER), found.may_dispatch()) == (True, False, True)


@pytest.mark.parametrize(
    ("version", "message", "current"),
    [
        (0, "No artwork of AMB-1L is uploaded yet. Produce it when you have approved its first version.", None),
        (2, "You have not approved version 2 of the artwork of AMB-1L. Review it first.", 2),
    ],
)
def test_a_vendor_produces_nothing_that_it_has_not_approved(version: int, message: str, current: int | None) -> None:
    """R16: but another vendor that has not reviewed holds nobody, and nothing that is produced."""
    found = artwork(version=version)
    failure = find_production_failure(found, PRINTER, UTC_CALENDAR, PATH)
    assert isinstance(failure, ArtworkNotApproved)
    assert (failure.message, failure.version, failure.path) == (message, current, PATH)
    assert find_block(found, PRINTER, UTC_CALENDAR, PATH) is None


def test_a_request_holds_every_vendor_and_names_the_asker_to_its_chains_only() -> None:
    """R16: since when and why, too."""
    found = artwork(decision(PRINTER), decision(OTHER), request(PACKAGER, chain=frozenset({PRINTER})))
    asked, end = (
        "asked for a revision of version 2 of the artwork of AMB-1L on 2 March 2026 at 09:00 UTC",
        ("Nobody can produce or dispatch AMB-1L until the request is answered or withdrawn."),
    )
    for vendor_id in (PRINTER, PACKAGER):
        failure = find_production_failure(found, vendor_id, UTC_CALENDAR, PATH)
        assert isinstance(failure, ArtworkBlocked)
        assert failure.message == f"Vendor 2 {asked}: Too dark. {end}"
        assert (failure.requested_by, failure.since) == (PACKAGER, NINE)
    failure = find_block(found, OTHER, UTC_CALENDAR, PATH)
    assert failure is not None
    assert (failure.message, failure.requested_by) == (f"Another vendor {asked}. {end}", None)
    assert not found.may_dispatch()


def test_of_several_requests_a_vendor_reads_one_that_it_may_read() -> None:
    """R16: the variant is held since the first of them."""
    found = artwork(request(OTHER, NINE), request(PACKAGER, TEN, chain=frozenset({PRINTER})))
    failure = find_block(found, PRINTER, UTC_CALENDAR, PATH)
    assert failure is not None
    assert (failure.requested_by, failure.since) == (PACKAGER, NINE)


def test_a_reviewer_without_a_decision_is_pending() -> None:
    """R16."""
    reviewers = [Reviewer(PRINTER, "First Print", NINE), Reviewer(PACKAGER, "Second Pack", NINE)]
    first, second = derive_reviews(artwork(decision(PRINTER, comment="Good")), reviewers)
    assert (first.state, first.comment, first.decided_at) == (APPROVED, "Good", NINE)
    assert (second.state, second.comment, second.decided_at) == (ArtworkReviewState.PENDING, None, None)
