"""Many clients report the same sales at the same time (R20): each is recorded once, and no report is lost."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import pytest

from db.sessions import TransactionConflict
from resolvers.sales.recording import record_entries
from tests.support.sales import RECORD_SALES, Till, line, returning, sale


async def balances(stored: asyncpg.Connection) -> tuple[int, int]:
    """The points of all ECPs, and the sum of the entries: they are equal, always."""
    row = await stored.fetchrow(
        """
        SELECT (SELECT coalesce(sum(available), 0) FROM points_account)::int,
            (SELECT coalesce(sum(CASE WHEN credit = 1 THEN points ELSE -points END), 0) FROM points_entry)::int
        """
    )
    assert row is not None
    return row[0], row[1]


async def send(till: Till, *sales: dict[str, Any]) -> list[str]:
    """The outcome of each sale; a server that is too busy is asked again, as clients do."""
    given = {"mode": "EACH_ON_ITS_OWN", "source": till.source, "sales": list(sales)}
    while (answer := await till.client.send(RECORD_SALES, input=given)).body.get("errors"):
        assert answer.errors[0]["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
    return [result["outcome"] for result in answer.data["recordSales"]["results"]]


async def test_the_same_sale_from_eight_clients(till: Till, stored: asyncpg.Connection) -> None:
    """R20: one is recorded, the others are duplicates."""
    outcomes = await asyncio.gather(*(send(till, sale()) for _ in range(8)))
    assert Counter(outcome for (outcome,) in outcomes) == {"RECORDED": 1, "DUPLICATE": 7}
    assert await balances(stored) == (30, 30)


async def test_the_same_report_in_any_order(till: Till, stored: asyncpg.Connection) -> None:
    """R20: each of its sales is recorded once."""
    sales = [sale(f"s-{number}", soldAt=f"2026-03-12T10:00:{number:02}Z") for number in range(40)]
    found = await asyncio.gather(*(send(till, *(sales if turn % 2 else sales[::-1])) for turn in range(6)))
    assert Counter(outcome for outcomes in found for outcome in outcomes) == {"RECORDED": 40, "DUPLICATE": 200}
    assert await balances(stored) == (1200, 1200)


async def test_fifty_corrections_of_one_sale(till: Till, stored: asyncpg.Connection) -> None:
    """R20: the highest revision counts, and nothing is taken back twice."""
    await till.outcomes(sale(revision=1))
    given = [sale("s-1", line(quantity=revision), revision=revision) for revision in range(2, 52)]
    found = await asyncio.gather(*(send(till, one) for one in given))
    assert {outcome for (outcome,) in found} <= {"CORRECTED", "DUPLICATE"}
    assert await stored.fetchval("SELECT revision FROM sale_key") == 51
    assert await balances(stored) == (510, 510)
    corrected = sum(outcome == "CORRECTED" for (outcome,) in found)
    assert await stored.fetchval("SELECT count(*) FROM sale") == corrected + 1


async def test_sales_and_their_returns_at_the_same_time(till: Till, stored: asyncpg.Connection) -> None:
    """R20: whichever comes first, nothing comes back that was not sold."""
    sales = [sale(f"s-{number}") for number in range(12)]
    backs = [
        returning(f"r-{number}-{turn}", f"s-{number}", line(quantity=-2)) for number in range(12) for turn in (1, 2)
    ]
    await asyncio.gather(*(send(till, one) for one in [*backs, *sales]))
    # What crossed is parked; sending it again settles it.
    found = [outcome for one in backs for outcome in await till.outcomes(one)]
    assert set(found) <= {"DUPLICATE", "RECORDED", "REJECTED"}
    units = await stored.fetch("SELECT sale, sum(quantity) FROM sale_return GROUP BY sale")
    assert [row[1] for row in units] == [2] * 12
    assert await balances(stored) == (120, 120)


async def test_a_chunk_that_loses_is_recorded_by_halves(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """R20: a sale that always loses is rejected and says so; the others are recorded."""
    monkeypatch.setattr("resolvers.retrying._FIRST_PAUSE", 0)
    sizes: list[int] = []

    async def contested(*args: Any, **kwargs: Any) -> Any:
        entries = args[3]
        sizes.append(len(entries))
        if any(entry.sale.external_id == "s-3" for entry in entries):
            raise TransactionConflict
        return await record_entries(*args, **kwargs)

    monkeypatch.setattr("resolvers.sales.ingest.record_entries", contested)
    results = await till.results(*[sale(f"s-{number}") for number in range(5)])
    assert [result["outcome"] for result in results] == ["RECORDED"] * 3 + ["REJECTED", "RECORDED"]
    (error,) = results[3]["errors"]
    assert (error["code"], error["path"]) == ("CONFLICT", ["input", "sales", "3"])
    assert error["message"] == "Other reports change the same sale at this moment. Send this sale again."
    # Each size is tried four times where the sale is among them.
    assert sizes == [5, 5, 5, 5, 2, 3, 3, 3, 3, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1]
