"""Reads sales from a file piece by piece: bytes in, sales and rejected rows out (R20).

Memory does not depend on the size of the file: a reader keeps one row and the rows of one sale.
"""

from collections.abc import Iterable, Sequence

from domain.imports.documents import SaleDocuments
from domain.imports.facts import ImportFormat, Layout, TextEncoding
from domain.imports.failures import FileFault, FileRejected
from domain.imports.header import read_layout
from domain.imports.originals import read_returned
from domain.imports.records import BrokenRecord, CsvRecords, Record
from domain.imports.rows import ReadSale, RejectedRow, SaleRows
from domain.imports.text_lines import TextLines


class SaleReader:
    """Reads one file. `layout` is known when the first line was read."""

    def __init__(self, resume_line: int = 0) -> None:
        """Ignore rows before a line: those that were read by another reader, which had this `resume_line`."""
        self.layout: Layout | None = None
        self._from = resume_line
        self._lines = TextLines()
        self._documents: SaleDocuments | None = None
        self._records: CsvRecords | None = None
        self._rows: SaleRows | None = None
        self._has_rows = False

    @property
    def lines(self) -> int:
        """The lines of the file that were read."""
        return self._lines.count

    @property
    def ends_open(self) -> bool:
        """Whether the last line has no line break, as in a file that is cut off."""
        return self._lines.ends_open

    @property
    def resume_line(self) -> int:
        """The line with which another reader continues that has seen the same pieces."""
        if self._records is not None:
            open_line = self._rows.open_line if self._rows is not None else None
            return max(self._from, open_line or self._records.resume_line)
        return max(self._from, self._lines.count + 1)

    def read(self, piece: bytes) -> list[ReadSale | RejectedRow]:
        """Return what ends in a piece of the file. Raises FileRejected."""
        return self._read(self._lines.read(piece))

    def finish(self) -> list[ReadSale | RejectedRow]:
        """Return what is left at the end of the file. Raises FileRejected."""
        found = self._read(self._lines.finish())
        if self._records is not None:
            found += self._read_records(self._records.finish())
        if self._rows is not None:
            found += self._rows.finish()
        if self.layout is None:
            raise FileRejected(FileFault.EMPTY)
        if not found and not self._has_rows:
            raise FileRejected(FileFault.NO_SALES)
        return found

    def _read(self, lines: Sequence[str]) -> list[ReadSale | RejectedRow]:
        if self.layout is None:
            lines = self._begin(lines)
        found: list[ReadSale | RejectedRow] = []
        if self._records is not None:
            found = self._read_records(self._records.read(lines))
        elif self._documents is not None:
            found = [one for one in self._documents.read(lines) if _line_of(one) >= self._from]
        self._has_rows = self._has_rows or bool(found) or (self._rows is not None and self._rows.open_line is not None)
        return found

    def _begin(self, lines: Sequence[str]) -> Sequence[str]:
        """Find out how the file is written, and return the lines that have rows."""
        for index, line in enumerate(lines):
            if line and not line.isspace():
                before = self._lines.count - len(lines) + index
                layout = self.layout = read_layout(line, self._lines.encoding or TextEncoding.UTF_8, before + 1)
                if layout.format is ImportFormat.NDJSON:
                    self._documents = SaleDocuments(before)
                    return lines[index:]
                self._records = CsvRecords(layout.delimiter or ",", before + 1, layout.width_limit)
                if layout.holds_documents:
                    self._documents = SaleDocuments()
                else:
                    self._rows = SaleRows(layout)
                return lines[index + 1 :]
        return []

    def _read_records(self, records: Iterable[Record | BrokenRecord]) -> list[ReadSale | RejectedRow]:
        given = self._new(records)
        if self.layout is not None and self.layout.is_rejected:
            given = map(_returned, given)
        if self._rows is not None:
            return list(self._rows.read(given))
        assert self._documents is not None  # noqa: S101 - rows or documents
        return list(self._documents.read_cells(given))

    def _new(self, records: Iterable[Record | BrokenRecord]) -> Iterable[Record | BrokenRecord]:
        if self._from <= 1:
            return records
        return (record for record in records if record.line >= self._from)


def _returned(record: Record | BrokenRecord) -> Record | BrokenRecord:
    """A row as it was before it was rejected; the number of its columns tells what is wrong with it."""
    if isinstance(record, BrokenRecord):
        return record
    return Record(record.line, read_returned(record.cells))


def _line_of(one: ReadSale | RejectedRow) -> int:
    return one.line if isinstance(one, RejectedRow) else one.lines[0]
