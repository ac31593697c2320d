"""Changes to artwork."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from db.artwork.tables import ArtworkTable
from db.sessions import Writing


async def ensure_artworks(session: Writing, scheme_id: UUID, ids: Mapping[UUID, UUID], at: datetime) -> None:
    """Insert the artwork of variants of a scheme, unless it exists; `ids` maps variants to ids for new rows."""
    rows = [
        {"id": artwork_id, "scheme_id": scheme_id, "variant_id": variant_id, "created_at": at}
        for variant_id, artwork_id in sorted(ids.items())
    ]
    if rows:
        await session.execute(insert(ArtworkTable).values(rows).on_conflict_do_nothing())
