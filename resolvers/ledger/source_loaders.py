"""Loaders of what entries come from: lines of sales and of settlements, redeemed coupons, and adjustments (R22)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from db.points.entry_rows import EntryRow
from domain.sales.ids import line_id
from resolvers.adjustments.loaders import adjustments_by_id
from resolvers.consignments.coupon_loaders import coupons_by_number
from resolvers.context import Operation
from resolvers.sales.loaders import lines_by_id
from resolvers.settlements.loaders import lines_by_id as settlement_lines_by_id


async def sources_of_entries(operation: Operation, rows: list[EntryRow]) -> list[Any]:
    """Load the source of each entry; None for a line that a correction removed, and where the viewer sees none."""
    sold = list(dict.fromkeys(row.sale for row in rows if row.sale is not None))
    coupons = dict(zip(sold, await coupons_by_number(operation, sold), strict=True)) if sold else {}
    of_sales = [_line_id(row) for row in rows if row.sale is not None and coupons[row.sale] is None]
    lines = await _load_each(operation, lines_by_id, of_sales)
    adjustments = await _load_each(operation, adjustments_by_id, [row.adjustment_id for row in rows])
    settled = await _load_each(operation, settlement_lines_by_id, [row.settlement_line_id for row in rows])
    return [
        adjustments.get(row.adjustment_id)
        or settled.get(row.settlement_line_id)
        or (None if row.sale is None else coupons[row.sale] or lines[_line_id(row)])
        for row in rows
    ]


async def _load_each(
    operation: Operation, load: Callable[[Operation, list[UUID]], Awaitable[list[Any]]], keys: Iterable[UUID | None]
) -> Mapping[UUID | None, Any]:
    """Load the objects of these keys, each once, by key."""
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    return dict(zip(wanted, await load(operation, wanted), strict=True)) if wanted else {}


def _line_id(row: EntryRow) -> UUID:
    """The id of the line that an entry is of."""
    return line_id(row.sale or 0, row.position or 0)
