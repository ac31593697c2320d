"""Cells that a spreadsheet would run come back from a file of rejected rows as they were (R20)."""

import csv

import pytest

from domain.csv_text import FORMULA_STARTS
from domain.imports.originals import read_returned, rejected_rows


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_formulas_come_back(start: str) -> None:
    """Also those of full width, and those that have an apostrophe of their own."""
    cells = [f"{start}1+1", f"'{start}x", "x;=1", "-1"]
    (written,) = csv.reader([rejected_rows([(2, cells)], {2: ("s-1", "Wrong.")})])
    assert written[3] == f"'{start}1+1"
    assert read_returned(written) == cells
