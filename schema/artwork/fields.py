"""Root fields of artwork."""

from typing import Annotated

import strawberry

from db.artwork.rows import ArtworkRow
from domain.permissions import Permission
from resolvers.artwork.lists import list_artworks
from resolvers.artwork.review_artwork import approve_artwork, request_artwork_revision
from resolvers.artwork.upload_artwork import upload_artwork
from resolvers.paging import Page, PageArguments
from schema.artwork import inputs, payloads
from schema.artwork.types import Artwork
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query

ArtworkFilterArgument = Annotated[
    inputs.ArtworkFilterInput | None,
    strawberry.argument(name="filter", description="Return only artwork that matches this filter."),
]


@strawberry.type
class ArtworkQueries:
    @query(
        requires=Permission.ARTWORK_READ,
        returns=Connection[Artwork] | None,
        description="Returns artwork, newest first. A vendor sees that of the variants that its chains carry.",
    )
    async def artworks(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: ArtworkFilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ArtworkRow]:
        chosen = (filter_ or inputs.ArtworkFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_artworks(info.context, page, chosen)


@strawberry.type
class ArtworkMutations:
    @mutation(
        requires=Permission.ARTWORK_UPLOAD,
        description="Make a finished upload the current version of the artwork of a variant of an approved scheme. "
        "Every vendor whose chain carries the variant reviews it. Requests for a revision of earlier versions end.",
    )
    async def upload_artwork(self, info: AppInfo, input: inputs.UploadArtworkInput) -> payloads.UploadArtworkPayload:
        return payloads.UploadArtworkPayload(key=await upload_artwork(info.context, input.to_command()))

    @mutation(
        requires=Permission.ARTWORK_REVIEW,
        description="Approve the current version for the viewer's vendor. An open request of this vendor is withdrawn.",
    )
    async def approve_artwork(self, info: AppInfo, input: inputs.ReviewArtworkInput) -> payloads.ReviewArtworkPayload:
        return payloads.ReviewArtworkPayload(key=await approve_artwork(info.context, input.to_command()))

    @mutation(
        requires=Permission.ARTWORK_REVIEW,
        description="Ask for a revision of the current version for the viewer's vendor. While the request is open, "
        "nobody can produce or dispatch the variant.",
    )
    async def request_artwork_revision(
        self, info: AppInfo, input: inputs.RequestArtworkRevisionInput
    ) -> payloads.ReviewArtworkPayload:
        return payloads.ReviewArtworkPayload(key=await request_artwork_revision(info.context, input.to_command()))
