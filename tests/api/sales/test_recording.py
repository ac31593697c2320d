"""Connected systems report sales. Each is recorded once, however often it is reported (R20)."""

from decimal import Decimal
from typing import Any

import asyncpg
import pytest
import structlog

from domain.permissions import Permission, Role, roles_with
from domain.requests import DatabaseUnavailable, Forbidden
from domain.sales.facts import IngestMode
from domain.sales.reports import ReportedLine, ReportedSale
from graphql_api.context import Environment
from resolvers.sales.record_sales import RecordSales, record_sales
from resolvers.sales.recording import record_entries
from tests.support.client import Clients, document
from tests.support.sales import CODE, NOW, RECORD_SALES, Till, line, sale
from tests.support.unchanged import nothing_changes
from tests.support.world import World

READ = document("vendor/Sale")
LATER = "2026-03-13T10:00:00Z"


async def read(till: Till, external_id: str = "s-1") -> Any:
    """The sale as the till reads it."""
    return (await till.client.send(READ, source="till", externalId=external_id)).data["sale"]


async def revision_of(till: Till) -> tuple[int, int]:
    """The current revision of the sale s-1, and the units of its first line."""
    found = await read(till)
    return found["revision"], found["lines"][0]["quantity"]


async def test_a_sale_is_recorded_once(till: Till, database_url: str, stored: asyncpg.Connection) -> None:
    """R20: sending it again changes nothing, also written otherwise; it earns its points once."""
    first, second = sale(), sale("s-2", line("AMB-4L", 2), line("LENS-1", 1, unitPrice="0.0001", currency="EUR"))
    results = await till.results(first, second)
    assert [(result["outcome"], result["points"], result["notices"]) for result in results] == [
        ("RECORDED", 30, []),
        ("RECORDED", 40, ["Line 2 earns no points: no scheme that the ECP takes part in includes it."]),
    ]
    found = await read(till, "s-2")
    assert found["recordedAt"].startswith("2026-03-22T09:00:00")
    assert {name: found[name] for name in ("source", "externalId", "revision", "soldAt", "recordedAt")} == {
        "source": "till",
        "externalId": "s-2",
        "revision": 1,
        "soldAt": "2026-03-12T09:30:00Z",
        "recordedAt": found["recordedAt"],
    }
    assert [
        (one["variant"]["sku"], one["quantity"], one["netQuantity"], one["unitPrice"], one["currency"])
        for one in found["lines"]
    ] == [("AMB-4L", 2, 2, "12.50", "INR"), ("LENS-1", 1, 1, "0.0001", "EUR")]
    async with nothing_changes(database_url):
        assert await till.outcomes(first, second) == ["DUPLICATE", "DUPLICATE"]
        same = sale(
            " s-1 ",
            line("amb-1l ", unitPrice="12.5"),
            ecpCode=" ecp-2026-000001",
            soldAt="2026-03-12T15:00:00+05:30",
        )
        assert await till.outcomes(same, source=" Till ") == ["DUPLICATE"]
        assert await till.outcomes(sale(revision=1)) == ["DUPLICATE"]
    assert await stored.fetchval("SELECT sum(points) FROM points_entry") == 70
    assert await till.outcomes(first, source="other till") == ["RECORDED"]


async def test_a_higher_revision_corrects(till: Till, database_url: str) -> None:
    """R20: a lower one is outdated, and an equal one with other content is a conflict; each changes nothing."""
    assert await till.outcomes(sale(revision=3)) == ["RECORDED"]
    (result,) = await till.results(sale("s-1", line(quantity=5), revision=7))
    assert (result["outcome"], result["points"]) == ("CORRECTED", 20)
    async with nothing_changes(database_url):
        assert await till.outcomes(sale(revision=3), sale(revision=6), sale(revision=1)) == ["DUPLICATE"] * 3
        assert await till.problems(sale(revision=7)) == [
            (
                "CONFLICT",
                ["sales", "0", "revision"],
                "Revision 7 of this sale was recorded with other content. Send a correction with a higher revision.",
            )
        ]
        assert await till.outcomes(sale("s-1", line(quantity=5), revision=7)) == ["DUPLICATE"]
        # Without a revision nothing says which is newer.
        assert await till.outcomes(sale("s-1", line(quantity=6))) == ["CONFLICT"]
        assert await till.outcomes(sale("s-1", line(quantity=6), updatedAt=LATER)) == ["CONFLICT"]
    assert await revision_of(till) == (7, 5)
    assert [one["revision"] for one in (await read(till))["revisions"]] == [7, 3]
    # A new revision is recorded even if it says the same.
    (result,) = await till.results(sale("s-1", line(quantity=5), revision=8))
    assert (result["outcome"], result["points"], result["notices"]) == ("CORRECTED", 0, [])


