"""Puts rows of a CSV file together to sales: rows that follow each other and have the same ids are one sale (R20)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct

from domain.imports.facts import REJECTED_COLUMNS, Layout
from domain.imports.header import DELIMITERS, name_of
from domain.imports.originals import read_returned
from domain.imports.reasons import state_problems
from domain.imports.records import BrokenRecord, Record, read_start
from domain.imports.values import MalformedValue, read_id, read_line, read_revision
from domain.sales.facts import LINES_LIMIT
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
# `{}` is the number of a line.
BESIDE: Final = (
    "Line {} stands next to the rows of this sale and does not say which sale it is of, so it may be one of them. "
    "Correct that line, or delete it, and import it together with this sale."
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
    """Reads the rows of a CSV file with this layout.

    A rejected row rejects its sale. If it does not say which sale that is, it rejects those of the rows around it.
    """

    def __init__(self, layout: Layout) -> None:
        columns = layout.columns[len(REJECTED_COLUMNS) :] if layout.is_rejected else layout.columns
        self._width = len(columns)
        places = {name_of(cell): place for place, cell in enumerate(columns)}
        self._delimiter = layout.delimiter or ","
        self._is_returned = layout.is_rejected
        self._place = places["external_id"]
        self._ids, self._shared, self._line = (_pick(places, names) for names in (_IDS, _SHARED, _OF_LINE))
        self._run: _Run | None = None
        # The row in front of the run, or of the next one, that does not say which sale it is of.
        self._nameless: RejectedRow | None = None
        # The ids of a sale that has too many lines, while its rows go on.
        self._endless: tuple[str, ...] | None = None

    @property
    def open_line(self) -> int | None:
        """The first line of what depends on rows that follow; None if nothing does."""
        if self._nameless is not None:
            return self._nameless.line
        return None if self._run is None else self._run.lines[0]

    def read(self, records: Iterable[Record | BrokenRecord]) -> Iterator[ReadSale | RejectedRow]:
        """Yield the sales and rejected rows that end before the last of these records."""
        for record in records:
            if isinstance(record, BrokenRecord):
                start = read_start(record.text, self._delimiter)
                yield from self._reject(
                    record.line, read_returned(start) if self._is_returned else start, record.reason
                )
                continue
            cells = record.cells
            if len(cells) != self._width:
                if any(cell.strip() for cell in cells):
                    yield from self._reject(record.line, cells[:-1], self._width_reason(cells))
                continue
            cells.append("")
            ids = self._ids(cells)
            run = self._run
            if run is None or run.ids != ids:
                if not any(cell.strip() for cell in cells):
                    continue
                if read_id(ids[0]) is None:
                    yield from self._reject(record.line, (), self._name_reason(ids, record))
                    continue
                if run is not None or ids == self._endless:
                    yield from self._end()
                if ids == self._endless:
                    yield RejectedRow(record.line, read_id(ids[0]), TOO_MANY_LINES)
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

    def _reject(self, line: int, start: Sequence[str], reason: str) -> Iterator[ReadSale | RejectedRow]:
        """Reject a row of which these cells can be read, and the sale that it belongs to."""
        external_id = self._find_id(start)
        if external_id is None and self._run is not None:
            self._run.reason = self._run.reason or BESIDE.format(f"{line:,}")
        yield from self._end()
        row = RejectedRow(line, external_id, reason)
        if external_id is None:
            self._nameless = row
        else:
            yield row

    def _find_id(self, start: Sequence[str]) -> str | None:
        """Return the external ID of a row with a mistake, if the cells in front of the mistake have it for sure."""
        external_id = read_id(start[self._place]) if len(start) > self._place else None
        if self._run is not None and external_id == self._run.ids[0].strip():
            return external_id
        # In a later column there may be another cell, because one is missing or too many in front of it.
        is_sure = self._place == 0 and not any(one in (external_id or "") for one in DELIMITERS)
        return external_id if is_sure else None

    def _width_reason(self, cells: Sequence[str]) -> str:
        given = f"{len(cells)} column{'' if len(cells) == 1 else 's'}"
        return (
            f"This row has {given}, and the header has {self._width}. Put cells with a separator in quotes; if this is "
            "the last row, the file may be cut off."
        )

    def _name_reason(self, ids: tuple[str, ...], record: Record) -> str:
        """Say what is wrong with a row whose external ID is none."""
        sale = _build(_Run(ids, self._shared(record.cells)))
        return sale if isinstance(sale, str) else INCOMPLETE

    def _end(self) -> Iterator[ReadSale | RejectedRow]:
        run, self._run = self._run, None
        nameless, self._nameless = self._nameless, None
        if nameless is not None:
            yield nameless
        if run is None:
            return
        if nameless is not None:
            run.reason = run.reason or BESIDE.format(f"{nameless.line:,}")
        if run.reason is None and not run.faults:
            sale = _build(run)
            if isinstance(sale, ReportedSale):
                yield ReadSale(tuple(run.lines), sale)
                return
            run.reason = sale
        external_id = read_id(run.ids[0])
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


def _pick(places: dict[str | None, int], names: tuple[str, ...]) -> Callable[[list[str]], tuple[Any, ...]]:
    """Take the cells of columns from a row with an empty cell at its end, which stands for columns that are missing."""
    return itemgetter(*[places.get(name, -1) for name in names])
