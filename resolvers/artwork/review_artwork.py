"""The mutations approveArtwork and requestArtworkRevision."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.artwork.changes import NewReview, put_review
from db.artwork.view_reads import REVIEWED_BY_VENDOR, artworks_by_id
from db.sessions import Writing
from domain.artwork.facts import ArtworkAction, ArtworkReviewState
from domain.artwork.failures import ARTWORK_PATH, StaleArtwork
from domain.artwork.guards import ARTWORK_GUARDS, ArtworkStanding
from domain.artwork.inputs import comment_problems
from domain.artwork.state import ArtworkFacts, Decision
from domain.events import EventKind
from domain.failures import NotFound
from domain.permissions import Role
from domain.schemes.execution_facts import ArtworkApproved, ArtworkRevisionRequested
from domain.schemes.scheme_name import SchemeName
from domain.text import trim_text
from resolvers.artwork.loaders import scope_parameters
from resolvers.artwork.notify import notify_of_block, notify_of_release
from resolvers.consignments.artwork_locking import load_artwork_facts, lock_artworks
from resolvers.consignments.artwork_states import refresh_carriers
from resolvers.context import Operation
from resolvers.schemes.execution import NewActivity, name_scheme, record_activity, rederive_execution
from resolvers.validation import reject_invalid


class ReviewArtwork(Struct, frozen=True):
    """What the viewer's vendor decides about a version; `comment` is required to ask for a revision."""

    artwork_id: UUID
    version: int
    comment: str | None = None


class _Reviewed(Struct, frozen=True):
    """A locked artwork before and after a decision, and the decision."""

    before: ArtworkFacts
    after: ArtworkFacts
    decision: Decision


async def approve_artwork(operation: Operation, command: ReviewArtwork) -> UUID:
    """Approve the current version for the viewer's vendor; an open request of it is withdrawn. Return the artwork.

    Raises InvalidInput, NotFound, IllegalState, and StaleArtwork.
    """
    await approve_artworks(operation, [command])
    return command.artwork_id


async def approve_artworks(operation: Operation, commands: Sequence[ReviewArtwork]) -> None:
    """Approve artworks of one scheme. What follows from all of them, like the stages of the scheme, is stored once.

    Raises InvalidInput, NotFound, IllegalState, and StaleArtwork.
    """
    for command in commands:
        reject_invalid(comment_problems(command.comment, required=False))
    async with operation.writing() as session:
        decided = [await _decide(operation, session, command, ArtworkAction.APPROVE) for command in commands]
        reviewed = [each for each in decided if each is not None]
        if reviewed:
            name = await _store_effects(operation, session, [each.after for each in reviewed])
            for each in reviewed:
                await _record_approval(operation, session, name, each)


async def request_artwork_revision(operation: Operation, command: ReviewArtwork) -> UUID:
    """Ask for a revision of the current version, which holds the variant for every vendor. Return the artwork.

    Raises InvalidInput, NotFound, IllegalState, and StaleArtwork.
    """
    reject_invalid(comment_problems(command.comment, required=True))
    async with operation.writing() as session:
        reviewed = await _decide(operation, session, command, ArtworkAction.REQUEST_REVISION)
        if reviewed is None:
            return command.artwork_id
        name = await _store_effects(operation, session, [reviewed.after])
        fact = ArtworkRevisionRequested(
            scheme=name,
            sku=reviewed.after.sku,
            version=reviewed.after.version,
            vendor=reviewed.decision.vendor_name,
            comment=reviewed.decision.comment or "",
        )
        activity = NewActivity(EventKind.ARTWORK_REVISION_REQUESTED, fact, tasks=[(Role.DESIGNER, fact)])
        await record_activity(operation, session, reviewed.after.scheme_id, activity)
        if not reviewed.before.requests:
            await notify_of_block(operation, session, reviewed.after, reviewed.decision)
    return command.artwork_id


async def _decide(
    operation: Operation, session: Writing, command: ReviewArtwork, action: ArtworkAction
) -> _Reviewed | None:
    """Lock the artwork, and store what the viewer's vendor decides about it; None if it decided the same before."""
    before = await _lock(operation, session, command.artwork_id)
    vendor_id = operation.viewer.vendor_id
    own = await session.fetch(REVIEWED_BY_VENDOR, ids=[before.id], viewer_vendor_id=vendor_id)
    ARTWORK_GUARDS.check(action, ArtworkStanding(before, bool(own)), operation.viewer)
    if command.version != before.version:
        raise StaleArtwork(sku=before.sku, version=command.version, current_version=before.version)
    state = ArtworkReviewState.APPROVED
    if action is ArtworkAction.REQUEST_REVISION:
        state = ArtworkReviewState.REVISION_REQUESTED
    comment = trim_text(command.comment or "") or None
    earlier = before.decision_of(vendor_id)
    if earlier is not None and (earlier.state, earlier.comment) == (state, comment):
        return None
    review = NewReview(
        artwork_id=before.id,
        version=before.version,
        vendor_id=own_vendor(operation),
        state=state,
        comment=comment,
        decided_at=_decided_at(operation, earlier, state),
        decided_by=operation.viewer.account_id,
    )
    await put_review(session, review)
    (after,) = await load_artwork_facts(session, [before.id])
    decision = after.decision_of(vendor_id)
    if decision is None:
        raise NotFound("artwork", ARTWORK_PATH)
    return _Reviewed(before, after, decision)


def own_vendor(operation: Operation) -> UUID:
    """The vendor of the viewer, which has one. Raises NotFound."""
    if operation.viewer.vendor_id is None:
        raise NotFound("artwork", ARTWORK_PATH)
    return operation.viewer.vendor_id


def _decided_at(operation: Operation, earlier: Decision | None, state: ArtworkReviewState) -> datetime:
    """A request with a better comment holds the variant since the first comment."""
    return earlier.decided_at if earlier is not None and earlier.state is state else operation.now


async def _lock(operation: Operation, session: Writing, artwork_id: UUID) -> ArtworkFacts:
    """Lock an artwork that the viewer may see, alone. Raises NotFound."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await session.fetch(artworks_by_id(scope), ids=[artwork_id], **scope_parameters(viewer, scope))
    if not rows:
        raise NotFound("artwork", ARTWORK_PATH)
    (facts,) = await lock_artworks(session, rows[0].scheme_id, [rows[0].variant_id], exclusive=True)
    return facts


async def _record_approval(operation: Operation, session: Writing, name: SchemeName, reviewed: _Reviewed) -> None:
    """Add an approval to the activity of its scheme, and notify those whom it concerns."""
    artwork, decision = reviewed.after, reviewed.decision
    fact = ArtworkApproved(
        scheme=name,
        sku=artwork.sku,
        version=artwork.version,
        vendor=decision.vendor_name,
        comment=decision.comment,
        withdrawn=reviewed.before.decision_of(decision.vendor_id) is not None,
    )
    await record_activity(operation, session, artwork.scheme_id, NewActivity(EventKind.ARTWORK_APPROVED, fact))
    if reviewed.before.requests and not artwork.requests:
        await notify_of_release(operation, session, artwork)


async def _store_effects(operation: Operation, session: Writing, artworks: Sequence[ArtworkFacts]) -> SchemeName:
    """Store what follows from decisions about one scheme: the states of consignments, and the stages of the scheme."""
    scheme_id = artworks[0].scheme_id
    await refresh_carriers(operation, session, scheme_id, [artwork.variant_id for artwork in artworks])
    await rederive_execution(operation, session, scheme_id)
    return await name_scheme(session, scheme_id)
