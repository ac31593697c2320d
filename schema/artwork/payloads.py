"""Payloads of the mutations of artwork."""

import strawberry

from resolvers.artwork.loaders import artworks_by_id
from schema.artwork.types import Artwork
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type
class ArtworkPayload(KeyedPayload):
    artwork: Artwork | None = batched(
        artworks_by_id, key="key", description="The artwork after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `uploadArtwork`.")
class UploadArtworkPayload(ArtworkPayload):
    pass


@strawberry.type(description="The result of `approveArtwork` and `requestArtworkRevision`.")
class ReviewArtworkPayload(ArtworkPayload):
    pass
