"""Artwork as the database holds it, for tests that need coupons to be printed and not how artwork is reviewed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import text

from db.database import Database

_ARTWORK: Final = """
INSERT INTO artwork (id, scheme_id, variant_id, current_version, created_at) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (scheme_id, variant_id) DO UPDATE SET current_version = artwork.current_version + 1
RETURNING id, current_version
"""
_FILE: Final = """
INSERT INTO stored_file (id, name, content_type, byte_size, sha256, created_at, created_by)
VALUES ($1, 'label.pdf', 'application/pdf', 1000, sha256($1::text::bytea), $2, $3)
"""
_VERSION: Final = """
INSERT INTO artwork_version (id, artwork_id, number, file_id, uploaded_at, uploaded_by) VALUES ($1, $2, $3, $4, $5, $6)
"""
_REVIEW: Final = """
INSERT INTO artwork_review (artwork_id, version, vendor_id, state, comment, decided_at, decided_by)
SELECT $1, $2, vendor_id, $4, $5, $6, $7 FROM unnest($3::uuid[]) AS reviewer (vendor_id)
"""

# The first version of variants of a scheme, unless they have one, and the approvals of vendors that are missing.
_APPROVE: Final = """
WITH given AS (
    SELECT variant_id, md5(CAST(CAST(:scheme_id AS uuid) AS text) || variant_id)::uuid AS id
    FROM unnest(CAST(:variant_ids AS uuid[])) AS given (variant_id)
), added AS (
    INSERT INTO artwork (id, scheme_id, variant_id, current_version, created_at)
    SELECT id, :scheme_id, variant_id, 1, :at FROM given
    ON CONFLICT (scheme_id, variant_id) DO UPDATE SET current_version = greatest(artwork.current_version, 1)
    RETURNING id, current_version
), fresh AS (
    SELECT added.id, md5('file' || added.id)::uuid AS file_id FROM added
    WHERE NOT EXISTS (SELECT FROM artwork_version WHERE artwork_id = added.id)
), file AS (
    INSERT INTO stored_file (id, name, content_type, byte_size, sha256, created_at, created_by)
    SELECT file_id, 'label.pdf', 'application/pdf', 1000, sha256(file_id::text::bytea), :at, :by FROM fresh
), version AS (
    INSERT INTO artwork_version (id, artwork_id, number, file_id, uploaded_at, uploaded_by)
    SELECT md5('version' || id)::uuid, id, 1, file_id, :at, :by FROM fresh
)
INSERT INTO artwork_review (artwork_id, version, vendor_id, state, decided_at, decided_by)
SELECT id, current_version, vendor_id, 'APPROVED', :at, :by
FROM added, unnest(CAST(:vendor_ids AS uuid[])) AS reviewer (vendor_id)
ON CONFLICT DO NOTHING
"""


async def approve_artwork(  # noqa: PLR0913 - what is approved, by name
    database: Database,
    *,
    scheme_id: UUID,
    variant_ids: Sequence[UUID],
    vendor_ids: Sequence[UUID],
    by: UUID,
    at: datetime,
) -> None:
    """Let vendors have approved the artwork of variants before a consignment carries them."""
    parameters = {
        "scheme_id": scheme_id,
        "variant_ids": list(variant_ids),
        "vendor_ids": list(vendor_ids),
        "by": by,
        "at": at,
    }
    async with database.engine.begin() as connection:
        await connection.execute(text(_APPROVE), parameters)


async def add_version(  # noqa: PLR0913 - the columns, by name
    connection: Any,
    *,
    scheme_id: UUID,
    variant_id: UUID,
    by: UUID,
    at: datetime,
    approved_by: Sequence[UUID] = (),
    requested_by: Sequence[UUID] = (),
) -> int:
    """Store the next version of the artwork of a variant with the reviews of vendors; return its number."""
    ((artwork_id, number),) = await connection.fetch(_ARTWORK, uuid4(), scheme_id, variant_id, at)
    file_id = uuid4()
    await connection.execute(_FILE, file_id, at, by)
    await connection.execute(_VERSION, uuid4(), artwork_id, number, file_id, at, by)
    await connection.execute(_REVIEW, artwork_id, number, list(approved_by), "APPROVED", None, at, by)
    requested = [artwork_id, number, list(requested_by), "REVISION_REQUESTED", "The logo is cut off.", at, by]
    await connection.execute(_REVIEW, *requested)
    return int(number)
