"""Files of sales over HTTP: uploaded or sent in one request, imported, followed, and read (R20, R25)."""

from typing import Any

from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports.jobs import JOBS
from tests.support.client import Client, Clients, document
from tests.support.files import upload
from tests.support.imports import csv_file, row
from tests.support.jobs import run_due

SYSTEM = Role.INTEGRATION


async def begin(client: Client, upload_id: str, **changed: Any) -> dict[str, Any]:
    """The payload of `importSales`."""
    given = {"uploadId": upload_id, "source": "till", "idempotencyKey": "k-1", **changed}
    payload: dict[str, Any] = (await client.send(document("portal/ImportSales"), input=given)).data["importSales"]
    return payload


async def detail(client: Client, import_id: str) -> dict[str, Any]:
    """An import, as the portal shows it."""
    return dict((await client.run("ImportDetail", id=import_id))["import"])


async def test_an_uploaded_file_is_imported(clients: Clients, environment: Environment) -> None:
    system = clients[SYSTEM]
    content = csv_file(row("s-1"), row("s-2", "NO-1"), row("s-3"))
    upload_id = await upload(system, content, fileName="march.csv", contentType="text/csv", purpose="SALES_IMPORT")
    payload = await begin(system, upload_id)
    assert payload["errors"] == []
    assert (payload["import"]["status"], payload["import"]["summary"]) == ("QUEUED", "Waiting to start")
    await run_due(environment, JOBS, 60)
    shown = await detail(system, payload["import"]["id"])
    assert (shown["status"], shown["percent"], shown["recorded"], shown["rejected"]) == ("SUCCEEDED", 100, 2, 1)
    assert shown["summary"] == "2 sales were recorded and 1 was rejected. The file of rejected rows says why."
    rejected = await system.http.get(shown["rejectedFile"]["url"])
    assert rejected.status_code == 200
    assert rejected.text.splitlines()[1].startswith("3,s-2,")
    original = await system.http.get(shown["file"]["url"])
    assert original.content == content


async def test_a_file_is_imported_with_one_request(clients: Clients, environment: Environment) -> None:
    system = clients[SYSTEM]
    answer = await system.http.post("/imports/sales?source=till", content=csv_file(row("s-1")), headers=system.headers)
    assert answer.status_code == 202, answer.text
    await run_due(environment, JOBS, 60)
    read = await system.http.get(answer.json()["url"], headers=system.headers)
    assert (read.json()["status"], read.json()["recorded"]) == ("SUCCEEDED", 1)
