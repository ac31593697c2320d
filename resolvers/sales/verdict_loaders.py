"""Loaders of the verdicts on lines of sales."""

from resolvers.context import Operation
from resolvers.points.sale_loaders import LineVerdicts, verdicts_of_lines
from resolvers.sales.loaders import sales_by_number


async def verdicts_by_line(operation: Operation, places: list[tuple[int, int]]) -> list[LineVerdicts]:
    """Load the verdicts on each line, given by the number of its sale and its position; none for hidden sales."""
    numbers = list(dict.fromkeys(number for number, _ in places))
    sales = {sale.number: sale for sale in await sales_by_number(operation, numbers) if sale is not None}
    shown = [(sales[number].ledger_key, position) for number, position in places if number in sales]
    verdicts = await verdicts_of_lines(operation, shown)
    found = {(key[3], position): one for (key, position), one in zip(shown, verdicts, strict=True)}
    return [found.get(place, []) for place in places]
