"""A file is read piece by piece, however it is cut, encoded, and separated (R20)."""

import codecs
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports.facts import ImportFormat, TextEncoding
from domain.imports.failures import FileFault, FileRejected
from domain.imports.reader import SaleReader
from domain.imports.rows import ReadSale, RejectedRow
from domain.sales.reports import ReportedLine, ReportedSale

HEADER = "external_id,ecp_code,sold_at,sku,quantity,unit_price,currency,revision,returns_external_id,note"
AT = "2026-03-12T09:30:00Z"
ROWS = (
    f"s-1,E-1,{AT},A,3,12.50,INR,1,,first",
    f's-1,E-1,{AT},B,1,"0.5",INR,1,,"a ""quoted"" note,\nin two lines"',
    f"s-2,E-2,{AT},Ä,x,1,INR,,,wrong",
    "s-3,E-3",
    f"r-1,E-1,{AT},A,-1,12.50,INR,2,s-1,😀",
    "",
    f"s-1,E-1,{AT},C,2,1,INR,1,,",
)
TEXT = "".join(f"{row}\n" for row in (HEADER, *ROWS))
SOLD_AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
ENCODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16le": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16be": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "line ends of Windows": TEXT.replace("\n", "\r\n").encode(),
}


def read(content: bytes, *cuts: int, resume_line: int = 0) -> list[ReadSale | RejectedRow]:
    """What a file says, read in pieces between the cuts."""
    reader = SaleReader(resume_line)
    places = sorted({0, *(min(cut, len(content)) for cut in cuts), len(content)})
    found = [one for start, end in pairwise(places) for one in reader.read(content[start:end])]
    return found + reader.finish()


def sold(sku: str, quantity: int, price: str) -> ReportedLine:
    """A line of a sale."""
    return ReportedLine(sku, quantity, unit_price=Decimal(price), currency="INR")


def sale(external_id: str, *lines: ReportedLine, **changed: Any) -> ReportedSale:
    """A sale of the ECP E-1."""
    return ReportedSale(external_id, "E-1", sold_at=SOLD_AT, lines=lines, **changed)


EXPECTED = [
    ReadSale((2, 3), sale("s-1", sold("A", 3, "12.50"), sold("B", 1, "0.5"), revision=1)),
    RejectedRow(5, "s-2", "The quantity is not a whole number. Write it with digits, like 12 or -3."),
    RejectedRow(
        6,
        "s-3",
        "This row has 2 columns, and the header has 10. Put cells with a separator in quotes; if this is the last row, "
        "the file may be cut off.",
    ),
    ReadSale((7,), sale("r-1", sold("A", -1, "12.50"), revision=2, returns_external_id="s-1")),
    ReadSale((9,), sale("s-1", sold("C", 2, "1"), revision=1)),
]


def in_order(found: Sequence[ReadSale | RejectedRow]) -> list[ReadSale | RejectedRow]:
    """What was read, in order of the lines."""
    return sorted(found, key=lambda one: one.line if isinstance(one, RejectedRow) else one.lines[0])


@pytest.mark.parametrize("name", ENCODINGS)
@given(cuts=st.lists(st.integers(0, 1_200), max_size=8))
def test_any_cut_gives_the_same_sales(name: str, cuts: Sequence[int]) -> None:
    """R20: pieces may end within a character, a line break, or a quoted cell."""
    found = in_order(read(ENCODINGS[name], *cuts))
    if name == "line ends of Windows":
        assert len(found) == len(EXPECTED)
    else:
        assert found == EXPECTED


@given(cuts=st.lists(st.integers(0, 600), max_size=8))
def test_lines_may_end_with_carriage_returns_alone(cuts: Sequence[int]) -> None:
    """R20: as old programs write them; a byte that is no text is found in its line."""
    rows = [row for row in ROWS if "quoted" not in row]
    plain = "".join(f"{row}\n" for row in (HEADER, *rows))
    returns = plain.replace("\n", "\r").encode()
    assert read(returns, *cuts) == read(plain.encode())
    with pytest.raises(FileRejected) as rejected:
        read(returns + b"\xff\r", *cuts)
    assert rejected.value.details == (str(2 + len(rows)), "UTF-8")


def test_bytes_one_by_one_give_the_same_sales() -> None:
    """The smallest pieces."""
    content = ENCODINGS["utf-16le"]
    assert in_order(read(content, *range(len(content)))) == EXPECTED


@given(cut=st.integers(0, 1_000), cuts=st.lists(st.integers(0, 1_000), max_size=4))
def test_a_reader_continues_where_another_one_ended(cut: int, cuts: Sequence[int]) -> None:
    """What was read before an interruption is not read again, and nothing is left out."""
    content = TEXT.encode()
    first = SaleReader()
    found = first.read(content[:cut])
    found += read(content, *cuts, resume_line=first.resume_line)
    assert in_order(found) == EXPECTED


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_found_by_their_names(delimiter: str) -> None:
    """In any order, in the case of JSON or with underscores, and with columns that are ignored."""
    header = delimiter.join(["Note", "currency", "unitPrice", "quantity", "SKU", "sold_at", "ecpCode", "External ID"])
    cells = delimiter.join(["n", "INR", "12.50", "3", "A", AT, "E-1", "s-1"])
    reader = SaleReader()
    assert [*reader.read(f"{header}\n{cells}\n".encode()), *reader.finish()] == [
        ReadSale((2,), sale("s-1", sold("A", 3, "12.50")))
    ]
    assert reader.layout is not None
    assert (reader.layout.delimiter, reader.layout.ignored) == (delimiter, ("Note",))


