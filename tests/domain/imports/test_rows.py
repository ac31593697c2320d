"""A row that is rejected rejects its sale, or those around it if nobody can say which sale it is of (R20)."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports.facts import ROW_LENGTH
from domain.imports.reader import SaleReader
from domain.imports.rows import BESIDE, ReadSale, RejectedRow

HEADER = "external_id,ecp_code,sold_at,sku,quantity,unit_price,currency"
ID_LAST = "ecp_code,sold_at,sku,quantity,unit_price,currency,external_id"
CELLS = "E-1,2026-03-12T09:30:00Z,A,3,12.50,INR"
BROKEN = {
    "a quote in a cell": f'm-1,{CELLS}"x',
    "text behind a quoted cell": f'"m-1","E-1"x{CELLS}',
    "an open quote": f'm-1,"{CELLS}',
    "too many columns": f"m-1,{CELLS},x,y",
    "far too many columns": f"m-1,{CELLS}{',' * 100}",
    "too few columns": "m-1,E-1",
    "too many characters": f"m-1,{CELLS}{'x' * ROW_LENGTH}",
}
NAMELESS = {
    "a quote in the external ID": f'm"-1,{CELLS}',
    "an external ID with an open quote": f'"m-1,{CELLS}',
    "no external ID": f",{CELLS}",
    "an external ID that is none": f"{'m' * 121},{CELLS}",
    "a hidden character": f"m\x01-1,{CELLS}",
    "another separator": f"m-1;{CELLS.replace(',', ';').replace('12.50', '12,50')}",
    "one cell": "m-1",
}


def read(*rows: str, header: str = HEADER, cut: int = 0) -> list[ReadSale | RejectedRow]:
    """What the rows below the header say, in order; another reader goes on behind `cut` bytes."""
    content = "".join(f"{row}\n" for row in (header, *rows)).encode()
    first = SaleReader()
    found = first.read(content[:cut])
    second = SaleReader(first.resume_line)
    found += [one for piece in (content[:cut], content[cut:]) for one in second.read(piece)]
    return sorted(found + second.finish(), key=lambda one: one.line if isinstance(one, RejectedRow) else one.lines[0])


def shown(found: Sequence[ReadSale | RejectedRow]) -> list[tuple[object, ...]]:
    """The lines of sales with their IDs, and the rejected lines with their IDs."""
    return [
        ("rejected", one.line, one.external_id)
        if isinstance(one, RejectedRow)
        else ("sale", *one.lines, one.sale.external_id)
        for one in found
    ]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_rejects_its_sale_by_its_external_id(name: str) -> None:
    """The other rows of the sale may be anywhere, so the rejected row has the ID."""
    found = read(f"k-1,{CELLS}", BROKEN[name], f"m-2,{CELLS}")
    assert shown(found) == [("sale", 2, "k-1"), ("rejected", 3, "m-1"), ("sale", 4, "m-2")]


@pytest.mark.parametrize("name", NAMELESS)
def test_a_row_without_an_external_id_rejects_the_sales_around_it(name: str) -> None:
    """Nobody can say which sale it is of; the reasons name its line."""
    found = read(f"k-1,{CELLS}", f"m-1,{CELLS}", NAMELESS[name], f"m-2,{CELLS}", f"m-2,{CELLS}", f"m-3,{CELLS}")
    assert shown(found) == [
        ("sale", 2, "k-1"),
        ("rejected", 3, "m-1"),
        ("rejected", 4, None),
        ("rejected", 5, "m-2"),
        ("rejected", 6, "m-2"),
        ("sale", 7, "m-3"),
    ]
    beside = [one.reason for one in found if isinstance(one, RejectedRow) and one.external_id]
    assert beside == [BESIDE.format("4")] * 3


def test_a_shifted_row_does_not_name_another_sale() -> None:
    """Where the ID is behind a cell too many, another cell is in its place."""
    found = read(f"{CELLS},m-1", f"{CELLS.replace('12.50', '12,50')},m-1", f"{CELLS},m-1", header=ID_LAST)
    assert shown(found) == [("rejected", 2, "m-1"), ("rejected", 3, None), ("rejected", 4, "m-1")]


def test_rows_without_an_external_id_that_follow_each_other() -> None:
    """The sales in front of the first and behind the last are rejected."""
    found = read(f"m-1,{CELLS}", "x", f",{CELLS}", f"m-2,{CELLS}", f"m-3,{CELLS}", "x")
    assert shown(found) == [
        ("rejected", 2, "m-1"),
        ("rejected", 3, None),
        ("rejected", 4, None),
        ("rejected", 5, "m-2"),
        ("rejected", 6, "m-3"),
        ("rejected", 7, None),
    ]


@given(st.integers(0, 400))
def test_a_reader_that_continues_knows_the_row_before(cut: int) -> None:
    """The sale behind a row without an ID is rejected wherever an interruption was, and no row is read twice."""
    rows = (f"m-1,{CELLS}", NAMELESS["one cell"], f"m-2,{CELLS}", f"m-2,{CELLS}", f"m-3,{CELLS}")
    assert read(*rows, cut=cut) == read(*rows)
    lines = [one.line if isinstance(one, RejectedRow) else one.lines[0] for one in read(*rows, cut=cut)]
    assert all(before < after for before, after in pairwise(lines))
