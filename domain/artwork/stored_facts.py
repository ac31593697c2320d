"""Stored facts about artwork for the vendors that review it or are held by it, with the names of that time."""

from uuid import UUID

from domain.stored_facts import StoredFact


class _FactOfArtwork(StoredFact, frozen=True):
    artwork_id: UUID
    sku: str
    version: int


class ArtworkToReview(_FactOfArtwork, frozen=True, tag="artworkToReview"):
    """A version waits for the review of the reader. `answered`: a vendor had asked for a revision of the one before."""

    answered: bool


class ArtworkHeld(_FactOfArtwork, frozen=True, tag="artworkHeld"):
    """A vendor asked for a revision, which holds coupons of the reader. None if the two share no chain."""

    vendor: str | None
    comment: str | None


class ArtworkReleased(_FactOfArtwork, frozen=True, tag="artworkReleased"):
    """No vendor asks for a revision any more, so that coupons of the reader are not held."""


StoredArtworkFact = ArtworkToReview | ArtworkHeld | ArtworkReleased
