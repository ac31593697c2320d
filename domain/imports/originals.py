"""The rows of a file as they are written, for the file of those that were rejected (R20)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from domain.csv_text import FORMULA_STARTS, csv_cell
from domain.imports.facts import DOCUMENT_COLUMN, REJECTED_COLUMNS, ImportFormat, Layout, TextEncoding
from domain.imports.header import read_layout
from domain.imports.records import BrokenRecord, CsvRecords, Record, split_loosely
from domain.imports.text_lines import TextLines

# A number runs nothing in a spreadsheet, and a quantity of units that come back begins with a minus.
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# What a spreadsheet would run as a formula, behind an apostrophe.
_ESCAPED: Final = re.compile(rf"'+[{re.escape(''.join(FORMULA_STARTS))}]")
Original = tuple[int, list[str]]


class OriginalRows:
    """Reads a file once more, piece by piece: the cells of each row, and the text of each line of NDJSON."""

    def __init__(self) -> None:
        self.layout: Layout | None = None
        self._lines = TextLines()
        self._records: CsvRecords | None = None
        self._line = 0

    def read(self, piece: bytes) -> list[Original]:
        """Return the rows that end in a piece."""
        return list(self._read(self._lines.read(piece)))

    def finish(self) -> list[Original]:
        """Return what is left."""
        found = list(self._read(self._lines.finish()))
        if self._records is not None:
            found += [self._original(record) for record in self._records.finish()]
        return found

    def _read(self, lines: Sequence[str]) -> Iterator[Original]:
        for index, line in enumerate(lines):
            if self.layout is not None and self._records is not None:
                yield from map(self._original, self._records.read(lines[index:]))
                return
            self._line += 1
            if self.layout is None:
                if not line or line.isspace():
                    continue
                self.layout = read_layout(line, self._lines.encoding or TextEncoding.UTF_8)
                if self.layout.format is ImportFormat.CSV:
                    self._records = CsvRecords(self.layout.delimiter or ",", self._line, self.layout.width_limit)
                    continue
            yield self._line, [line]

    def _original(self, record: Record | BrokenRecord) -> Original:
        """The cells of a row; of one that is too long there are none."""
        if isinstance(record, Record):
            cells = record.cells
        elif record.text:
            cells = split_loosely(record.text, (self.layout and self.layout.delimiter) or ",")
        else:
            cells = []
        return record.line, read_returned(cells) if self.layout is not None and self.layout.is_rejected else cells


def rejected_header(layout: Layout) -> str:
    """Write the header of the file of rejected rows. Its byte order mark lets spreadsheets read it as UTF-8."""
    columns = layout.columns if layout.format is ImportFormat.CSV else (DOCUMENT_COLUMN,)
    own = len(REJECTED_COLUMNS) if layout.is_rejected else 0
    return f"\ufeff{_write([*REJECTED_COLUMNS, *columns[own:]])}"


def rejected_rows(rows: Sequence[Original], rejections: Mapping[int, tuple[str | None, str]]) -> str:
    """Write those of the rows that were rejected, each with its line, the external ID, and the reason."""
    return "".join(
        _write([str(line), rejections[line][0] or "", rejections[line][1], *cells])
        for line, cells in rows
        if line in rejections
    )


def read_returned(cells: Sequence[str]) -> list[str]:
    """The cells of a row of a file of rejected rows, as they were in the file before it."""
    return [cell[1:] if _ESCAPED.match(cell) else cell for cell in cells[len(REJECTED_COLUMNS) :]]


def _write(cells: Sequence[str]) -> str:
    return f"{','.join(map(_cell, cells))}\r\n"


def _cell(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return text
    # So that the apostrophe of a formula is not one of the text.
    return csv_cell(f"'{text}" if _ESCAPED.match(text) else text)
