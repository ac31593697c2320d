"""Errors of artwork that carry data."""

from datetime import datetime

from domain.artwork.failures import ArtworkBlocked, ArtworkNotApproved, StaleArtwork
from resolvers.artwork.block_loaders import asking_vendors
from resolvers.catalog.loaders import variants_by_id
from schema.catalog.types import Variant, Vendor
from schema.errors import UserError, error_type
from schema.fields import batched, leaf


@error_type(ArtworkBlocked, "A vendor asked for a revision of the artwork, which holds the variant for every vendor.")
class ArtworkBlockedError(UserError):
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    requested_by: Vendor | None = batched(
        asking_vendors,
        key="requested_by",
        description="The vendor that asked. Null if it shares no chain of the variant with the viewer's vendor.",
    )
    since: datetime = leaf("Since when the variant is held.")


@error_type(ArtworkNotApproved, "The viewer's vendor has not approved the current version of the artwork.")
class ArtworkNotApprovedError(UserError):
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    version: int | None = leaf("The current version. Null if none is uploaded yet.")


@error_type(StaleArtwork, "The version in the input is not the current one.")
class StaleArtworkError(UserError):
    version: int = leaf("The version in the input.")
    current_version: int = leaf("The current version.")
