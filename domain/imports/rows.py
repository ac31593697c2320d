"""Puts rows of a CSV file together to sales: rows that follow each other and have the same ids are one sale (R20)."""

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct

from domain.imports.facts import REJECTED_COLUMNS, Layout
from domain.imports.header import name_of
from domain.imports.reasons import state_problems
from domain.imports.records import BrokenRecord, Record
from domain.imports.values import MalformedValue, read_line, read_revision
from domain.sales.facts import EXTERNAL_ID_LENGTH, LINES_LIMIT
from domain.sales.reports import ReportedLine, ReportedSale, head_problems
from domain.timestamps import read_timestamp

# The columns that say which sale a row belongs to, those that all its rows have in common, and those of a line.
_IDS: Final = ("external_id", "revision", "updated_at")
_SHARED: Final = ("ecp_code", "sold_at", "returns_external_id")
_OF_LINE: Final = ("sku", "quantity", "unit_price", "currency")
DIFFERENT: Final = (
    "The rows of this sale name different ECPs, times, or returned sales. All rows with the same external ID are lines "
    "of one sale."
)
INCOMPLETE: Final = (
    "Another row of this sale is rejected, so the whole sale is. Correct that row and import both again."
)
TOO_MANY_LINES: Final = f"This sale has more than {LINES_LIMIT} lines, which is the limit."


class ReadSale(Struct, frozen=True):
    """A sale that a file states, with the lines of the file in which its rows begin.

    `occurrence` keeps sales apart that have the same ids and are not rows of one sale.
    """

    lines: tuple[int, ...]
    sale: ReportedSale
    occurrence: int = 0


class RejectedRow(Struct, frozen=True):
    """A row that is not imported, and why. `external_id` is that of its sale, if it can be read."""

    line: int
    external_id: str | None
    reason: str


class _Run:
    """Rows of one sale, which follow each other."""

    def __init__(self, ids: tuple[str, ...], shared: tuple[str, ...]) -> None:
        self.ids = ids
        self.shared = shared
        self.lines: list[int] = []
        self.sold: list[ReportedLine] = []
        self.faults: dict[int, str] = {}
        self.reason: str | None = None


class SaleRows:
    """Reads the rows of a CSV file with this layout."""

    def __init__(self, layout: Layout) -> None:
        columns = layout.columns[len(REJECTED_COLUMNS) :] if layout.is_rejected else layout.columns
        self._width = len(columns)
        places = {name_of(cell): place for place, cell in enumerate(columns)}
        self._ids, self._shared, self._line = (_pick(places, names) for names in (_IDS, _SHARED, _OF_LINE))
        self._run: _Run | None = None
        # The ids of a sale that has too many lines, while its rows go on.
        self._endless: tuple[str, ...] | None = None

    @property
    def open_line(self) -> int | None:
        """The first line of the sale that more rows may belong to; None without one."""
        return None if self._run is None else self._run.lines[0]

    def read(self, records: Iterable[Record | BrokenRecord]) -> Iterator[ReadSale | RejectedRow]:
        """Yield the sales and rejected rows that end before the last of these records."""
        for record in records:
            if isinstance(record, BrokenRecord):
                yield from self._end()
                yield RejectedRow(record.line, None, record.reason)
                continue
            cells = record.cells
            if len(cells) != self._width:
                if any(cell.strip() for cell in cells):
                    yield from self._reject_width(record)
                continue
            cells.append("")
            ids = self._ids(cells)
            run = self._run
            if run is None or run.ids != ids:
                if not any(cell.strip() for cell in cells):
                    continue
                yield from self._end()
                if ids == self._endless:
                    yield RejectedRow(record.line, _id_of(ids[0]), TOO_MANY_LINES)
                    continue
                run = self._run = _Run(ids, self._shared(cells))
            yield from self._add(run, record)

    def finish(self) -> Iterator[ReadSale | RejectedRow]:
        """Yield the last sale."""
        yield from self._end()

    def _add(self, run: _Run, record: Record) -> Iterator[ReadSale | RejectedRow]:
        run.lines.append(record.line)
        if run.shared != self._shared(record.cells):
            run.reason = DIFFERENT
        if len(run.lines) > LINES_LIMIT:
            # The rows that follow take no memory.
            run.reason, self._endless = TOO_MANY_LINES, run.ids
            yield from self._end()
            return
        line = read_line(*self._line(record.cells))
        if isinstance(line, str):
            run.faults[record.line] = line
        else:
            run.sold.append(line)

    def _reject_width(self, record: Record) -> Iterator[ReadSale | RejectedRow]:
        """Reject a row that lacks cells, or has too many; the sale that it belongs to is rejected with it."""
        given = f"{len(record.cells)} column{'' if len(record.cells) == 1 else 's'}"
        reason = (
            f"This row has {given}, and the header has {self._width}. Put cells with a separator in quotes; if this is "
            "the last row, the file may be cut off."
        )
        cells = [*record.cells[: self._width], *[""] * (self._width + 1 - min(len(record.cells), self._width))]
        yield from self._end()
        yield RejectedRow(record.line, _id_of(self._ids(cells)[0]), reason)

    def _end(self) -> Iterator[ReadSale | RejectedRow]:
        run, self._run = self._run, None
        if run is None:
            return
        if run.reason is None and not run.faults:
            sale = _build(run)
            if isinstance(sale, ReportedSale):
                yield ReadSale(tuple(run.lines), sale)
                return
            run.reason = sale
        external_id = _id_of(run.ids[0])
        for line in run.lines:
            yield RejectedRow(line, external_id, run.faults.get(line) or run.reason or INCOMPLETE)


def _build(run: _Run) -> ReportedSale | str:
    """Build the sale, or say what is wrong with it."""
    external_id, revision, updated_at = run.ids
    ecp_code, sold_at, returns = run.shared
    try:
        number = read_revision(revision.strip())
    except MalformedValue as malformed:
        return str(malformed)
    updated = updated_at.strip()
    sale = ReportedSale(
        external_id.strip(),
        ecp_code.strip(),
        sold_at=read_timestamp(sold_at.strip()),
        lines=tuple(run.sold),
        revision=number,
        updated_at=read_timestamp(updated) if updated else None,
        returns_external_id=returns.strip() or None,
    )
    return state_problems(head_problems(sale)) or sale


def _id_of(text: str) -> str | None:
    """Return an external ID that may be one; others name nothing."""
    external_id = text.strip()
    is_valid = 0 < len(external_id) <= EXTERNAL_ID_LENGTH[1] and external_id.isprintable()
    return external_id if is_valid else None


def _pick(places: dict[str | None, int], names: tuple[str, ...]) -> Callable[[list[str]], tuple[Any, ...]]:
    """Take the cells of columns from a row with an empty cell at its end, which stands for columns that are missing."""
    return itemgetter(*[places.get(name, -1) for name in names])
