"""Who cancels and retries which imports, and what the accounts that began them read of an early end (R20, R25)."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports import recording
from resolvers.imports.jobs import JOBS
from tests.support.client import Client, Clients, gid
from tests.support.imports import begun_import, csv_file, post_file, read_import, row, send_import
from tests.support.jobs import query, run_due
from tests.support.unchanged import nothing_changes
from tests.support.world import World

SYSTEM, MANAGER = Role.INTEGRATION, Role.PROGRAM_MANAGER
NOTIFICATIONS = "{ viewer { notifications { nodes { message actor { displayName } } } } }"
ROWS = [row(f"s-{number}", sold_at=f"2026-03-12T10:0{number}:00Z") for number in range(6)]
EVENTS = "SELECT kind FROM event WHERE kind LIKE 'SALES_IMPORT%' ORDER BY id"
STARTED, FINISHED = "SALES_IMPORT_STARTED", "SALES_IMPORT_FINISHED"
STOPPED = "What was recorded stays. Retry the import to continue, or import the file again."


async def end(client: Client, document: str, import_id: str) -> list[str]:
    """Cancel or retry an import, and return the messages of the errors."""
    payload = (await client.run(document, input={"importId": import_id}))[document[0].lower() + document[1:]]
    assert (payload["import"] is None) is bool(payload["errors"])
    return [error["message"] for error in payload["errors"]]


async def notified(client: Client) -> list[tuple[str, str | None]]:
    """The notifications of an account about imports, and who caused them."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    found = [(node["message"], node["actor"] and node["actor"]["displayName"]) for node in nodes]
    return [one for one in found if one[0].startswith("Import of")]