async def test_a_source_without_revisions_says_when_it_updated(till: Till, database_url: str) -> None:
    """R20: the later time corrects."""
    assert await till.outcomes(sale(updatedAt=LATER)) == ["RECORDED"]
    newer = sale("s-1", line(quantity=4), updatedAt="2026-03-13T10:00:00.000001Z")
    assert await till.outcomes(newer) == ["CORRECTED"]
    async with nothing_changes(database_url):
        assert await till.outcomes(sale(updatedAt=LATER), newer) == ["DUPLICATE", "DUPLICATE"]
        changed = sale("s-1", line(quantity=9), updatedAt="2026-03-13T10:00:00.000001Z")
        assert await till.problems(changed) == [
            (
                "CONFLICT",
                ["sales", "0", "updatedAt"],
                "This sale was recorded with other content and the same updatedAt. Send a correction with a later one.",
            )
        ]
        assert await till.outcomes(sale("s-1", line(quantity=9), revision=5)) == ["CONFLICT"]
    assert await revision_of(till) == (2, 4)


async def test_other_content_without_a_version_is_a_conflict(till: Till, database_url: str) -> None:
    """R20: for every part of the content."""
    await till.outcomes(sale())
    others = [
        sale("s-1", line(quantity=4)),
        sale("s-1", line("AMB-4L")),
        sale("s-1", line(unitPrice="12.51")),
        sale("s-1", line(currency="EUR")),
        sale("s-1", line(), line()),
        sale(soldAt="2026-03-12T09:30:00.000001Z"),
        sale(ecpCode="ECP-2026-000009"),
        sale(returnsExternalId="s-2"),
    ]
    message = (
        "This sale was recorded with other content. To correct it, send a higher revision or a later updatedAt, "
        "whichever its first report had."
    )
    async with nothing_changes(database_url):
        for other in others:
            assert await till.problems(other) == [("CONFLICT", ["sales", "0", "externalId"], message)], other


async def test_the_same_id_twice_in_one_report(till: Till) -> None:
    """R20: the second is compared with the first as if they came one after the other."""
    given = (
        sale("s-1", line(quantity=0)),
        sale(),
        sale(),
        sale("s-1", line(quantity=4)),
        sale("s-1", line(quantity=5), revision=2),
        sale(revision=1),
    )
    expected = ["REJECTED", "RECORDED", "DUPLICATE", "CONFLICT", "CORRECTED", "DUPLICATE"]
    payload = await till.report(*given)
    assert [result["outcome"] for result in payload["results"]] == expected
    # The points of the sale are those of its last version, so the results add up.
    assert [result["points"] for result in payload["results"]] == [0, 0, 0, 0, 50, 0]
    assert payload["pointsPosted"] == 50
    replaced = ["A later version of this sale in the same report counts instead of this one."]
    assert [result["notices"] for result in payload["results"]] == [[], replaced, [], [], [], []]
    assert await revision_of(till) == (2, 5)
    assert [one["revision"] for one in (await read(till))["revisions"]] == [2, 1]


@pytest.mark.parametrize("mode", ["EACH_ON_ITS_OWN", "ALL_OR_NOTHING"])
async def test_the_same_id_twice_with_other_content(till: Till, stored: asyncpg.Connection, mode: str) -> None:
    """R20: the report itself is at fault, also where nothing of it is kept; a recorded or a parked sale."""
    message = (
        "This report has the same sale with other content, and nothing says which is newer. Send it once, or with a "
        "higher revision or a later updatedAt."
    )
    expected = [("CONFLICT", ["sales", "1", "externalId"], message)]
    for first, options in ((sale(), {}), (sale("s-9", line("NEW-1")), {"park": True})):
        other = sale(first["externalId"], line(quantity=4))
        problems = await till.problems(first, other, mode=mode, **options)
        assert [one for one in problems if one[1][1] == "1"] == expected
    kept = (1, 1) if mode == "EACH_ON_ITS_OWN" else (0, 0)
    (found,) = await stored.fetch("SELECT (SELECT count(*) FROM sale), (SELECT count(*) FROM parked_sale)")
    assert tuple(found) == kept


