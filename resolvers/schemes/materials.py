"""Marketing materials of schemes: their addresses, and who may download their files."""

import mimetypes
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from db.schemes.reads import SCHEMES_WITH_FILE
from resolvers.context import Operation
from resolvers.files.file_links import file_url
from resolvers.files.loaders import files_by_id
from resolvers.schemes.loaders import schemes_by_id

_PAGE: Final = "text/html"


async def material_urls(operation: Operation, places: list[str | UUID]) -> list[str]:
    """Load the URL of each material; a link for the viewer where the place is a file. Raises LinksUnavailable."""
    return [place if isinstance(place, str) else file_url(operation, place) for place in places]


async def material_content_types(operation: Operation, places: list[str | UUID]) -> list[str]:
    """Load the media type of each material: of a file the stored one, of an address what its ending suggests."""
    ids = [place for place in places if isinstance(place, UUID)]
    rows = await files_by_id(operation, ids) if ids else []
    stored = {row.id: row.content_type for row in rows if row is not None}
    return [
        (mimetypes.guess_type(urlsplit(place).path)[0] or _PAGE) if isinstance(place, str) else stored[place]
        for place in places
    ]


async def may_see_material(operation: Operation, file_id: UUID) -> bool:
    """Whether the viewer sees a scheme with this file among its marketing materials."""
    ids = await operation.fetch(SCHEMES_WITH_FILE, file_id=file_id)
    schemes = await schemes_by_id(operation, ids) if ids else []
    return any(material.file_id == file_id for scheme in schemes if scheme is not None for material in scheme.materials)
