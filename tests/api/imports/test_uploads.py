"""An upload is tried with a dry run and then imported, once, and everybody reads what is strange about it (R20)."""

import pytest

from domain.imports.sentences import new_source_sentence
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports.jobs import JOBS
from tests.support.client import Clients, document
from tests.support.files import upload
from tests.support.imports import HEADER, OF_CSV, begin_import, csv_file, post_file, read_import, row
from tests.support.jobs import query, run_due
from tests.support.unchanged import nothing_changes

SYSTEM = Role.INTEGRATION
NOTIFICATIONS = "{ viewer { notifications { nodes { message } } } }"


async def test_a_dry_run_leaves_the_upload(clients: Clients, environment: Environment, database_url: str) -> None:
    """R20: to the import behind it; each has a file of its own, and no second one is recorded."""
    system = clients[SYSTEM]
    upload_id = await upload(system, csv_file(row("s-1")), **OF_CSV)
    summaries = []
    for key, dry_run in (("k-1", True), ("k-2", True), ("k-3", False)):
        payload = await begin_import(system, upload_id, idempotencyKey=key, dryRun=dry_run)
        assert payload["errors"] == []
        await run_due(environment, JOBS, 60)
        summaries.append((await read_import(system, payload["import"]["id"]))["summary"])
    assert summaries == [*["1 sale would be recorded. Nothing was changed."] * 2, "1 sale was recorded."]
    assert await query(environment, "SELECT count(DISTINCT file_id) FROM sales_import") == [3]
    async with nothing_changes(database_url):
        for dry_run in (False, True):
            payload = await begin_import(system, upload_id, idempotencyKey="k-4", dryRun=dry_run)
            assert [(error["code"], error["path"]) for error in payload["errors"]] == [
                ("ILLEGAL_STATE", ["input", "uploadId"])
            ]


@pytest.mark.parametrize(
    ("content_type", "name", "stored"),
    [
        ("application/vnd.ms-excel", "march.csv", "text/csv"),
        ("text/plain; charset=utf-8", "march.txt", "text/csv"),
        ("application/octet-stream", "march.ndjson", "application/x-ndjson"),
        ("application/json", "march.json", "application/x-ndjson"),
        ("", "march.CSV", "text/csv"),
    ],
)
async def test_types_of_browsers_are_accepted(
    clients: Clients, environment: Environment, content_type: str, name: str, stored: str
) -> None:
    """R20: as a request with the file accepts them; the name of the file says what it is."""
    system = clients[SYSTEM]
    given = {**OF_CSV, "contentType": content_type, "fileName": name}
    upload_id = await upload(system, csv_file(row("s-1")), **given)
    assert (await begin_import(system, upload_id))["errors"] == []
    assert await query(environment, "SELECT content_type FROM stored_file") == [stored]


async def test_what_is_strange_about_a_file_is_said(clients: Clients, environment: Environment) -> None:
    """R20: columns that are ignored, an end that may be cut off, and a source that nobody has used."""
    system = clients[SYSTEM]
    content = csv_file(f"{row('s-1')},x", header=f"{HEADER},note").rstrip()
    begun = (await post_file(system, content)).json()
    assert begun["notices"] == [new_source_sentence("till")]
    await run_due(environment, JOBS, 60)
    cut = "The last line has no line break, so the file may be cut off: compare its end with the source."
    sentence = f"1 sale was recorded. {cut}"
    shown = (await system.http.get(begun["url"], headers=system.headers)).json()
    assert (shown["isCut"], shown["ignoredColumns"], shown["summary"]) == (True, ["note"], sentence)
    found = (await system.send(document("vendor/ImportResult"), id=begun["importId"])).data["import"]
    assert (found["isCut"], found["ignoredColumns"], found["summary"]) == (True, ["note"], sentence)
    notified = (await system.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    assert notified == [{"message": f"Import of “sales.csv” for “till”: {sentence}"}]
    assert (await post_file(system, content)).json()["notices"] == []
