"""Loaders of what entries come from: the line of a sale, the redeemed coupon, or the adjustment (R22)."""

from typing import Any
from uuid import UUID

from db.points.entry_rows import EntryRow
from domain.sales.ids import line_id
from resolvers.adjustments.loaders import adjustments_by_id
from resolvers.consignments.coupon_loaders import coupons_by_number
from resolvers.context import Operation
from resolvers.sales.loaders import lines_by_id


async def sources_of_entries(operation: Operation, rows: list[EntryRow]) -> list[Any]:
    """Load the source of each entry; None for a line that a correction removed, and where the viewer sees none."""
    sold = list(dict.fromkeys(row.sale for row in rows if row.sale is not None))
    coupons = dict(zip(sold, await coupons_by_number(operation, sold), strict=True)) if sold else {}
    of_sales = [row for row in rows if row.sale is not None and coupons[row.sale] is None]
    line_ids = list(dict.fromkeys(_line_id(row) for row in of_sales))
    lines = dict(zip(line_ids, await lines_by_id(operation, line_ids), strict=True)) if line_ids else {}
    adjusted = list(dict.fromkeys(row.adjustment_id for row in rows if row.adjustment_id is not None))
    adjustments = dict(zip(adjusted, await adjustments_by_id(operation, adjusted), strict=True)) if adjusted else {}
    return [
        adjustments[row.adjustment_id]
        if row.adjustment_id is not None
        else None
        if row.sale is None
        else coupons[row.sale] or lines[_line_id(row)]
        for row in rows
    ]


def _line_id(row: EntryRow) -> UUID:
    """The id of the line that an entry is of."""
    return line_id(row.sale or 0, row.position or 0)
