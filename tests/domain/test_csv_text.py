"""Cells of CSV files: spreadsheets show them as text, and run none."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.csv_text import FORMULA_STARTS, csv_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("AMB-1L", "AMB-1L"),
        ("", ""),
        ("a,b", '"a,b"'),
        ('5" disc', '"5"" disc"'),
        ("two\nlines", '"two\nlines"'),
        ("=1+2", "'=1+2"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("x;=1+1", '"x;=1+1"'),
        *((f"{start}1", f"'{start}1") for start in "\uff1d\uff0b\uff0d\uff20"),
        ("\r=1", '"\'\r=1"'),
        ('=HYPERLINK("https://x.example","y")', '"\'=HYPERLINK(""https://x.example"",""y"")"'),
    ],
)
def test_texts_are_cells(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=4))
def test_readers_find_the_same_texts(texts: list[str]) -> None:
    row = ",".join(map(csv_cell, texts)) + "\r\n"
    if row.strip("\r\n"):
        (found,) = csv.reader(io.StringIO(row, newline=""))
        assert [cell.removeprefix("'") for cell in found] == [text.removeprefix("'") for text in texts]
        assert not any(cell.startswith(FORMULA_STARTS) for cell in found)
