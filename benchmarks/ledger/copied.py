"""The floor of recording: the same rows, copied by hand from one connection in transactions of the same size."""

import time
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from msgspec import Struct

# The tables that a sale adds rows to, with the columns that number the sale and the entries.
_TABLES: Final = {
    "sale_key": ("number",),
    "sale": ("sale",),
    "sale_line": ("sale",),
    "valuation": ("sale", "seq"),
    "points_entry": ("sale", "seq"),
}
_SALES: Final = 2_000
_A_TRANSACTION: Final = 250
# Far from every number of the ECPs that sell, so that the copies collide with nothing.
_SHIFT: Final = 1_000_000
_NEWEST: Final = "SELECT number FROM sale_key ORDER BY number DESC LIMIT $1"
_ACCOUNTS: Final = """
UPDATE points_account SET available = points_account.available + posted.points, lines = points_account.lines + 2
FROM unnest($1::int[], $2::bigint[]) AS posted (ecp, points) WHERE points_account.ecp = posted.ecp
"""


class _Rows(Struct, frozen=True):
    """Rows of one table, by the number of the sale."""

    columns: Sequence[str]
    by_sale: dict[int, list[list[Any]]]


async def copy_again(url: str, rounds: int) -> list[float]:
    """Copy the rows of the newest sales for other ECPs, and return lines a second of each round."""
    connection = await asyncpg.connect(url)
    try:
        numbers = [row[0] for row in await connection.fetch(_NEWEST, _SALES)]
        tables = {name: await _read(connection, name, numbers) for name in _TABLES}
        return [await _copy(connection, tables, numbers, shift=round_ + 1) for round_ in range(rounds)]
    finally:
        await connection.close()


async def _read(connection: Any, table: str, numbers: Sequence[int]) -> _Rows:
    key = _TABLES[table][0]
    rows = await connection.fetch(f"SELECT * FROM {table} WHERE {key} = ANY($1::bigint[])", numbers)  # noqa: S608
    by_sale: dict[int, list[list[Any]]] = {}
    for row in rows:
        by_sale.setdefault(row[key], []).append(list(row.values()))
    return _Rows(list(rows[0].keys()), by_sale)


async def _copy(connection: Any, tables: dict[str, _Rows], numbers: Sequence[int], *, shift: int) -> float:
    moved = {name: _moved(rows, _TABLES[name][0], shift) for name, rows in tables.items()}
    lines = sum(len(found) for found in tables["sale_line"].by_sale.values())
    began = time.perf_counter()
    for first in range(0, len(numbers), _A_TRANSACTION):
        some = numbers[first : first + _A_TRANSACTION]
        async with connection.transaction():
            for name, rows in moved.items():
                records = [record for number in some for record in rows.by_sale.get(number, ())]
                await connection.copy_records_to_table(name, records=records, columns=rows.columns)
            ecps = sorted(
                {
                    record[moved["sale"].columns.index("ecp")] - shift * _SHIFT
                    for number in some
                    for record in moved["sale"].by_sale[number]
                }
            )
            await connection.execute(_ACCOUNTS, ecps, [0] * len(ecps))
    return lines / (time.perf_counter() - began)


def _moved(rows: _Rows, key: str, shift: int) -> _Rows:
    """The rows for other ECPs, and with other numbers of sales."""
    ecp, sale = rows.columns.index("ecp"), rows.columns.index(key)
    external = rows.columns.index("external_id") if "external_id" in rows.columns else None
    by_sale = {}
    for number, records in rows.by_sale.items():
        copies = [list(record) for record in records]
        for copy in copies:
            copy[ecp] += shift * _SHIFT
            copy[sale] += shift * _SHIFT * 1_000
            if external is not None:
                copy[external] = f"copy {shift} {copy[external]}"
        by_sale[number] = copies
    return _Rows(rows.columns, by_sale)
