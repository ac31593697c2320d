"""The rows of a file as they are written, for the file of those that were rejected (R20)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from domain.csv_text import csv_cell
from domain.imports.facts import ImportFormat, Layout, TextEncoding
from domain.imports.header import read_layout
from domain.imports.records import CsvRecords, Record
from domain.imports.text_lines import TextLines

# A number runs nothing in a spreadsheet, and a quantity of units that come back begins with a minus.
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_OF_JSON: Final = "sale"
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
            found += [(record.line, getattr(record, "cells", [])) for record in self._records.finish()]
        return found

    def _read(self, lines: Sequence[str]) -> Iterator[Original]:
        for index, line in enumerate(lines):
            if self.layout is not None and self._records is not None:
                records = self._records.read(lines[index:])
                yield from ((one.line, one.cells if isinstance(one, Record) else []) for one in records)
                return
            self._line += 1
            if self.layout is None:
                if not line or line.isspace():
                    continue
                self.layout = read_layout(line, self._lines.encoding or TextEncoding.UTF_8)
                if self.layout.format is ImportFormat.CSV:
                    self._records = CsvRecords(self.layout.delimiter or ",", self._line)
                    continue
            yield self._line, [line]


def rejected_header(layout: Layout) -> str:
    """Write the header of the file of rejected rows."""
    columns = layout.columns if layout.format is ImportFormat.CSV else (_OF_JSON,)
    return _write(["line", "external id", "reason", *columns])


def rejected_rows(rows: Sequence[Original], rejections: Mapping[int, tuple[str | None, str]]) -> str:
    """Write those of the rows that were rejected, each with its line, the external ID, and the reason."""
    return "".join(
        _write([str(line), rejections[line][0] or "", rejections[line][1], *cells])
        for line, cells in rows
        if line in rejections
    )


def _write(cells: Sequence[str]) -> str:
    written = (cell if _NUMBER.fullmatch(cell) else csv_cell(cell) for cell in cells)
    return f"{','.join(written)}\r\n"
