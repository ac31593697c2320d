"""A file with very many mistakes takes neither the process nor the database for itself (R20, N2)."""

import pytest

from db.imports import changes
from domain.imports.reader import SaleReader
from resolvers.imports import staging
from tests.support.imports import ImportDesk, csv_file, row
from tests.support.jobs import query


async def test_short_bad_lines_are_read_in_slices(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece of a file has a hundred thousand lines at most; other requests have their turn in between."""
    read, most = SaleReader.read, 0

    def counted(self: SaleReader, piece: bytes) -> object:
        nonlocal most
        found = read(self, piece)
        most = max(most, len(found))
        return found

    monkeypatch.setattr(SaleReader, "read", counted)
    monkeypatch.setattr(changes, "_REJECTIONS", 1_000)
    done = await desk.run(csv_file(row("s-1"), "", *["a"] * 6_000, row("s-2"), row("s-3")))
    assert (done.outcomes, len(done.reasons)) == ({"recorded": 1, "rejected": 6_002}, 6_002)
    assert 0 < most <= 4_096


async def test_too_many_rejected_rows_end_the_import(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is recorded then, and the first of them stay listed."""
    monkeypatch.setattr(staging, "REJECTED_LIMIT", 4)
    monkeypatch.setattr(staging, "_SALES", 3)
    monkeypatch.setattr(staging, "_SLICE_BYTES", 16)
    done = await desk.run(csv_file(row("s-1"), *[row(f"b-{number}", quantity="x") for number in range(9)]))
    assert (done.status, done.row.phase, done.row.is_staged) == ("FAILED", "FINISHED", False)
    assert done.error is not None
    assert done.error.startswith("More than 100,000 rows are rejected, up to line 8 of the file. Look at the first")
    assert await query(desk.environment, "SELECT count(*) FROM sale_key, sales_import_row") == [0]
    listed = await query(desk.environment, "SELECT line FROM sales_import_rejection ORDER BY line")
    assert listed == [3, 4]


async def test_sales_that_are_rejected_later_are_counted_and_the_first_are_listed(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are recorded."""
    monkeypatch.setattr("resolvers.imports.recording.CHUNK", 1)
    monkeypatch.setattr(changes, "REJECTED_LIMIT", 2)
    rows = [row(f"s-{number}", "NO-1", sold_at=f"2026-03-12T10:0{number}:00Z") for number in range(5)]
    done = await desk.run(csv_file(*rows, row("s-9")))
    assert done.outcomes == {"recorded": 1, "rejected": 5}
    assert [line for line, *_ in done.reasons] == [2, 3]
