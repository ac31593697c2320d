"""Files of imports are deleted after 90 days, and the imports stay; rejected rows are read in pages (R20)."""

from datetime import datetime, timedelta
from typing import Any

from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports.cleanup import forget_files
from resolvers.imports.jobs import JOBS
from resolvers.tasks import TaskPolicy
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.imports import csv_file, post_file, read_import, row, send_import
from tests.support.jobs import query, run_due

SYSTEM = Role.INTEGRATION
POLICY = TaskPolicy(event_retention=timedelta(days=1), revision_interval=60)
CONTENT = csv_file(row("s-1"), row("s-2", "NO-1"), "x,y", row("s-3", "NO-1"))
ROWS = """query ($id: ID!, $first: Int, $after: String) { import(id: $id) {
  rejectedRows(first: $first, after: $after) {
    totalCount nodes { line externalId reason } pageInfo { hasNextPage endCursor } } } }"""
LIST = """query ($orderBy: ImportOrder, $first: Int, $after: String) {
  imports(orderBy: $orderBy, first: $first, after: $after) { nodes { id } pageInfo { endCursor } } }"""
STORED = (
    "SELECT (SELECT count(*) FROM stored_file), (SELECT count(*) FROM upload), count(*) FROM sales_import_rejection"
)


async def rejected_rows(client: Client, **variables: Any) -> dict[str, Any]:
    """A page of the rejected rows of an import."""
    page: dict[str, Any] = (await client.send(ROWS, **variables)).data["import"]["rejectedRows"]
    return page


async def test_files_are_deleted_and_the_import_stays(
    clients: Clients, environment: Environment, clock: TestClock
) -> None:
    """R20: after 90 days, with the rejected rows; the import says until when they were kept."""
    system = clients[SYSTEM]
    before = await send_import(system, environment, CONTENT)
    began, kept_until = (datetime.fromisoformat(before[name]) for name in ("createdAt", "filesKeptUntil"))
    assert (before["fileName"], kept_until - began) == ("sales.csv", timedelta(days=90))
    canceled = (await post_file(system, csv_file(row("s-9")))).json()["importId"]
    await system.run("CancelImport", input={"importId": canceled})
    clock.advance(days=1)
    await query(environment, "UPDATE sales_import SET is_staged = false RETURNING 1")
    waiting = (await post_file(system, csv_file(row("s-8")))).json()["importId"]
    stored = await query(environment, STORED)
    clock.advance(days=88)
    await forget_files(environment.operation(None), POLICY)
    assert await query(environment, STORED) == stored == [(4, 3, 3)]
    clock.advance(days=3)
    await forget_files(environment.operation(None), POLICY)
    assert await query(environment, STORED) == [(1, 1, 0)]
    shown = await read_import(system, before["id"])
    summary = "1 sale was recorded and 3 were rejected. The file of rejected rows is deleted."
    gone = {"file": None, "rejectedFile": None, "summary": summary}
    no_rows = {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert shown == {**before, **gone, "rejectedRows": no_rows}
    assert (await read_import(system, waiting))["file"]["name"] == "sales.csv"
    assert (await read_import(system, canceled))["viewerActions"] == []
    (error,) = (await system.run("RetryImport", input={"importId": canceled}))["retryImport"]["errors"]
    assert error["message"] == "This import ended too long ago to continue. Import the file again."


async def test_a_job_without_its_file_says_so(clients: Clients, environment: Environment, clock: TestClock) -> None:
    """R20: one that is retried as a job, when its file is deleted."""
    system = clients[SYSTEM]
    import_id = (await post_file(system, CONTENT)).json()["importId"]
    await query(environment, "UPDATE sales_import SET file_id = NULL RETURNING 1")
    await run_due(environment, JOBS)
    shown = await read_import(system, import_id)
    error = "The file was deleted 90 days after its import began. Import the file again."
    assert (shown["status"], shown["error"]) == ("FAILED", error)


async def test_rejected_rows_have_pages(clients: Clients, environment: Environment) -> None:
    """R20: in the order of the file, with the reasons that the download has; a manager reads them, too."""
    import_id = (await send_import(clients[SYSTEM], environment, CONTENT))["id"]
    manager = clients[Role.PROGRAM_MANAGER]
    page = await rejected_rows(manager, id=import_id, first=2)
    assert [(node["line"], node["externalId"]) for node in page["nodes"]] == [(3, "s-2"), (4, "x")]
    assert page["nodes"][1]["reason"].startswith("This row has 2 columns, and the header has 7.")
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    rest = await rejected_rows(manager, id=import_id, first=2, after=page["pageInfo"]["endCursor"])
    assert [(node["line"], node["externalId"]) for node in rest["nodes"]] == [(5, "s-3")]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_imports_are_listed_in_both_orders(clients: Clients, environment: Environment, clock: TestClock) -> None:
    """R20: newest first by default; a page ends where the next one begins."""
    system, ids = clients[SYSTEM], []
    for number in range(3):
        ids.append((await post_file(system, csv_file(row(f"s-{number}")))).json()["importId"])
        clock.advance(seconds=1)
    for order, expected in ((None, ids[::-1]), ("CREATED_AT_DESC", ids[::-1]), ("CREATED_AT_ASC", ids)):
        first = (await system.send(LIST, orderBy=order, first=2)).data["imports"]
        after = first["pageInfo"]["endCursor"]
        rest = (await system.send(LIST, orderBy=order, first=2, after=after)).data["imports"]
        assert [node["id"] for node in (*first["nodes"], *rest["nodes"])] == expected
