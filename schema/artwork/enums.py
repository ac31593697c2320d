"""Enums of artwork."""

from domain.artwork.facts import ArtworkAction, ArtworkReviewState
from schema.descriptions import described

described(
    ArtworkReviewState,
    "The review of the current version of an artwork by one vendor.",
    {
        ArtworkReviewState.PENDING: "The vendor has not decided.",
        ArtworkReviewState.APPROVED: "The vendor approved the version.",
        ArtworkReviewState.REVISION_REQUESTED: "The vendor asks for a revision. Nobody can produce or dispatch.",
    },
)
described(
    ArtworkAction,
    "An action on an artwork.",
    {
        ArtworkAction.UPLOAD: "Upload the next version: `uploadArtwork`.",
        ArtworkAction.APPROVE: "Approve the current version: `approveArtwork`.",
        ArtworkAction.REQUEST_REVISION: "Ask for a revision of the current version: `requestArtworkRevision`.",
    },
)

__all__ = ["ArtworkAction", "ArtworkReviewState"]
