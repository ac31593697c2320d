"""Reads records of CSV from lines: RFC 4180, with one of several delimiters, and with bounds (R20)."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from domain.imports.facts import COLUMNS_LIMIT, ROW_LENGTH

UNCLOSED: Final = (
    f"A quote opens in this row and does not close within {ROW_LENGTH:,} characters. Close it, or write it twice."
)
MISPLACED: Final = (
    "A quote stands in the middle of a cell. Put the whole cell in quotes, and write a quote within it twice."
)
TOO_LONG: Final = f"This row has more than {ROW_LENGTH:,} characters."
TOO_WIDE: Final = f"This row has more than {COLUMNS_LIMIT} columns."

# So much is kept of a row that is too long.
_START_LENGTH: Final = 1_000


class Record(Struct, frozen=True, gc=False):
    """A row of a file, with the line in which it begins, counted from 1."""

    line: int
    cells: list[str]


class BrokenRecord(Struct, frozen=True, gc=False):
    """A row that cannot be read, and why; `text` is its first line, or the beginning of one that is too long."""

    line: int
    reason: str
    text: str = ""


class CsvRecords:
    """Puts lines together to records. Only what is in quotes goes over several lines."""

    def __init__(self, delimiter: str, line: int = 0, limit: int = COLUMNS_LIMIT) -> None:
        """Begin behind so many lines; rows have at most `limit` columns."""
        self._limit = limit
        self.line = line
        self._delimiter = delimiter
        self._open: list[tuple[int, str]] = []
        self._length = 0

    @property
    def resume_line(self) -> int:
        """The line with which a reader begins that continues here."""
        return self._open[0][0] if self._open else self.line + 1

    def read(self, lines: Sequence[str]) -> Iterator[Record | BrokenRecord]:
        """Yield the records that end in these lines."""
        delimiter = self._delimiter
        for line in lines:
            self.line += 1
            if self._open or '"' in line or len(line) > ROW_LENGTH:
                yield from self._take(self.line, line)
            elif line.count(delimiter) >= self._limit:
                yield BrokenRecord(self.line, TOO_WIDE, line)
            elif line:
                yield Record(self.line, line.split(delimiter))

    def finish(self) -> Iterator[Record | BrokenRecord]:
        """Yield what is left when the file ends within quotes."""
        while self._open:
            yield from self._give_up(UNCLOSED)

    def _take(self, number: int, line: str) -> Iterator[Record | BrokenRecord]:
        if self._open:
            self._length += len(line) + 1
            if self._length > ROW_LENGTH:
                self._open.append((number, line))
                yield from self._give_up(UNCLOSED)
                return
        else:
            self._length = len(line)
            if self._length > ROW_LENGTH:
                yield BrokenRecord(number, TOO_LONG, line[:_START_LENGTH])
                return
        self._open.append((number, line))
        # The quotes of a closed record are even in number, so a line with an even number of them closes none.
        if len(self._open) == 1 or line.count('"') % 2:
            yield from self._close()

    def _close(self) -> Iterator[Record | BrokenRecord]:
        """Yield the record if it is closed, and nothing if more lines belong to it."""
        cells = split_record("\n".join(line for _, line in self._open), self._delimiter, self._limit)
        if cells is None:
            return
        if isinstance(cells, str):
            yield from self._give_up(cells)
            return
        (number, _), self._open = self._open[0], []
        yield Record(number, cells)

    def _give_up(self, reason: str) -> Iterator[Record | BrokenRecord]:
        """Report the first line of the open record, and read the others by themselves."""
        (number, text), *others = self._open
        self._open = []
        yield BrokenRecord(number, reason, text)
        for other, line in others:
            if line or self._open:
                yield from self._take(other, line)


def split_record(text: str, delimiter: str, limit: int = COLUMNS_LIMIT) -> list[str] | str | None:
    """Split a record into cells; return what is wrong with it, or None if its last quote is open."""
    cell, opened = _patterns(delimiter)
    cells: list[str] = []
    position = 0
    while (found := cell.match(text, position)) is not None:
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if len(cells) > limit:
            return TOO_WIDE
        position = found.end()
        if not end:
            return cells
    return None if opened.fullmatch(text, position) else MISPLACED


def split_loosely(text: str, delimiter: str) -> list[str]:
    """Split a record that cannot be read: from the cell that is wrong, at every delimiter, with the quotes."""
    cell, _ = _patterns(delimiter)
    cells: list[str] = []
    position = 0
    while (found := cell.match(text, position)) is not None:
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        position = found.end()
        if not end:
            return cells
    return [*cells, *text[position:].split(delimiter)]


def read_start(text: str, delimiter: str) -> list[str]:
    """Read the cells in front of the one that is wrong in a row that cannot be read, or that goes on."""
    cell, _ = _patterns(delimiter)
    cells: list[str] = []
    position = 0
    while len(cells) < COLUMNS_LIMIT and (found := cell.match(text, position)) is not None and found[3]:
        quoted, plain, _end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        position = found.end()
    return cells


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern of a cell with what follows it, and that of a cell that is still open."""
    of_quoted = r'[^"]*+(?:""[^"]*+)*+'
    cell = rf'(?:"({of_quoted})"|([^"{delimiter}]*+))({delimiter}|\Z)'
    return re.compile(cell), re.compile(rf'"{of_quoted}')
