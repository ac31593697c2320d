"""Notify vendors of artwork that they must review, and of requests that hold them, when it happens."""

from uuid import UUID

from db.artwork.view_reads import HELD_BY_ARTWORK, REVIEWERS_BY_ARTWORK
from db.sessions import Writing
from domain.artwork.state import ArtworkFacts, Decision, may_read_request
from domain.artwork.stored_facts import ArtworkHeld, ArtworkReleased, ArtworkToReview
from domain.events import EventKind
from resolvers.context import Operation
from resolvers.notifications.notify import notify_vendors


async def notify_of_version(operation: Operation, session: Writing, artwork: ArtworkFacts, *, answered: bool) -> None:
    """Notify every vendor that must review a new version; `answered`: the version before had an open request."""
    fact = ArtworkToReview(artwork_id=artwork.id, sku=artwork.sku, version=artwork.version, answered=answered)
    reviewers = await session.fetch(REVIEWERS_BY_ARTWORK, ids=[artwork.id])
    facts = [(row.vendor.id, fact) for row in reviewers]
    await notify_vendors(operation, session, (EventKind.ARTWORK_UPLOADED, artwork.scheme_id), facts)


async def notify_of_block(operation: Operation, session: Writing, artwork: ArtworkFacts, request: Decision) -> None:
    """Notify the vendors that a request for a revision holds, except the one that asked."""
    facts = [
        (vendor_id, _held(artwork, request, readable=may_read_request(request, vendor_id)))
        for vendor_id in await _held_vendors(session, artwork.id)
        if vendor_id != request.vendor_id
    ]
    await notify_vendors(operation, session, (EventKind.ARTWORK_REVISION_REQUESTED, artwork.scheme_id), facts)


async def notify_of_release(operation: Operation, session: Writing, artwork: ArtworkFacts) -> None:
    """Notify the vendors that requests for a revision held, except the one that withdrew the last of them."""
    fact = ArtworkReleased(artwork_id=artwork.id, sku=artwork.sku, version=artwork.version)
    facts = [
        (vendor_id, fact)
        for vendor_id in await _held_vendors(session, artwork.id)
        if vendor_id != operation.viewer.vendor_id
    ]
    await notify_vendors(operation, session, (EventKind.ARTWORK_APPROVED, artwork.scheme_id), facts)


async def _held_vendors(session: Writing, artwork_id: UUID) -> list[UUID]:
    """The vendors of the consignments that carry coupons of the variant which are not settled, each once."""
    rows = await session.fetch(HELD_BY_ARTWORK, ids=[artwork_id])
    return list(dict.fromkeys(vendor_id for row in rows for vendor_id in row.vendor_ids))


def _held(artwork: ArtworkFacts, request: Decision, *, readable: bool) -> ArtworkHeld:
    return ArtworkHeld(
        artwork_id=artwork.id,
        sku=artwork.sku,
        version=artwork.version,
        vendor=request.vendor_name if readable else None,
        comment=request.comment if readable else None,
    )