async def test_a_sale_that_fails_stops_no_other(
    till: Till, stored: asyncpg.Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: whatever the error is; the answer has the reference under which the log has it."""

    async def record(operation: Any, session: Any, source: str, entries: Any, **options: Any) -> Any:
        recorded = await record_entries(operation, session, source, entries, **options)
        if any(entry.sale.external_id == "s-2" for entry in entries):
            raise error
        return recorded

    error: Exception = OverflowError("Integer value out of range")
    monkeypatch.setattr("resolvers.sales.ingest.record_entries", record)
    sales = [sale(f"s-{number}") for number in range(5)]
    with structlog.testing.capture_logs() as logs:
        results = await till.results(*sales)
    assert [one["outcome"] for one in results] == ["RECORDED", "RECORDED", "REJECTED", "RECORDED", "RECORDED"]
    (failed,) = results[2]["errors"]
    (logged,) = [one for one in logs if one["event"] == "operation failed"]
    assert (logged["exc_info"], logged["source"], logged["external_id"]) == (error, "till", "s-2")
    assert (failed["code"], failed["path"]) == ("ILLEGAL_STATE", ["input", "sales", "2"])
    assert failed["message"] == (
        f"Something went wrong on our side. Quote the reference {logged['reference']} when you report it."
    )
    assert await stored.fetchval("SELECT count(*) FROM sale") == 4
    # Nobody can record anything now, so nothing is tried by halves.
    error = DatabaseUnavailable()
    async with nothing_changes(database_url):
        given = {"mode": "EACH_ON_ITS_OWN", "source": "till", "sales": [sale("s-2"), sale("s-7")]}
        assert (await till.client.send(RECORD_SALES, input=given)).codes == ["SERVICE_UNAVAILABLE"]


async def test_nothing_is_recorded_if_one_sale_is_rejected(till: Till, database_url: str) -> None:
    """R20: in the mode ALL_OR_NOTHING, a rejection or a conflict of one rejects all."""
    await till.outcomes(sale())
    message = "Another sale of this report was rejected, so none of them was recorded."
    async with nothing_changes(database_url):
        for bad, outcome in ((sale("s-3", line("NONE-1")), "REJECTED"), (sale("s-1", line(quantity=9)), "CONFLICT")):
            results = await till.results(sale("s-2"), sale(), bad, mode="ALL_OR_NOTHING")
            assert [result["outcome"] for result in results] == ["REJECTED", "DUPLICATE", outcome]
            assert results[0]["errors"] == [
                {
                    "__typename": "InvalidInput",
                    "code": "ILLEGAL_STATE",
                    "message": message,
                    "path": ["input", "sales", "0"],
                }
            ]
            assert results[2]["errors"][0]["message"] != message
    good = await till.outcomes(sale("s-2"), sale(), sale("s-1", line(quantity=9), revision=2), mode="ALL_OR_NOTHING")
    assert good == ["RECORDED", "DUPLICATE", "CORRECTED"]


async def test_a_correction_may_change_everything(till: Till, stored: asyncpg.Connection, clients: Clients) -> None:
    """R20: points are taken back at the old place and earned at the new one."""
    await till.outcomes(sale())
    (result,) = await till.results(sale("s-1", line("AMB-4L", 1), soldAt="2026-03-15T00:00:00Z", revision=2))
    assert (result["outcome"], result["points"]) == ("CORRECTED", -10)
    assert await stored.fetchval("SELECT sum(available) FROM points_account") == 20
    found = await read(till)
    assert found["soldAt"] == "2026-03-15T00:00:00Z"
    assert [one["soldAt"] for one in found["revisions"]] == ["2026-03-15T00:00:00Z", "2026-03-12T09:30:00Z"]
    # And back to where it was.
    (result,) = await till.results(sale(revision=3))
    assert (result["outcome"], result["points"]) == ("CORRECTED", 10)
    assert await stored.fetchval("SELECT sum(available) FROM points_account") == 30
    assert len((await read(till))["revisions"]) == 3


async def test_points_that_a_job_posts_follow_later(till: Till, stored: asyncpg.Connection) -> None:
    """R20: while later lines of the ECP are valued again, the result says that the points are being computed."""
    await till.outcomes(sale())
    await stored.execute("UPDATE points_account SET revalue_from = last_sold_at - interval '1 hour'")
    (result,) = await till.results(sale("s-2"))
    assert (result["outcome"], result["points"]) == ("RECORDED", 0)
    assert result["notices"] == [
        "The points of this sale are still being computed: later sales of the ECP are valued again with it."
    ]


async def test_a_correction_may_name_another_ecp(till: Till, clients: Clients, stored: asyncpg.Connection) -> None:
    """R20: the first ECP loses the points; the other one, who is not enrolled, earns none."""
    await till.outcomes(sale())
    binod = await _another_ecp(clients, stored)
    (result,) = await till.results(sale(revision=2, ecpCode=binod))
    assert (result["outcome"], result["points"]) == ("CORRECTED", -30)
    unearned = "This sale earns no points: no scheme that the ECP takes part in includes it."
    assert result["notices"] == [unearned]
    assert await stored.fetchval("SELECT sum(available) FROM points_account") == 0


async def _another_ecp(clients: Clients, stored: asyncpg.Connection) -> str:
    """The code of an ECP beside the world's."""
    columns = await stored.fetchval(
        "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'ecp' "
        "AND column_name NOT IN ('id', 'number', 'code', 'account_id', 'email', 'email_key')"
    )
    await stored.execute(
        f"INSERT INTO ecp (id, code, {columns}) "
        f"SELECT gen_random_uuid(), 'ECP-2026-000002', {columns} FROM ecp WHERE code = '{CODE}'"
    )
    return "ECP-2026-000002"


async def test_a_thousand_sales(till: Till, stored: asyncpg.Connection) -> None:
    """R20: of two lines fit into a request, and are known when they come again."""
    sales = [sale(f"s-{number}", line(), line("AMB-4L", 1)) for number in range(1000)]
    payload = await till.report(*sales)
    assert (payload["recorded"], payload["pointsPosted"], payload["errors"]) == (1000, 50_000, [])
    assert await stored.fetchval("SELECT count(*) FROM sale_line") == 2000
    payload = await till.report(*sales[:-1], sale("s-1000"), mode="ALL_OR_NOTHING")
    assert (payload["recorded"], payload["duplicates"], payload["pointsPosted"]) == (1, 999, 30)


async def test_a_chunk_takes_few_statements(environment: Environment, world: World) -> None:
    """R20: however many sales it has, and fewer for the same ones again."""
    lines = (ReportedLine("AMB-1L", 1, unit_price=Decimal(1), currency="INR"),)
    sales = [ReportedSale(f"s-{number}", CODE, sold_at=NOW, lines=lines) for number in range(250)]
    for most in (30, 6):
        operation = environment.operation(world.viewer(Role.INTEGRATION))
        await record_sales(operation, RecordSales("till", IngestMode.EACH_ON_ITS_OWN, sales=sales))
        assert operation.statements <= most
        await operation.close()


async def test_only_connected_systems_report(clients: Clients, database_url: str) -> None:
    """R25: nobody else, and nothing is recorded."""
    assert roles_with(Permission.SALE_RECORD) == (Role.INTEGRATION,)
    given = {"source": "till", "mode": "EACH_ON_ITS_OWN", "sales": [sale()]}
    async with nothing_changes(database_url):
        for role in set(Role) - {Role.INTEGRATION}:
            (error,) = (await clients[role].send(RECORD_SALES, input=given)).errors
            assert error["message"] == str(Forbidden(Permission.SALE_RECORD))
        assert (await clients.anonymous.send(RECORD_SALES, input=given)).codes == ["UNAUTHENTICATED"]