def test_lines_of_json_are_sales() -> None:
    """NDJSON has the shape of SaleInput; a line that is no sale is rejected by itself."""
    line = {"sku": "A", "quantity": 3, "unitPrice": "12.50", "currency": "INR"}
    good = {"externalId": "s-1", "ecpCode": "E-1", "soldAt": AT, "lines": [line, {**line, "unitPrice": 0.5}]}
    content = "\n".join(
        [json.dumps(good), "", json.dumps({**good, "lines": 1}), json.dumps({**good, "extra": 1}), '{"externalId":"s']
    )
    reader = SaleReader()
    found = reader.read(content.encode()) + reader.finish()
    assert found == [
        ReadSale((1,), sale("s-1", sold("A", 3, "12.50"), sold("A", 3, "0.5")), occurrence=1),
        RejectedRow(3, "s-1", "This line is not a sale: Expected array, got int - at $.lines."),
        RejectedRow(4, "s-1", "This line is not a sale: Object contains unknown field extra."),
        RejectedRow(5, None, "This line is not a JSON object. If it is the last one, the file may be cut off."),
    ]
    assert reader.layout is not None
    assert (reader.layout.format, reader.layout.encoding) == (ImportFormat.NDJSON, TextEncoding.UTF_8)
    assert reader.ends_open


@pytest.mark.parametrize("repeated", ['"externalId":"s-2"', '"\\u0065xternalId"\t:"s-2"', '"revision":1,"revision":2'])
def test_a_repeated_field_of_json_rejects_its_line(repeated: str) -> None:
    """Readers disagree about which of two values counts."""
    line = {"sku": "A", "quantity": 3, "unitPrice": "12.50", "currency": "INR"}
    good = json.dumps({"externalId": "s-1", "ecpCode": "E-1", "soldAt": AT, "lines": [line, line], "updatedAt": None})
    (read_one, rejected) = read(f"{good}\n{good[:-1]},{repeated}}}\n".encode())
    assert isinstance(read_one, ReadSale)
    assert isinstance(rejected, RejectedRow)
    assert rejected.line == 2
    assert rejected.reason.endswith("more than once in an object.")


@pytest.mark.parametrize(
    ("content", "fault", "details"),
    [
        (b"", FileFault.EMPTY, ()),
        (codecs.BOM_UTF8 + b"\n \n", FileFault.EMPTY, ()),
        (HEADER.encode(), FileFault.NO_SALES, ()),
        (b"\x1f\x8b\x08\0\0\0\0\0", FileFault.COMPRESSED, ("compressed with gzip",)),
        (b"PK\x03\x04\0\0\0\0", FileFault.COMPRESSED, ("a ZIP archive, such as an Excel workbook",)),
        (TEXT.encode("utf-16-le"), FileFault.NOT_TEXT, ("1",)),
        (TEXT.replace("😀", "").encode("latin-1"), FileFault.WRONG_ENCODING, ("5", "UTF-8")),
        (TEXT.encode()[: TEXT.encode().index("😀".encode()) + 2], FileFault.CUT_OFF, ("7",)),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], FileFault.CUT_OFF, ("9",)),
        (b'[{"externalId":"s-1"}]', FileFault.JSON_ARRAY, ()),
        (json.dumps([{"externalId": "s-1"}], indent=1)[2:].encode(), FileFault.SPREAD_JSON, ()),
        (f"\n\n{HEADER}\0\n".encode(), FileFault.NOT_TEXT, ("3",)),
        (b"name,date\nx,y\n", FileFault.NO_HEADER, ()),
        (
            b"external_id,sold_at,unit_price,currency\n",
            FileFault.MISSING_COLUMNS,
            ("ecp_code, sku and quantity",),
        ),
        (f"{HEADER},externalId\n".encode(), FileFault.REPEATED_COLUMN, ("“external_id”",)),
        (("x," * 10_000 + HEADER).encode(), FileFault.TOO_MANY_COLUMNS, ("10,010",)),
        (b"x" * 70_000, FileFault.LONG_HEADER, ()),
    ],
)
def test_a_file_that_cannot_be_imported_is_rejected(content: bytes, fault: FileFault, details: Sequence[str]) -> None:
    """R20: each with a sentence that says what to do."""
    with pytest.raises(FileRejected) as rejected:
        read(content)
    assert (rejected.value.fault, rejected.value.details) == (fault, tuple(details))
    assert rejected.value.message.endswith(".")
    assert "{" not in rejected.value.message
