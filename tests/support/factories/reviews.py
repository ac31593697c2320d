"""Artwork that is uploaded and reviewed, through the real resolvers."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from domain.permissions import Role
from resolvers.artwork.review_artwork import ReviewArtwork, approve_artwork, request_artwork_revision
from resolvers.artwork.upload_artwork import UploadArtwork, upload_artwork
from resolvers.context import Operation
from tests.support.factories.consignments import ConsignmentFactory

_UPLOAD: Final = """
WITH file AS (
    INSERT INTO stored_file (id, name, content_type, byte_size, sha256, created_at, created_by)
    VALUES (:id, 'label.pdf', 'application/pdf', 1000, sha256(CAST(CAST(:id AS uuid) AS text)::bytea), :at, :account_id)
)
INSERT INTO upload (id, account_id, purpose, file_name, content_type, byte_size, created_at, expires_at, file_id)
VALUES (:id, :account_id, 'ARTWORK', 'label.pdf', 'application/pdf', 1000, :at, :expires_at, :id)
"""


class ReviewFactory:
    """Uploads artwork of consignments and reviews it."""

    def __init__(self, consignments: ConsignmentFactory) -> None:
        self.consignments = consignments

    def designer(self) -> Operation:
        """An operation of a designer."""
        return self.consignments.schemes.operation(Role.DESIGNER)

    async def finished_upload(self) -> UUID:
        """An upload of the designer whose file is stored."""
        environment = self.consignments.schemes.environment
        at, upload_id = environment.clock(), environment.new_id()
        parameters = {
            "id": upload_id,
            "account_id": self.consignments.world.viewer(Role.DESIGNER).account_id,
            "at": at,
            "expires_at": at + timedelta(days=1),
        }
        async with environment.database.engine.begin() as connection:
            await connection.execute(text(_UPLOAD), parameters)
        return upload_id

    async def upload(self, scheme_id: UUID, *, sku: str = "AMB-1L", note: str | None = None) -> UUID:
        """Upload the next version of the artwork of a variant."""
        operation = self.designer()
        upload_id = await self.finished_upload()
        variant_id = self.consignments.variant(sku)
        command = UploadArtwork(scheme_id=scheme_id, variant_id=variant_id, upload_id=upload_id, note=note)
        try:
            return await upload_artwork(operation, command)
        finally:
            await operation.close()

    async def approve(self, artwork_id: UUID, *, version: int = 1, by: str = "PRN-1", **given: Any) -> UUID:
        """Approve a version for a vendor."""
        return await approve_artwork(self.consignments.vendor(by), ReviewArtwork(artwork_id, version, **given))

    async def ask(
        self, artwork_id: UUID, *, version: int = 1, by: str = "PRN-1", comment: str = "The logo is cut off."
    ) -> UUID:
        """Ask for a revision of a version for a vendor."""
        command = ReviewArtwork(artwork_id, version, comment)
        return await request_artwork_revision(self.consignments.vendor(by), command)
