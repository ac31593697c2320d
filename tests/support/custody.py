"""What custody looks like: every place of a line with its serials, read from the database."""

from uuid import UUID

from sqlalchemy import text

from db.database import Database
from domain.spans import Spans

PLACES = """
SELECT place.leg, batch.code IS NOT NULL AS in_batch, place.condition, CAST(range_agg(custody.spans) AS text) AS spans
FROM custody JOIN custody_place AS place ON place.id = place_id
JOIN consignment_line AS line ON line.id = custody.line_id
LEFT JOIN batch ON batch.id = place.batch_id
WHERE line.consignment_id = :id
GROUP BY 1, 2, 3
"""


async def places_of(database: Database, consignment_id: UUID) -> dict[tuple[int, bool, str], Spans]:
    """The serials of a consignment by leg, whether they are in a batch that left it, and condition."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(PLACES), {"id": consignment_id})
        return {(leg, in_batch, condition): Spans.parse(spans) for leg, in_batch, condition, spans in rows}
