"""Packed rows arrive as asyncpg would send them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from db.base import Base
from db.copying import PackedCopy
from db.numerics import use_fast_numerics
from db.points.changes import ENTRY_COLUMNS, VALUATION_COLUMNS
from db.points.tables import PointsEntryTable, ValuationTable
from db.sales.changes import NewLine, NewRevision
from db.sales.tables import SaleLineTable, SaleTable

AT: Final = datetime(2026, 3, 1, 9, 30, 0, 123456, UTC)
AWAY: Final = datetime(1, 1, 2, 0, 0, 0, 1, timezone(timedelta(hours=5, minutes=30)))
BIG: Final = 2**63 - 1
KEY: Final = UUID("0192f0c1-2345-7abc-8def-0123456789ab")
TABLES: Final[dict[str, tuple[type[Base], Sequence[str], Sequence[str], list[tuple[Any, ...]]]]] = {
    "entries": (
        PointsEntryTable,
        ENTRY_COLUMNS,
        ("cause", "reverses", "adjustment_id"),
        [
            (1, 1, 2, 3, -BIG, AT, AWAY, 1, 2, 1, 0, 1, 0, BIG, None, None, None),
            (1, 2, 2, BIG, 0, AT, AT, 3, 1, 2, 199, 2, 9, 7, 8, 1, None),
            (1, 3, 2, 3, 0, AT, AT, 4, 1, 2, None, None, None, None, None, None, KEY),
        ],
    ),
    "valuations": (
        ValuationTable,
        VALUATION_COLUMNS,
        ("cause",),
        [
            (1, 2, AT, 3, 0, 1, 1, 2, 10, -BIG, 5, AT, None, b"\x00\xff facts"),
            (2**31 - 1, 2, AWAY, 3, 0, 2, 32767, 0, 10, 5, 5, AT, 9, b""),
        ],
    ),
    "revisions": (
        SaleTable,
        NewRevision._fields,
        ("previous_revision", "previous_ecp", "previous_sold_at"),
        [(1, AT, 3, 1, AT, KEY, None, None, None), (1, AT, 3, 2, AT, KEY, 1, 5, AWAY)],
    ),
    "lines": (
        SaleLineTable,
        NewLine._fields,
        (),
        [(1, AT, 3, 1, 0, 4, KEY, Decimal("12.50"), "INR"), (1, AT, 3, 1, 1, 1, KEY, Decimal(0), "€")],
    ),
}


@pytest.mark.parametrize("name", TABLES)
async def test_packed_rows_arrive_as_those_of_the_driver(database_url: str, name: str) -> None:
    """Nulls where they are usual and elsewhere, the largest numbers, and moments of any offset."""
    table, names, usually_null, rows = TABLES[name]
    copying = PackedCopy(table, names, usually_null=usually_null)
    source, query = copying.pack(rows), f"SELECT * FROM {copying.table} ORDER BY 1, 2, 3, 4, 6"
    connection = await asyncpg.connect(database_url)
    await use_fast_numerics(connection)
    found = []
    for packed in (False, True):
        # A transaction that is never committed.
        transaction = connection.transaction()
        await transaction.start()
        if packed:
            await connection.copy_to_table(copying.table, source=source, columns=copying.names, format="binary")
        else:
            await connection.copy_records_to_table(copying.table, records=rows, columns=names)
        found.append(await connection.fetch(query))
        await transaction.rollback()
    await connection.close()
    assert found[1] == found[0]
    assert len(found[1]) == len(rows)
