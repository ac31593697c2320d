"""Inputs of artwork."""

import strawberry

from domain.artwork.inputs import COMMENT_LENGTH
from domain.node_kinds import NodeKind
from resolvers.artwork.lists import ArtworkFilter
from resolvers.artwork.review_artwork import ReviewArtwork
from resolvers.artwork.upload_artwork import UploadArtwork
from schema.artwork.enums import ArtworkReviewState
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id, input_id

_LONGEST = COMMENT_LENGTH[1]
_ARTWORK_ID = "The ID of the artwork."
_VERSION = "The number of the version that was reviewed. It must be the current one."


@strawberry.input(name="ArtworkFilter", description="A filter of artwork. All given conditions must hold.")
class ArtworkFilterInput:
    scheme_id: strawberry.ID | None = optional("Return only artwork of this scheme.")
    states: list[ArtworkReviewState] | None = optional(
        "Return only artwork with a review in one of these states. For a vendor, its own review counts."
    )

    def to_filter(self) -> ArtworkFilter:
        """Convert the filter. Raises BadArgument for a malformed ID."""
        scheme_id = None
        if self.scheme_id is not None:
            scheme_id = argument_id(NodeKind.SCHEME, self.scheme_id, "filter.schemeId")
        return ArtworkFilter(scheme_id=scheme_id, states=None if self.states is None else tuple(self.states))


@strawberry.input(description="A file to make the current version of the artwork of a variant.")
class UploadArtworkInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme.")
    variant_id: strawberry.ID = leaf("The ID of the variant.")
    upload_id: strawberry.ID = leaf("The ID of a finished upload of the viewer with the purpose `ARTWORK`.")
    note: str | None = optional(f"What vendors should know about the version; up to {_LONGEST:,} characters.")

    def to_command(self) -> UploadArtwork:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return UploadArtwork(
                scheme_id=ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId"),
                variant_id=ids.one(NodeKind.VARIANT, self.variant_id, "variantId"),
                upload_id=ids.one(NodeKind.UPLOAD, self.upload_id, "uploadId"),
                note=self.note,
            )


@strawberry.input(description="A version of an artwork that the viewer's vendor approves.")
class ReviewArtworkInput:
    artwork_id: strawberry.ID = leaf(_ARTWORK_ID)
    version: int = leaf(_VERSION)
    comment: str | None = optional(f"A comment; up to {_LONGEST:,} characters.")

    def to_command(self) -> ReviewArtwork:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        artwork_id = input_id(NodeKind.ARTWORK, self.artwork_id, "artworkId")
        return ReviewArtwork(artwork_id=artwork_id, version=self.version, comment=self.comment)


@strawberry.input(description="A version of an artwork that the viewer's vendor wants to have revised.")
class RequestArtworkRevisionInput:
    artwork_id: strawberry.ID = leaf(_ARTWORK_ID)
    version: int = leaf(_VERSION)
    comment: str = leaf(f"What must change; 1 to {_LONGEST:,} characters.")

    def to_command(self) -> ReviewArtwork:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        artwork_id = input_id(NodeKind.ARTWORK, self.artwork_id, "artworkId")
        return ReviewArtwork(artwork_id=artwork_id, version=self.version, comment=self.comment)
