"""Changes to artwork: its versions, and what vendors decide about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.artwork.tables import ArtworkReviewTable, ArtworkTable, ArtworkVersionTable
from db.sessions import Writing


class NewVersion(Struct, frozen=True, kw_only=True):
    """A version to add."""

    id: UUID
    artwork_id: UUID
    number: int
    file_id: UUID
    note: str | None
    uploaded_at: datetime
    uploaded_by: UUID


class NewReview(Struct, frozen=True, kw_only=True):
    """What a vendor decides about a version."""

    artwork_id: UUID
    version: int
    vendor_id: UUID
    state: str
    comment: str | None
    decided_at: datetime
    decided_by: UUID


async def ensure_artworks(session: Writing, scheme_id: UUID, ids: Mapping[UUID, UUID], at: datetime) -> None:
    """Insert the artwork of variants of a scheme, unless it exists; `ids` maps variants to ids for new rows."""
    rows = [
        {"id": artwork_id, "scheme_id": scheme_id, "variant_id": variant_id, "created_at": at}
        for variant_id, artwork_id in sorted(ids.items())
    ]
    if rows:
        await session.execute(upsert(ArtworkTable).values(rows).on_conflict_do_nothing())


async def add_version(session: Writing, version: NewVersion) -> None:
    """Insert the next version of an artwork, which the transaction has locked, and make it the current one."""
    await session.execute(insert(ArtworkVersionTable).values(asdict(version)))
    current = update(ArtworkTable).where(ArtworkTable.id == version.artwork_id)
    await session.execute(current.values(current_version=version.number))


async def set_thumbnail(session: Writing, version_id: UUID, file_id: UUID) -> None:
    """Give a version its small picture, unless it has one."""
    undrawn = update(ArtworkVersionTable).where(
        ArtworkVersionTable.id == version_id, ArtworkVersionTable.thumbnail_id.is_(None)
    )
    await session.execute(undrawn.values(thumbnail_id=file_id))


async def put_review(session: Writing, review: NewReview) -> None:
    """Insert what a vendor decides about a version, or replace what it decided before."""
    values: dict[str, Any] = asdict(review)
    changed = {name: values[name] for name in ("state", "comment", "decided_at", "decided_by")}
    statement = upsert(ArtworkReviewTable).values(values)
    keys = [ArtworkReviewTable.artwork_id, ArtworkReviewTable.version, ArtworkReviewTable.vendor_id]
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
