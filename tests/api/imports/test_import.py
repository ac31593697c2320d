"""Files of sales are imported: each sale is recorded once, and what cannot be recorded is listed with its reason."""

import json

import pytest

from domain.imports.rows import BESIDE, DIFFERENT, INCOMPLETE, TOO_MANY_LINES
from domain.sales.facts import LINES_LIMIT
from tests.support.imports import HEADER, ImportDesk, csv_file, row
from tests.support.jobs import query
from tests.support.sales import CODE, SOLD_AT, line, sale

UNKNOWN_SKU = (
    "There is no variant with the SKU or alias “NO-1” (line 4 of the file). Add the product or an "
    "alias, or correct the sale."
)
NO_NUMBER = "The quantity is not a whole number. Write it with digits, like 12 or -3."


async def balance(desk: ImportDesk) -> int:
    """The points of the ECP."""
    return sum(await query(desk.environment, "SELECT available FROM points_account"))


async def test_a_file_is_recorded(desk: ImportDesk) -> None:
    """R20: rows with the same external ID are lines of one sale, also if others are between them."""
    content = csv_file(row("s-1"), row("s-1", "AMB-4L", 2), row("s-2", "LENS-1"), row("s-1", "LENS-1", 1), row("s-3"))
    done = await desk.run(content)
    assert (done.status, done.error) == ("SUCCEEDED", None)
    assert done.outcomes == {"recorded": 3}
    assert (done.counts.points, done.counts.lines, await balance(desk)) == (100, 5, 100)
    assert (done.row.bytes_read, done.row.lines_read, done.row.sales_read) == (len(content), 6, 4)
    assert (done.rejected_file, done.row.is_cut, done.row.is_staged) == (None, False, False)
    assert (done.row.format, done.row.encoding, done.row.delimiter) == ("CSV", "UTF-8", ",")
    lines = await query(
        desk.environment,
        "SELECT external_id, position, quantity FROM sale_line JOIN sale_key ON number = sale ORDER BY 1, 2",
    )
    assert lines == [("s-1", 0, 3), ("s-1", 1, 2), ("s-1", 2, 1), ("s-2", 0, 3), ("s-3", 0, 3)]
    assert await query(desk.environment, "SELECT count(*) FROM sales_import_row, sales_import_sale") == [0]


async def test_the_same_file_twice_is_all_duplicates(desk: ImportDesk) -> None:
    """R20: nothing changes, and the import says so."""
    content = csv_file(row("s-1"), row("s-2"))
    assert (await desk.run(content)).outcomes == {"recorded": 2}
    again = await desk.run(content)
    assert (again.status, again.outcomes, again.counts.points) == ("SUCCEEDED", {"duplicates": 2}, 0)
    assert await balance(desk) == 60


async def test_revisions_and_returns_of_a_file_are_recorded_in_order(desk: ImportDesk) -> None:
    """A correction replaces the revision before it, and a return takes points back."""
    header = f"{HEADER},revision,returns_external_id"
    content = csv_file(
        f"{row('r-1', quantity=-1)},1,s-1",
        f"{row('s-1', quantity=5)},2,",
        f"{row('s-1', quantity=3)},1,",
        header=header,
    )
    done = await desk.run(content)
    assert done.outcomes == {"recorded": 2, "corrected": 1}
    assert await balance(desk) == 40


async def test_a_broken_line_rejects_its_sale_alone(desk: ImportDesk) -> None:
    """R20: with line, external ID, reason, and what the row said, in a file that can be corrected and imported."""
    content = csv_file(
        row("s-1"),
        row("s-2", quantity="x"),
        row("s-3", "NO-1"),
        row("s-4"),
        'a,"b"c',
        row("s-2", "AMB-4L"),
        row("=s-5", quantity=-1),
    )
    done = await desk.run(content)
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": 2, "rejected": 4})
    assert done.rejected_file is not None
    assert done.rejected_file.splitlines()[:3] == [
        f"\ufeffrejected_line,rejected_sale,reason,{HEADER}",
        f'3,s-2,"{NO_NUMBER}",{row("s-2", quantity="x")}',
        f'4,s-3,"{UNKNOWN_SKU}",{row("s-3", "NO-1")}',
    ]
    assert [(number, external_id, reason.partition(".")[0]) for number, external_id, reason in done.reasons[2:]] == [
        (6, "a", "A quote stands in the middle of a cell"),
        (7, "s-2", INCOMPLETE.partition(".")[0]),
        (8, "'=s-5", "This sale only returns units: name the sale that it returns in returns_external_id"),
    ]
    assert ",'=s-5," in done.rejected_file
    assert await balance(desk) == 60


