"""The payable lines of a settlement as CSV for a payment system: a row for each, with the id that reports it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.csv_text import csv_cell
from domain.node_kinds import NodeKind, global_id

HEADER: Final = "lineId,ecpCode,points,amount,currency\r\n"


class PayableRow(Struct, frozen=True):
    """A payable line; the amount is None without a value of a point."""

    id: UUID
    ecp: int
    ecp_code: str
    points: int
    amount: Decimal | None


def payable_rows(rows: Iterable[PayableRow], currency: str | None) -> str:
    """Write lines as rows of the file."""
    return "".join(f"{','.join(csv_cell(cell) for cell in _cells(row, currency))}\r\n" for row in rows)


def file_name(scheme_code: str, number: int) -> str:
    """The name of the file."""
    return f"payable-{scheme_code}-{number}.csv"


def _cells(row: PayableRow, currency: str | None) -> tuple[str, ...]:
    amount = "" if row.amount is None else f"{row.amount:f}"
    return global_id(NodeKind.SETTLEMENT_LINE, row.id), row.ecp_code, f"{row.points}", amount, currency or ""