async def test_a_manager_cancels_and_retries_the_import_of_a_system(
    clients: Clients, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: while it records; the system is notified of what stays, and the manager of nothing."""
    monkeypatch.setattr(recording, "CHUNK", 2)
    system, manager = clients[SYSTEM], clients[MANAGER]
    import_id = (await post_file(system, csv_file(*ROWS))).json()["importId"]
    record, chunks = recording._Stream._record_once, 0  # noqa: SLF001 - between two transactions

    async def canceled(self: Any, sales: Any) -> None:
        nonlocal chunks
        chunks += 1
        if chunks == 3:
            assert (await read_import(manager, import_id))["viewerActions"] == ["CANCEL"]
            assert await end(manager, "CancelImport", import_id) == []
        await record(self, sales)

    monkeypatch.setattr(recording._Stream, "_record_once", canceled)  # noqa: SLF001 - as above
    await run_due(environment, JOBS, 60)
    half = await read_import(system, import_id)
    assert (half["status"], half["recorded"], half["viewerActions"]) == ("CANCELED", 4, ["RETRY"])
    assert half["summary"] == f"The import ended before all sales were tried: 4 sales were recorded. {STOPPED}"
    expected = [(f"Import of “sales.csv” for “till”: canceled. {half['summary']}", "Program Manager")]
    assert await notified(system) == expected
    assert await end(manager, "CancelImport", import_id) == [
        "This import was already canceled. There is nothing to cancel."
    ]
    assert await end(manager, "RetryImport", import_id) == []
    assert await end(manager, "RetryImport", import_id) == ["This import is already waiting to run."]
    await run_due(environment, JOBS, 60)
    done = await read_import(system, import_id)
    assert (done["status"], done["recorded"], done["viewerActions"]) == ("SUCCEEDED", 6, [])
    assert await notified(manager) == []
    assert await query(environment, EVENTS) == [STARTED, FINISHED, FINISHED]


async def test_who_may_cancel_and_retry_which_imports(
    clients: Clients, environment: Environment, world: World, database_url: str
) -> None:
    """R25: owners, managers, and administrators; to others an import that they do not see does not exist."""
    of_system = gid(NodeKind.SALES_IMPORT, await begun_import(environment, world.viewer(SYSTEM)))
    of_manager = gid(NodeKind.SALES_IMPORT, await begun_import(environment, world.viewer(MANAGER), source="desk"))
    unseen = "This import does not exist."
    others = (
        "Another account began this import. Only that account, program managers, and administrators may cancel or "
        "retry it."
    )
    async with nothing_changes(database_url):
        for role, import_id, message in (
            (SYSTEM, of_manager, unseen),
            (Role.ECP, of_system, unseen),
            (Role.ANALYST, of_system, others),
        ):
            for document in ("CancelImport", "RetryImport"):
                assert await end(clients[role], document, import_id) == [message], role
        assert await end(clients[MANAGER], "CancelImport", "imp_x") == ["This sales import does not exist."]
    assert (await read_import(clients[Role.ANALYST], of_system))["viewerActions"] == []
    for role, import_id in ((SYSTEM, of_system), (Role.ADMIN, of_manager)):
        assert await end(clients[role], "CancelImport", import_id) == []
        assert await end(clients[role], "RetryImport", import_id) == []
    assert await notified(clients[SYSTEM]) == []
    ((message, actor),) = await notified(clients[MANAGER])
    assert (message.startswith("Import of “march.csv” for “desk”: canceled."), actor) == (True, "Admin")


async def test_what_cannot_be_retried_says_so(clients: Clients, environment: Environment, database_url: str) -> None:
    """R20: a finished import, a file that was rejected, and an import whose job is deleted."""
    system = clients[SYSTEM]
    done = await send_import(system, environment, csv_file(row("s-1")))
    bad = await send_import(system, environment, csv_file(row("s-1"), *[""] * 70_000) + b"\xff\n")
    old = (await post_file(system, csv_file(row("s-2")))).json()["importId"]
    await query(environment, "DELETE FROM job WHERE status = 'QUEUED' RETURNING id")
    async with nothing_changes(database_url):
        for import_id, message in (
            (done["id"], "This import has finished, so there is nothing to retry."),
            (bad["id"], "The file of this import was rejected as a whole. Correct the file and import it again."),
            (old, "This import ended too long ago to continue. Import the file again."),
        ):
            assert await end(system, "RetryImport", import_id) == [message]
        assert await end(system, "CancelImport", old) == [
            "This import was already canceled. There is nothing to cancel."
        ]


async def test_an_import_whose_workers_are_lost_notifies_with_its_counts(
    clients: Clients, environment: Environment
) -> None:
    """R20, N6: with the name of the file, what became of its sales, and what to do."""
    system = clients[SYSTEM]
    import_id = (await post_file(system, csv_file(*ROWS))).json()["importId"]
    lost = (
        "UPDATE job SET status = 'RUNNING', lease = gen_random_uuid(), failures = 4, due_at = created_at RETURNING id"
    )
    await query(environment, lost)
    await query(environment, "UPDATE sales_import_stream SET recorded = 3 WHERE stream = 1 RETURNING 1")
    assert await run_due(environment, JOBS) == 0
    shown = await read_import(system, import_id)
    error = "The server stopped working on this job 5 times in a row without any progress."
    assert (shown["status"], shown["error"], shown["viewerActions"]) == ("FAILED", error, ["RETRY"])
    kept = f"The import ended before all sales were tried: 3 sales were recorded. {STOPPED}"
    assert await notified(system) == [(f"Import of “sales.csv” for “till”: failed. {error} {kept}", None)]
    assert await query(environment, EVENTS) == [STARTED, FINISHED]


async def test_an_import_whose_job_is_canceled_announces_its_end(clients: Clients, environment: Environment) -> None:
    """R20: by `cancelJob`, and before it began, too; webhooks wait for the event."""
    system = clients[SYSTEM]
    import_id = (await post_file(system, csv_file(*ROWS))).json()["importId"]
    job = {"jobId": (await read_import(system, import_id))["job"]["id"]}
    assert (await system.run("CancelJob", input=job))["cancelJob"]["errors"] == []
    assert await query(environment, EVENTS) == [STARTED, FINISHED]