async def test_a_sale_is_not_recorded_without_one_of_its_lines(desk: ImportDesk) -> None:
    """R20: a row that cannot be read rejects its sale, and the corrected file records it with all lines."""
    broken = f'{row("m-1", "AMB-4L")}"x'
    done = await desk.run(csv_file(row("m-1"), broken, row("m-1", "LENS-1"), row("m-2"), "x", row("m-3"), row("m-4")))
    assert done.outcomes == {"recorded": 1, "rejected": 4}
    assert [(number, external_id) for number, external_id, _ in done.reasons] == [
        (2, "m-1"),
        (3, "m-1"),
        (4, "m-1"),
        (5, "m-2"),
        (6, ""),
        (7, "m-3"),
    ]
    assert {reason for number, _, reason in done.reasons if number in {5, 7}} == {BESIDE.format("6")}
    corrected = csv_file(row("m-1"), row("m-1", "AMB-4L"), row("m-1", "LENS-1"), row("m-2"), row("m-3"))
    assert (await desk.run(corrected)).outcomes == {"recorded": 3}


async def test_rows_of_a_sale_must_agree(desk: ImportDesk) -> None:
    """R20: rows of one sale with two ECPs or times, next to each other or not, and sales with too many lines."""
    content = csv_file(
        row("s-1"),
        row("s-1", sold_at="2026-03-13T09:30:00Z"),
        row("s-2"),
        row("s-3"),
        row("s-2", ecp_code="ECP-2026-000009"),
        *[row("s-4")] * (LINES_LIMIT + 2),
        *[row("s-5")] * (LINES_LIMIT // 2),
        row("s-6"),
        *[row("s-5")] * (LINES_LIMIT // 2 + 1),
    )
    done = await desk.run(content)
    assert done.outcomes == {"recorded": 2, "rejected": 4}
    reasons = {external_id: set[str]() for _, external_id, _ in done.reasons}
    for _, external_id, reason in done.reasons:
        reasons[external_id].add(reason)
    assert reasons == {"s-1": {DIFFERENT}, "s-2": {DIFFERENT}, "s-4": {TOO_MANY_LINES}, "s-5": {TOO_MANY_LINES}}
    assert len(done.reasons) == 4 + LINES_LIMIT + 2 + LINES_LIMIT + 1


async def test_conflicts_are_listed_and_unknown_codes_are_parked_on_request(desk: ImportDesk) -> None:
    """R20: as recordSales does."""
    await desk.run(csv_file(row("s-1")))
    content = csv_file(row("s-1", quantity=4), row("s-2", ecp_code="NOBODY"))
    done = await desk.run(content)
    assert done.outcomes == {"conflicts": 1, "rejected": 1}
    assert [(number, external_id) for number, external_id, _ in done.reasons] == [(2, "s-1"), (3, "s-2")]
    parked = await desk.run(content, park=True)
    assert parked.outcomes == {"conflicts": 1, "parked": 1}
    assert await query(desk.environment, "SELECT external_id FROM parked_sale") == ["s-2"]


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(desk: ImportDesk) -> None:
    """R20: the outcomes are those of the import that follows."""
    await desk.run(csv_file(row("s-1")))
    content = csv_file(row("s-1"), row("s-2"), row("s-3", "NO-1"), row("s-4", ecp_code="NOBODY"))
    tables = ("sale_key", "sale", "sale_line", "valuation", "points_entry", "parked_sale", "event")
    counts = " + ".join(f"(SELECT count(*) FROM {table} WHERE true)" for table in tables[:-1])
    before = await query(desk.environment, f"SELECT {counts}")
    dry = await desk.run(content, dry_run=True, park=True)
    assert dry.status == "SUCCEEDED"
    assert await query(desk.environment, f"SELECT {counts}") == before
    done = await desk.run(content, park=True)
    assert dry.outcomes == done.outcomes == {"recorded": 1, "duplicates": 1, "parked": 2}
    assert dry.counts.points == done.counts.points == 30
    assert dry.rejected_file == done.rejected_file


async def test_lines_of_json_are_recorded(desk: ImportDesk) -> None:
    """R20: the same ID twice are two reports of a sale, not lines of one."""
    given = [sale("s-1", line(), line("AMB-4L", 2)), sale("s-2", quantity=1), sale("s-1"), sale("s-3")]
    content = "\n".join(map(json.dumps, given)).encode()
    done = await desk.run(content)
    assert (done.row.format, done.row.is_cut) == ("NDJSON", True)
    assert done.outcomes == {"recorded": 2, "conflicts": 1, "rejected": 1}
    assert done.reasons[0][:2] == (2, "s-2")
    assert done.reasons[0][2] == "This line is not a sale: Object contains unknown field quantity."
    assert done.rejected_file is not None
    assert done.rejected_file.splitlines()[0] == "\ufeffrejected_line,rejected_sale,reason,sale"
    assert json.loads(done.last_cell) == given[2]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\n", "The file is empty. Export the sales again."),
        (
            b"\x1f\x8b\x08\0\0\0\0\0",
            "The file is compressed with gzip. Unpack it, or save it as CSV, and import the text.",
        ),
        (
            csv_file(*[row(f"s-{number}") for number in range(50)]) + "Ä".encode("latin-1") + b",x\n",
            "Line 52 is not text in UTF-8. Save the whole file as UTF-8 and import it again.",
        ),
        (
            csv_file(row(), header=HEADER.replace("sku,", "").replace("currency", "money")),
            "The header has no column sku and currency. Add it, or correct its name.",
        ),
    ],
)
async def test_a_file_that_cannot_be_read_is_rejected_as_a_whole(desk: ImportDesk, content: bytes, error: str) -> None:
    """R20: nothing of it is recorded, and the import and its job say why."""
    done = await desk.run(content)
    assert (done.status, done.error, done.row.error) == ("FAILED", error, error)
    assert (done.outcomes, done.row.phase, done.row.is_staged) == ({}, "FINISHED", False)
    assert await query(desk.environment, "SELECT count(*) FROM sale_key, sales_import_row") == [0]


