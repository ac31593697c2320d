"""Steps of demo artwork: the mutation behind each, called for the person who takes the step."""

from typing import Final

from db.artwork.rows import ArtworkRow
from domain.artwork.facts import ArtworkAction
from graphql_api.demo.artwork.drawings import store_drawing
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.steps import StepContext
from resolvers.artwork.loaders import actions_by_artwork, artworks_by_scheme
from resolvers.artwork.review_artwork import ReviewArtwork, approve_artworks, request_artwork_revision
from resolvers.artwork.upload_artwork import UploadArtwork, upload_artwork
from resolvers.schemes.execution import quantities_of_scheme

_COMMENT: Final = "The code is printed over the fold of the cap. Move it 4 mm to the left."
_NOTE: Final = "The claim on the label is the new one of the legal department."


async def upload_first(scheme: SchemeProgress, context: StepContext) -> None:
    """Upload the first version of every variant with coupons."""
    known = {row.variant_id for row in await _artworks(scheme, context) if row.current_version}
    for each in await quantities_of_scheme(context.session, scheme.live_id):
        if each.generated and each.variant_id not in known:
            upload_id = await store_drawing(context, each.sku, 1)
            await upload_artwork(context.operation, UploadArtwork(scheme.live_id, each.variant_id, upload_id))


async def upload_next(scheme: SchemeProgress, context: StepContext) -> None:
    """Upload the next version of the first variant: what is printed carries the one before."""
    first = (await _artworks(scheme, context))[0]
    skus = {each.variant_id: each.sku for each in await quantities_of_scheme(context.session, scheme.live_id)}
    upload_id = await store_drawing(context, skus[first.variant_id], first.current_version + 1)
    command = UploadArtwork(scheme.live_id, first.variant_id, upload_id, note=_NOTE)
    await upload_artwork(context.operation, command)


async def approve(scheme: SchemeProgress, context: StepContext) -> None:
    """Approve whatever the vendor of the actor has not approved yet."""
    artworks = await _artworks(scheme, context)
    allowed = await actions_by_artwork(context.operation, [row.id for row in artworks])
    open_ones = [row for row, actions in zip(artworks, allowed, strict=True) if ArtworkAction.APPROVE in actions]
    # The mutation of clients approves one; all at once leave the same rows in a third of the time.
    await approve_artworks(context.operation, [ReviewArtwork(row.id, row.current_version) for row in open_ones])


async def ask_for_revision(scheme: SchemeProgress, context: StepContext) -> None:
    """Ask for a revision of the first variant that the vendor of the actor carries."""
    first = (await _artworks(scheme, context))[0]
    await request_artwork_revision(context.operation, ReviewArtwork(first.id, first.current_version, _COMMENT))


async def _artworks(scheme: SchemeProgress, context: StepContext) -> list[ArtworkRow]:
    """The artwork that the actor sees, by SKU."""
    (found,) = await artworks_by_scheme(context.operation, [scheme.live_id])
    return found
