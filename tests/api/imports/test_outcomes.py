"""What clients read of imports: of bad files, of the same file again, and of canceled imports (R20, R25)."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports import recording
from resolvers.imports.jobs import JOBS
from tests.fixtures import LiveServer
from tests.support.client import Client, Clients, document, gid
from tests.support.imports import HEADER, begun_import, csv_file, post_file, read_import, row, send_import
from tests.support.jobs import query, run_due
from tests.support.sales import CODE
from tests.support.sockets import connected, following
from tests.support.unchanged import nothing_changes
from tests.support.world import World

SYSTEM, MANAGER = Role.INTEGRATION, Role.PROGRAM_MANAGER
LIST = """query ($filter: ImportFilter, $first: Int, $after: String) {
  imports(filter: $filter, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"""
NOTIFICATIONS = "{ viewer { notifications { nodes { message } } } }"
COUNTS = "SELECT (SELECT count(*) FROM sale) + (SELECT count(*) FROM sale_line) + (SELECT count(*) FROM points_entry)"


async def rejected_rows(client: Client, shown: dict[str, Any]) -> list[tuple[int, str, str]]:
    """The line, the external ID, and the beginning of the reason of each rejected row, as they are downloaded."""
    found = (await client.http.get(shown["rejectedFile"]["url"])).text.splitlines()[1:]
    return [(int(line), external_id, rest) for line, external_id, rest in (one.split(",", 2) for one in found)]


async def notified(client: Client) -> list[str]:
    """The notifications of an account."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    return [node["message"] for node in nodes]


async def test_a_broken_line_70001_costs_its_sale_only(clients: Clients, environment: Environment) -> None:
    """R20: the others are recorded, and it comes back with its number, its reason, and its columns; most are blank."""
    system = clients[SYSTEM]
    rows = [row(f"s-{number // 100}", quantity=1) for number in range(400)]
    content = csv_file(*rows, *[""] * 69_599, row("s-x", quantity="many"), row("s-y"))
    shown = await send_import(system, environment, content)
    assert (shown["recorded"], shown["rejected"], shown["linesRead"]) == (5, 1, 70_002)
    ((line, external_id, rest),) = await rejected_rows(system, shown)
    assert (line, external_id) == (70_001, "s-x")
    assert rest.startswith('"The quantity is not a whole number.')
    assert rest.endswith(f"s-x,{CODE},2026-03-12T09:30:00Z,AMB-1L,many,12.50,INR")
    assert await query(environment, "SELECT count(*) FROM sale_line") == [401]


async def test_every_row_is_recorded_or_listed(clients: Clients, environment: Environment) -> None:
    """R20: 10,000 columns, a quote that never closes, and a file that is cut off lose nothing else."""
    system = clients[SYSTEM]
    content = csv_file(row("s-1"), "x," * 10_000, row("s-2"), f'{CODE},"{row()}', row("s-3"), row("s-4"))[:-14]
    shown = await send_import(system, environment, content)
    assert (shown["status"], shown["recorded"], shown["rejected"], shown["isCut"]) == ("SUCCEEDED", 3, 3, True)
    found = await rejected_rows(system, shown)
    assert [(line, external_id) for line, external_id, _ in found] == [(3, "x"), (5, CODE), (7, "s-4")]
    assert "more than 64 columns" in found[0][2]
    assert "A quote opens in this row" in found[1][2]
    assert "the file may be cut off" in found[2][2]


async def test_another_encoding_in_the_middle_imports_nothing(clients: Clients, environment: Environment) -> None:
    """R20: the import names the line, and its owner is notified; the file and the reason can still be read."""
    system = clients[SYSTEM]
    rows = [row(f"s-{number}") for number in range(3_000)]
    content = csv_file(*rows) + row("café").encode("latin-1") + b"\n"
    shown = await send_import(system, environment, content)
    sentence = "Line 3,002 is not text in UTF-8. Save the whole file as UTF-8 and import it again."
    assert (shown["status"], shown["error"], shown["summary"]) == ("FAILED", sentence, sentence)
    assert (shown["recorded"], shown["rejectedFile"], shown["viewerActions"]) == (0, None, [])
    assert await notified(system) == [f"Import of “sales.csv” for “till”: failed. {sentence} Nothing was recorded."]
    assert (await system.http.get(shown["file"]["url"])).content == content
    assert await query(environment, COUNTS) == [0]
    kinds = "SELECT kind FROM event WHERE kind LIKE 'SALES_IMPORT%' ORDER BY id"
    assert await query(environment, kinds) == ["SALES_IMPORT_STARTED", "SALES_IMPORT_FINISHED"]


async def test_the_same_file_twice_says_so(clients: Clients, environment: Environment) -> None:
    """R20: all of it is duplicates, and nothing changes."""
    system = clients[SYSTEM]
    content = csv_file(row("s-1"), row("s-2"))
    first = await send_import(system, environment, content)
    before = await query(environment, COUNTS)
    again = await send_import(system, environment, content)
    assert (first["recorded"], again["recorded"], again["duplicates"], again["pointsPosted"]) == (2, 0, 2, 0)
    assert again["summary"] == "All 2 sales were recorded before, so nothing changed."
    assert await query(environment, COUNTS) == before
    assert await notified(system) == [
        "Import of “sales.csv” for “till”: all 2 sales were recorded before, so nothing changed.",
        "Import of “sales.csv” for “till”: 2 sales were recorded.",
    ]


async def test_a_canceled_import_says_what_stays_and_is_continued(
    clients: Clients, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: canceled with `cancelJob` while it records, and retried with `retryJob`."""
    monkeypatch.setattr(recording, "CHUNK", 2)
    system = clients[SYSTEM]
    rows = [row(f"s-{number}", sold_at=f"2026-03-12T10:0{number}:00Z") for number in range(6)]
    import_id = (await post_file(system, csv_file(*rows))).json()["importId"]
    job = {"jobId": (await read_import(system, import_id))["job"]["id"]}
    record, chunks = recording.record_staged, 0

    async def canceled(*given: Any) -> Any:
        nonlocal chunks
        chunks += 1
        if chunks == 2:
            assert (await system.run("CancelJob", input=job))["cancelJob"]["errors"] == []
        return await record(*given)

    monkeypatch.setattr(recording, "record_staged", canceled)
    await run_due(environment, JOBS, 60)
    half = await read_import(system, import_id)
    assert (half["status"], half["recorded"], half["finishedAt"]) == ("CANCELED", 4, None)
    assert half["summary"] == (
        "The import ended before all sales were tried: 4 sales were recorded. What was recorded stays. Retry the "
        "import to continue, or import the file again."
    )
    assert (await system.run("RetryJob", input=job))["retryJob"]["errors"] == []
    await run_due(environment, JOBS, 60)
    done = await read_import(system, import_id)
    assert (done["status"], done["recorded"], done["duplicates"]) == ("SUCCEEDED", 6, 0)


async def test_an_import_that_is_canceled_before_it_begins_changes_nothing(
    clients: Clients, environment: Environment
) -> None:
    """R20: no worker takes it, and it says so."""
    system = clients[SYSTEM]
    import_id = (await post_file(system, csv_file(row()))).json()["importId"]
    job = {"jobId": (await read_import(system, import_id))["job"]["id"]}
    await system.run("CancelJob", input=job)
    assert await run_due(environment, JOBS) == 0
    shown = await read_import(system, import_id)
    assert shown["summary"] == (
        "The import ended before its first sale was recorded. Nothing was changed. Retry the import to begin again."
    )
    assert await query(environment, COUNTS) == [0]


async def test_the_progress_of_an_import_is_streamed_to_its_end(clients: Clients, environment: Environment) -> None:
    """R20: to its owner, and to a manager who sees all sales."""
    import_id = (await post_file(clients[SYSTEM], csv_file(row("s-1"), row("s-2", "NO-1")))).json()["importId"]
    follow = document("portal/FollowImport")
    async with (
        following(clients[SYSTEM], follow, importId=import_id) as own,
        following(clients[MANAGER], follow, importId=import_id) as theirs,
    ):
        await run_due(environment, JOBS, 60)
        for events in (own, theirs):
            while (found := (await events.next()).data["importProgress"]["import"])["status"] != "SUCCEEDED":
                pass
            assert (found["percent"], found["recorded"], found["rejected"]) == (100, 1, 1)
            assert found["rejectedUrl"].startswith("/files/")


async def test_who_sees_which_imports(
    clients: Clients, environment: Environment, world: World, live_server: LiveServer, database_url: str
) -> None:
    """R25: owners their own, and those who see all sales all of them; in a list with filters and pages."""
    own = gid(NodeKind.SALES_IMPORT, await begun_import(environment, world.viewer(SYSTEM)))
    theirs = gid(
        NodeKind.SALES_IMPORT, await begun_import(environment, world.viewer(MANAGER), source="desk", dry_run=True)
    )
    expected = {SYSTEM: [own], Role.ECP: []} | dict.fromkeys(
        (MANAGER, Role.ADMIN, Role.ANALYST), sorted([own, theirs], reverse=True)
    )
    for role, ids in expected.items():
        page = (await clients[role].send(LIST)).data["imports"]
        assert (sorted((node["id"] for node in page["nodes"]), reverse=True), page["totalCount"]) == (ids, len(ids))
        for key in (own, theirs):
            shown = (await clients[role].send(document("portal/ImportDetail"), id=key)).data["import"]
            assert (shown is not None) is (key in ids), (role, key)
    for chosen, ids in (
        ({"sources": ["desk"]}, [theirs]),
        ({"sources": ["TILL", "Other"]}, [own]),
        ({"dryRun": False}, [own]),
        ({"statuses": ["QUEUED"], "sources": [" till "]}, [own]),
        ({"statuses": ["FAILED"]}, []),
        ({"sources": []}, []),
    ):
        page = (await clients[MANAGER].send(LIST, filter=chosen)).data["imports"]
        assert [node["id"] for node in page["nodes"]] == ids, chosen
    first = (await clients[MANAGER].send(LIST, first=1)).data["imports"]
    rest = (await clients[MANAGER].send(LIST, first=1, after=first["pageInfo"]["endCursor"])).data["imports"]
    assert {first["nodes"][0]["id"], rest["nodes"][0]["id"]} == {own, theirs}
    async with nothing_changes(database_url):
        async with connected(live_server.address, clients[SYSTEM]) as socket:
            stream = await socket.subscribe(document("portal/FollowImport"), importId=theirs)
            (error,) = await stream.errors()
        assert error["message"] == "This import does not exist."


async def test_an_import_outlives_its_job(clients: Clients, environment: Environment) -> None:
    """R20: its status and its sentence stay when the job is deleted."""
    system = clients[SYSTEM]
    done = await send_import(system, environment, csv_file(row("s-1")))
    waiting = (await post_file(system, csv_file(row("s-2"), header=HEADER))).json()["importId"]
    await query(environment, "DELETE FROM job RETURNING id")
    (listed,) = (await system.send(LIST, filter={"statuses": ["SUCCEEDED"]})).data["imports"]["nodes"]
    shown = await read_import(system, listed["id"])
    assert (shown["status"], shown["summary"], shown["percent"], shown["job"]) == (
        *("SUCCEEDED", done["summary"], 100),
        None,
    )
    shown = await read_import(system, waiting)
    assert (shown["status"], shown["percent"], shown["job"]) == ("CANCELED", None, None)