async def test_zero_bytes_spoil_their_rows_only(desk: ImportDesk) -> None:
    """R20: in any column of CSV, and in any field of NDJSON, also as the name of one."""
    names = (*HEADER.split(","), "revision", "updated_at", "returns_external_id", "note")
    cells = {"external_id": "s-1", "revision": "1", "updated_at": "", "returns_external_id": "", "note": "n"}
    rows = []
    for number, bad in enumerate(names):
        changed = {**cells, "external_id": f"s-{number}"}
        good = row(**changed).split(",")
        rows.append(",".join(f"{cell}\0" if name == bad else cell for name, cell in zip(names, good, strict=True)))
    done = await desk.run(csv_file(*rows, header=",".join(names)))
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": 1, "rejected": len(names) - 1})
    assert [line for line, *_ in done.reasons] == list(range(2, len(names) + 1))
    given = [sale("j-1"), {**sale("j-2"), "externalId\0": "x"}, sale("j-3", line(currency="IN\0"))]
    done = await desk.run("\n".join(map(json.dumps, given)).encode())
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": 1, "rejected": 2})
    assert [(number, external_id) for number, external_id, _ in done.reasons] == [(2, "j-2"), (3, "j-3")]


async def test_a_file_that_is_cut_off_loses_its_last_row_only(desk: ImportDesk) -> None:
    """R20: the row that is cut is rejected if cells are missing, and the import says that the end is open."""
    content = csv_file(row("s-1"), row("s-2"))[:-14]
    done = await desk.run(content)
    assert (done.outcomes, done.row.is_cut) == ({"recorded": 1, "rejected": 1}, True)
    assert done.reasons[0][:2] == (3, "s-2")
    assert "the file may be cut off" in done.reasons[0][2]


async def test_a_wide_row_and_an_endless_quote_cost_one_row_each(desk: ImportDesk) -> None:
    """R20: 10,000 columns, a quote that never closes."""
    content = csv_file(row("s-1"), "x," * 10_000, f'{CODE},"{SOLD_AT}', row("s-2"), *["," * 6] * 3, row("s-3"))
    done = await desk.run(content)
    assert done.outcomes == {"recorded": 3, "rejected": 2}
    assert [(number, reason.partition(".")[0]) for number, _, reason in done.reasons] == [
        (3, "This row has more than 64 columns"),
        (4, "A quote opens in this row and does not close within 65,536 characters"),
    ]
