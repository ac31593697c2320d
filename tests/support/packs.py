"""What packs look like: read from the database."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from db.database import Database
from domain.consignments.packs import build_sscc
from tests.support.custody import findings_of

# GS1 has reserved the prefix 952 for demonstrations and examples.
PREFIX = "9521234"
PACKS = """
SELECT sscc, CASE WHEN unpacked_at IS NOT NULL THEN 'opened' WHEN batch_id IS NULL THEN 'leg ' || leg
    ELSE 'on the way from leg ' || leg END AS place
FROM pack JOIN consignment_line AS line ON line.id = line_id WHERE consignment_id = :id ORDER BY pack.id
"""
MOVED = """
SELECT kind, quantity FROM movement WHERE consignment_id = :id
ORDER BY (SELECT min(part.id) FROM movement_part AS part WHERE movement_id = movement.id)
"""


def sscc(number: int) -> str:
    """A valid code, a different one for each number."""
    return build_sscc(PREFIX, number)


async def packs_of(database: Database, consignment_id: UUID) -> dict[str, str]:
    """Where the packs of a consignment are, by code: “leg 1”, “on the way from leg 1”, or “opened”."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(PACKS), {"id": consignment_id})
        return {row.sscc: row.place for row in rows}


async def kinds_of(database: Database, consignment_id: UUID) -> list[tuple[str, int]]:
    """The kinds and quantities of the movements of a consignment, in the order of recording."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(MOVED), {"id": consignment_id})
        return [(kind, quantity) for kind, quantity in rows]


async def set_prefix(database: Database, prefix: str | None = PREFIX) -> None:
    """Give the program a GS1 company prefix."""
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE program SET gs1_company_prefix = :prefix"), {"prefix": prefix})


async def find_faults(database: Database) -> list[str]:
    """What the verification finds."""
    async with database.snapshot() as snapshot:
        return await findings_of(snapshot, datetime(2026, 3, 10, 9, tzinfo=UTC))
