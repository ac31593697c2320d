"""What a job reads to value lines again: a return counts once, also of a sale that moved to another time (R20)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import insert

from db.database import Database
from db.points.revaluation_reads import RETURNED, ReturnedRow
from db.sales.tables import SaleKeyTable, SaleReturnTable

MAY = datetime(2026, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_a_return_of_a_sale_that_moved_counts_once(database: Database) -> None:
    variant_id = uuid4()
    keys = [
        {"external_id": "sold", "number": 1, "sold_at": MAY + HOUR, "revision": 2},
        {"external_id": "back", "number": 2, "sold_at": MAY + 2 * HOUR, "revision": 1},
    ]
    returned = {"ecp": 7, "sale": 1, "returning_sale": 2, "returning_revision": 1, "position": 0, "quantity": 3}
    priced = {"variant_id": variant_id, "unit_price": 10, "currency": "USD", "recorded_at": MAY}
    async with database.writing() as session:
        await session.execute(
            insert(SaleKeyTable), [{"source": "till", "ecp": 7, "digest": b"", **key} for key in keys]
        )
        # The return stands where the sale was, and where it is.
        places = [{"sold_at": MAY, **returned, **priced}, {"sold_at": MAY + HOUR, **returned, **priced}]
        await session.execute(insert(SaleReturnTable), places)
        found = await session.fetch(RETURNED, ecps=[7], moments=[MAY], ends=[MAY + 3 * HOUR])
    assert found == [ReturnedRow(ecp=7, sale=1, variant_id=variant_id, quantity=3)]
