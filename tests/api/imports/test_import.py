"""Files of sales are imported: each sale is recorded once, and what cannot be recorded is listed with its reason."""

from tests.support.imports import ImportDesk, csv_file, row
from tests.support.jobs import query


async def balance(desk: ImportDesk) -> int:
    """The points of the ECP."""
    return sum(await query(desk.environment, "SELECT available FROM points_account"))


async def test_a_file_is_recorded(desk: ImportDesk) -> None:
    """R20: rows with the same external ID are lines of one sale, also if others are between them."""
    content = csv_file(
        row("s-1"), row("s-1", "AMB-4L", 2), row("s-2", "LENS-1"), row("s-1", "LENS-1", 1), row("s-3", quantity="x")
    )
    done = await desk.run(content)
    assert (done.status, done.error) == ("SUCCEEDED", None)
    assert done.outcomes == {"recorded": 2, "rejected": 1}
    assert (done.counts.points, await balance(desk)) == (70, 70)
    assert done.reasons == [
        (6, "s-3", "The quantity is not a whole number. Write it with digits, like 12 or -3."),
    ]
    lines = await query(desk.environment, "SELECT position, quantity FROM sale_line ORDER BY sale, position")
    assert lines == [(0, 3), (1, 2), (2, 1), (0, 3)]
    again = await desk.run(content)
    assert again.outcomes == {"duplicates": 2, "rejected": 1}
    assert await balance(desk) == 70
