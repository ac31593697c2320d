"""What recorded sales change in the ledger: the sales that count otherwise now, at their old and their new places."""

from collections.abc import Iterator

from domain.channels import EarningChannel
from domain.points.lines import SaleChange, SoldLine
from domain.sales.decisions import Book
from domain.sales.lines import net_lines
from domain.sales.states import KnownSale


def list_changes(book: Book) -> list[SaleChange]:
    """List the changes of all sales that were recorded, or of which units came back."""
    return [change for number, before in book.before.items() for change in _list_changes(book, number, before)]


def _list_changes(book: Book, number: int, before: KnownSale | None) -> Iterator[SaleChange]:
    after = book.by_number[number]
    cause = book.causes.get(number)
    old, new = _counted(before), _counted(after)
    is_moved = before is not None and (before.ecp != after.ecp or before.place != after.place)
    if before is not None and old and (is_moved or not new):
        yield _change(before, (), cause)
    if new and (is_moved or old != new):
        yield _change(after, new, cause)


def _counted(sale: KnownSale | None) -> tuple[SoldLine, ...]:
    return () if sale is None or sale.returns is not None else net_lines(sale.sold, sale.returned)


def _change(sale: KnownSale, lines: tuple[SoldLine, ...], cause: int | None) -> SaleChange:
    return SaleChange(sale.number, sale.ecp_id, place=sale.place, channel=EarningChannel.SALE, lines=lines, cause=cause)
