"""Artwork that the vendors of a consignment have approved, so that they can produce its coupons."""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from db.database import Database

_APPROVE: Final = text("""
WITH carried AS (
    SELECT artwork.id, greatest(current_version, 1) AS version, current_version = 0 AS fresh,
        consignment.created_at AS at, created_by AS by, md5(artwork.id::text)::uuid AS file_id,
        consignment.id AS consignment_id
    FROM consignment JOIN consignment_line AS line ON consignment_id = consignment.id
    JOIN artwork ON artwork.scheme_id = consignment.scheme_id AND artwork.variant_id = line.variant_id
    WHERE consignment.id = :id
), current AS (
    UPDATE artwork SET current_version = 1 FROM carried WHERE artwork.id = carried.id AND fresh
), file AS (
    INSERT INTO stored_file (id, name, content_type, byte_size, sha256, created_at, created_by)
    SELECT file_id, 'label.pdf', 'application/pdf', 1000, sha256(file_id::text::bytea), at, by FROM carried WHERE fresh
), added AS (
    INSERT INTO artwork_version (id, artwork_id, number, file_id, uploaded_at, uploaded_by)
    SELECT file_id, id, 1, file_id, at, by FROM carried WHERE fresh
)
INSERT INTO artwork_review (artwork_id, version, vendor_id, state, decided_at, decided_by)
SELECT id, version, vendor_id, 'APPROVED', at, by FROM carried JOIN consignment_leg USING (consignment_id)
ON CONFLICT DO NOTHING
""")


async def approve_artwork(database: Database, consignment_id: UUID) -> None:
    """Store the first version of what a consignment carries, and the approvals that are missing."""
    async with database.engine.begin() as connection:
        await connection.execute(_APPROVE, {"id": consignment_id})
