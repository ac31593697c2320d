"""Loaders of artwork: its versions, and the reviews of vendors."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.artwork import view_reads as statements
from db.artwork.rows import ArtworkRow, ReviewerRow, VersionRow
from db.catalog.rows import VendorRow
from domain.artwork.facts import ArtworkAction, ArtworkReviewState
from domain.artwork.guards import ARTWORK_GUARDS, ArtworkStanding
from domain.artwork.state import ArtworkFacts, Reviewer, derive_reviews
from domain.permissions import Permission
from domain.viewers import ConsignmentScope, Viewer
from resolvers.consignments.artwork_locking import load_artwork_facts
from resolvers.context import Operation
from resolvers.files.file_links import file_url
from resolvers.loading import align_many, align_one


class VersionView(Struct, frozen=True, kw_only=True):
    """A version as a viewer gets it, with links that are the viewer's own."""

    id: UUID
    number: int
    url: str
    thumbnail_url: str | None
    content_type: str
    byte_size: int
    note: str | None
    uploaded_by: UUID
    uploaded_at: datetime


class ReviewView(Struct, frozen=True, kw_only=True):
    """The review of the current version by a vendor."""

    artwork_id: UUID
    vendor_id: UUID
    vendor: VendorRow
    state: ArtworkReviewState
    comment: str | None
    decided_at: datetime | None


def scope_parameters(viewer: Viewer, scope: ConsignmentScope) -> dict[str, Any]:
    """Return the parameters that the predicate of a scope takes."""
    return {"viewer_vendor_id": viewer.vendor_id} if scope is ConsignmentScope.OWN else {}


async def artworks_by_id(operation: Operation, ids: list[UUID]) -> list[ArtworkRow | None]:
    """Load artwork; None for unknown ids and for artwork that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.artworks_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def artworks_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[ArtworkRow]]:
    """Load the artwork of each scheme that the viewer may see, by SKU."""
    if not operation.viewer.may(Permission.ARTWORK_READ):
        return [[] for _ in ids]
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.artworks_by_scheme(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_many(ids, rows, lambda row: row.scheme_id)


async def versions_by_artwork(operation: Operation, ids: list[UUID]) -> list[list[VersionView]]:
    """Load the versions of each artwork, the newest first."""
    rows = await operation.fetch(statements.VERSIONS_BY_ARTWORK, ids=ids)
    groups = align_many(ids, rows, lambda row: row.artwork_id)
    return [[_view(operation, row) for row in group] for group in groups]


async def reviews_by_artwork(operation: Operation, ids: list[UUID]) -> list[list[ReviewView]]:
    """Load the review of each vendor whose chains carry the variant.

    A vendor sees its own review and those of the vendors that share a chain of the variant with it.
    """
    facts = {each.id: each for each in await load_artwork_facts(operation, ids)}
    rows = await operation.fetch(statements.REVIEWERS_BY_ARTWORK, ids=ids)
    shared = await vendors_shared(operation, ids)
    shown = [row for row in rows if shared is None or (row.artwork_id, row.vendor.id) in shared]
    groups = align_many(ids, shown, lambda row: row.artwork_id)
    return [_reviews(facts[key], group) if group else [] for key, group in zip(ids, groups, strict=True)]


async def actions_by_artwork(operation: Operation, ids: list[UUID]) -> list[list[ArtworkAction]]:
    """Load the actions that the viewer may take on each artwork now; most roles have none, without a statement."""
    viewer = operation.viewer
    reviews = viewer.vendor_id is not None and viewer.may(Permission.ARTWORK_REVIEW)
    if not reviews and not viewer.may(Permission.ARTWORK_UPLOAD):
        return [[] for _ in ids]
    facts = {each.id: each for each in await load_artwork_facts(operation, ids)}
    reviewed = (
        await operation.fetch(statements.REVIEWED_BY_VENDOR, ids=ids, viewer_vendor_id=viewer.vendor_id)
        if reviews
        else []
    )
    return [list(ARTWORK_GUARDS.allowed(ArtworkStanding(facts[key], key in reviewed), viewer)) for key in ids]


async def vendors_shared(operation: Operation, ids: list[UUID]) -> set[tuple[UUID, UUID]] | None:
    """Load pairs of an artwork and a vendor whose reviews the viewer may read; None stands for all of them."""
    viewer = operation.viewer
    if viewer.consignment_scope is ConsignmentScope.ALL:
        return None
    rows = await operation.fetch(statements.SHARING_BY_ARTWORK, ids=ids, viewer_vendor_id=viewer.vendor_id)
    return {(row.artwork_id, row.vendor_id) for row in rows}


def _view(operation: Operation, row: VersionRow) -> VersionView:
    return VersionView(
        id=row.id,
        number=row.number,
        url=file_url(operation, row.file_id),
        thumbnail_url=None if row.thumbnail_id is None else file_url(operation, row.thumbnail_id),
        content_type=row.content_type,
        byte_size=row.byte_size,
        note=row.note,
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
    )


def _reviews(facts: ArtworkFacts, rows: list[ReviewerRow]) -> list[ReviewView]:
    reviewers = [Reviewer(row.vendor.id, row.vendor.name, row.since) for row in rows]
    return [
        ReviewView(
            artwork_id=facts.id,
            vendor_id=review.vendor_id,
            vendor=row.vendor,
            state=review.state,
            comment=review.comment,
            decided_at=review.decided_at,
        )
        for row, review in zip(rows, derive_reviews(facts, reviewers), strict=True)
    ]
