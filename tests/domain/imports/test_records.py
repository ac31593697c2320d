"""Records of CSV are read as RFC 4180 says, in bounded memory, and a mistake costs one row (R20)."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports.facts import COLUMNS_LIMIT, ROW_LENGTH
from domain.imports.records import (
    MISPLACED,
    TOO_LONG,
    TOO_WIDE,
    UNCLOSED,
    BrokenRecord,
    CsvRecords,
    Record,
)

CELLS = st.text(st.sampled_from('ab ,;\t"\n'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=8)


def read(text: str, delimiter: str = ",") -> list[Record | BrokenRecord]:
    """All records of a text."""
    records = CsvRecords(delimiter)
    return [*records.read(text.split("\n")), *records.finish()]


@given(ROWS, st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_is_read(rows: Sequence[Sequence[str]], delimiter: str) -> None:
    """Delimiters, quotes, and line breaks within cells come back."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(rows)
    found = read(written.getvalue(), delimiter)
    assert [one.cells for one in found if isinstance(one, Record)] == rows
    assert not [one for one in found if isinstance(one, BrokenRecord)]
    breaks = [sum(cell.count("\n") for cell in row) for row in rows]
    assert [one.line for one in found] == [1 + index + sum(breaks[:index]) for index in range(len(rows))]


@given(st.lists(st.text(st.sampled_from('a,"'), max_size=6), max_size=12))
def test_no_line_is_lost(lines: Sequence[str]) -> None:
    """Whatever quotes a text has, a line is in a record or is broken, and records are in order."""
    found = read("\n".join(lines))
    numbers = [one.line for one in found]
    assert numbers == sorted(set(numbers))
    broken = {one.line for one in found if isinstance(one, BrokenRecord)}
    covered = {
        line
        for one in found
        if isinstance(one, Record)
        for line in range(one.line, one.line + 1 + sum(cell.count("\n") for cell in one.cells))
    }
    assert covered | broken == {number for number, line in enumerate(lines, 1) if line} | covered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,5" pipe\nb,c', [BrokenRecord(1, MISPLACED, 'a,5" pipe'), Record(2, ["b", "c"])]),
        ('a,"b"c\nd,e', [BrokenRecord(1, MISPLACED, 'a,"b"c'), Record(2, ["d", "e"])]),
        ('a,"b\nc,d\ne,f', [BrokenRecord(1, UNCLOSED, 'a,"b'), Record(2, ["c", "d"]), Record(3, ["e", "f"])]),
        (
            '"a\nb"c\nd,e',
            [BrokenRecord(1, MISPLACED, '"a'), BrokenRecord(2, MISPLACED, 'b"c'), Record(3, ["d", "e"])],
        ),
        ('"a\n\nb",c', [Record(1, ["a\n\nb", "c"])]),
        ("a,b\n\nc,d", [Record(1, ["a", "b"]), Record(3, ["c", "d"])]),
    ],
)
def test_a_mistake_costs_one_row(text: str, expected: Sequence[Record | BrokenRecord]) -> None:
    """The line with the quote is broken, and those behind it are read by themselves."""
    assert read(text) == expected


def test_rows_are_bounded() -> None:
    """A row that is too long or has too many columns is named, and the next one is read."""
    assert read(f"{'a' * ROW_LENGTH}\n{'b' * (ROW_LENGTH + 1)}\nc") == [
        Record(1, ["a" * ROW_LENGTH]),
        BrokenRecord(2, TOO_LONG, "b" * 1_000),
        Record(3, ["c"]),
    ]
    wide = "," * COLUMNS_LIMIT
    assert read(f'{wide}\n"a"{wide}\n{wide[1:]}') == [
        BrokenRecord(1, TOO_WIDE, wide),
        BrokenRecord(2, TOO_WIDE, f'"a"{wide}'),
        Record(3, [""] * COLUMNS_LIMIT),
    ]


def test_a_quote_that_never_closes_is_found_within_the_bound() -> None:
    """Only as much as one row may have is kept, and each line is read at most twice."""
    lines = ['x,"open', *(f"{number},y" for number in range(30_000))]
    records = CsvRecords(",")
    found = list(records.read(lines[:20_000]))
    assert found[0] == BrokenRecord(1, UNCLOSED, 'x,"open')
    assert found[1:] == [Record(number + 2, [str(number), "y"]) for number in range(19_999)]
    assert records.resume_line == 20_001
