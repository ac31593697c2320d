"""The lines of sales, and what came back of them."""

from collections.abc import Collection

from db.sales.recording_reads import LINES_OF_SALES, RETURNS_OF_SALES, RecordedLineRow, RecordedReturnRow
from db.sessions import Fetching
from domain.sales.lines import ReturnedLine, SaleLine


async def load_details(
    fetching: Fetching, numbers: Collection[int]
) -> tuple[dict[int, tuple[SaleLine, ...]], dict[int, tuple[ReturnedLine, ...]]]:
    """Load the lines of sales, with those that return units of the same sale, and all returns."""
    found = sorted(numbers)
    lines: dict[int, list[SaleLine]] = {}
    returned: dict[int, list[ReturnedLine]] = {}
    for row in await fetching.fetch(LINES_OF_SALES, numbers=found):
        lines.setdefault(row.sale, []).append(_build_line(row))
    for back in await fetching.fetch(RETURNS_OF_SALES, numbers=found):
        one = _build_returned(back)
        returned.setdefault(back.sale, []).append(one)
        if back.returning_sale == back.sale:
            lines.setdefault(back.sale, []).append(one.line)
    return (
        {number: tuple(sorted(of_sale, key=_position)) for number, of_sale in lines.items()},
        {number: tuple(of_sale) for number, of_sale in returned.items()},
    )


def _position(line: SaleLine) -> int:
    return line.position


def _build_line(row: RecordedLineRow) -> SaleLine:
    return SaleLine(
        row.position, row.variant_id, quantity=row.quantity, unit_price=row.unit_price, currency=row.currency
    )


def _build_returned(row: RecordedReturnRow) -> ReturnedLine:
    line = SaleLine(
        row.position, row.variant_id, quantity=-row.quantity, unit_price=row.unit_price, currency=row.currency
    )
    return ReturnedLine(row.returning_sale, row.returning_revision, line=line, recorded_at=row.recorded_at)
