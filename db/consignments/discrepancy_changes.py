"""Changes to discrepancies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from db.consignments.changes import multirange
from db.consignments.tables import DiscrepancyTable
from db.sessions import Writing
from domain.consignments.facts import DiscrepancyKind
from domain.spans import Spans


async def add_discrepancy(  # noqa: PLR0913 - the columns of a discrepancy, by name
    session: Writing,
    *,
    discrepancy_id: UUID,
    kind: DiscrepancyKind,
    consignment_id: UUID,
    line_id: UUID,
    batch_id: UUID,
    vendor_id: UUID,
    spans: Spans,
    at: datetime,
) -> None:
    """Insert an open discrepancy about these serials."""
    await session.execute(
        insert(DiscrepancyTable).values(
            id=discrepancy_id,
            kind=kind,
            consignment_id=consignment_id,
            line_id=line_id,
            batch_id=batch_id,
            vendor_id=vendor_id,
            spans=multirange(spans),
            open_spans=multirange(spans),
            opened_at=at,
        )
    )
