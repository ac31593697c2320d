"""Who may download the files of artwork."""

from uuid import UUID

from db.artwork.view_reads import ARTWORKS_WITH_FILE
from domain.permissions import Permission
from resolvers.artwork.loaders import artworks_by_id
from resolvers.context import Operation


async def may_see_artwork_file(operation: Operation, file_id: UUID) -> bool:
    """Whether the viewer sees artwork with this file among its versions or their small pictures."""
    if not operation.viewer.may(Permission.ARTWORK_READ):
        return False
    ids = await operation.fetch(ARTWORKS_WITH_FILE, file_id=file_id)
    return any(row is not None for row in await artworks_by_id(operation, list(ids))) if ids else False
