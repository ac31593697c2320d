"""Files of sales over HTTP: uploaded or sent in one request, imported, followed, and read (R20, R25)."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.database import Database
from domain.failures import InvalidInput
from domain.imports.facts import COLUMNS_LIMIT
from domain.imports.sentences import new_source_sentence
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.files import senders
from graphql_api.files.storage import FileStorage
from graphql_api.imports.rejections import rejection_of as rejection_of_error
from resolvers.imports.jobs import JOBS
from resolvers.imports.receive_sales import ReceiveSales, allow_sales
from resolvers.imports.start_import import ImportOptions
from tests.fixtures import LiveServer
from tests.support.client import Clients
from tests.support.files import begin as begin_upload
from tests.support.files import rejection_of, upload
from tests.support.imports import HEADER, OF_CSV, begin_import, csv_file, post_file, read_import, row, send_import
from tests.support.jobs import query, run_due
from tests.support.sales import NOW, sale
from tests.support.sockets import until
from tests.support.unchanged import nothing_changes
from tests.support.world import World

SYSTEM, MANAGER = Role.INTEGRATION, Role.PROGRAM_MANAGER
NOTIFICATIONS = "{ viewer { notifications { nodes { message } } } }"
GZIP = "The file is compressed with gzip. Unpack it, or save it as CSV, and import the text."


async def test_an_uploaded_file_is_imported(clients: Clients, environment: Environment) -> None:
    """R20: the owner reads what became of the file, and downloads it and its rejected rows by links."""
    system = clients[SYSTEM]
    content = csv_file(row("s-1"), row("s-2", "NO-1"), row("s-3"))
    payload = await begin_import(system, await upload(system, content, **OF_CSV))
    assert payload["errors"] == []
    assert (payload["import"]["status"], payload["import"]["summary"]) == ("QUEUED", "Waiting to start")
    await run_due(environment, JOBS, 60)
    shown = await read_import(system, payload["import"]["id"])
    assert (shown["status"], shown["phase"], shown["percent"]) == ("SUCCEEDED", "FINISHED", 100)
    assert (shown["format"], shown["encoding"], shown["delimiter"], shown["isCut"]) == ("CSV", "UTF-8", ",", False)
    assert (shown["recorded"], shown["rejected"], shown["pointsPosted"], shown["linesRead"]) == (2, 1, 60, 4)
    assert (
        shown["summary"]
        == "2 sales were recorded and 1 was rejected. The file of rejected rows says why: correct it and import it."
    )
    rejected = await system.http.get(shown["rejectedFile"]["url"])
    assert rejected.text.splitlines()[1].startswith("3,s-2,")
    assert (await system.http.get(shown["file"]["url"])).content == content
    stolen = await system.http.get(shown["rejectedFile"]["url"], headers=clients[Role.VENDOR].headers)
    assert (stolen.status_code, stolen.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    notified = (await system.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    assert notified == [{"message": f"Import of “march.csv” for “till”: {shown['summary']}"}]


async def test_lines_of_json_are_uploaded_too(clients: Clients, environment: Environment) -> None:
    """A manager imports like a connected system, for a source of their own."""
    manager = clients[MANAGER]
    content = json.dumps(sale("s-1")).encode() + b"\n"
    of_json = {"fileName": "march.ndjson", "contentType": "application/x-ndjson", "purpose": "SALES_IMPORT"}
    payload = await begin_import(manager, await upload(manager, content, **of_json), source="desk")
    await run_due(environment, JOBS, 60)
    shown = await read_import(manager, payload["import"]["id"])
    assert (shown["status"], shown["format"], shown["recorded"]) == ("SUCCEEDED", "NDJSON", 1)


async def test_an_import_begins_once(clients: Clients, environment: Environment) -> None:
    """N6: the same key answers with the first import; a used upload, and another input, are errors."""
    system = clients[SYSTEM]
    upload_id = await upload(system, csv_file(row("s-1")), **OF_CSV)
    first = await begin_import(system, upload_id)
    assert await begin_import(system, upload_id) == first
    (other,) = (await begin_import(system, upload_id, dryRun=True))["errors"]
    assert (other["code"], other["path"]) == ("IDEMPOTENCY_MISMATCH", ["input", "idempotencyKey"])
    (used,) = (await begin_import(system, upload_id, idempotencyKey="k-2"))["errors"]
    assert used["message"] == "The upload of “march.csv” was used before. Upload the file again."
    assert await query(environment, "SELECT count(*) FROM sales_import") == [1]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"source": " "}, "The source is missing."),
        ({"source": "x" * 121}, None),
        ({"idempotencyKey": ""}, None),
        ({"uploadId": "upl_x"}, "This upload does not exist."),
    ],
)
async def test_an_import_with_bad_input_does_not_begin(
    clients: Clients, database_url: str, changed: dict[str, Any], message: str | None
) -> None:
    """It changes nothing, and the upload can be used again."""
    system = clients[SYSTEM]
    upload_id = await upload(system, csv_file(row("s-1")), **OF_CSV)
    async with nothing_changes(database_url):
        payload = await begin_import(system, upload_id, **changed)
    (error,) = payload["errors"]
    assert error["path"] == ["input", next(iter(changed))]
    assert message in {None, error["message"]}


async def test_a_source_of_another_account_is_refused_before_the_file(
    clients: Clients, environment: Environment, database_url: str
) -> None:
    """R25: by the mutation and by the request."""
    await send_import(clients[SYSTEM], environment, csv_file(row("s-1")))
    manager = clients[MANAGER]
    upload_id = await upload(manager, csv_file(row("s-2")), **OF_CSV)
    expected = "The source “till” belongs to another account."
    async with nothing_changes(database_url):
        (error,) = (await begin_import(manager, upload_id))["errors"]
        assert error["message"].startswith(expected)
        status, code, sentence = rejection_of(await post_file(manager, csv_file(row("s-2"))))
    assert (status, code, sentence.startswith(expected)) == (422, "DUPLICATE", True)


async def test_a_file_is_imported_with_one_request(clients: Clients, environment: Environment) -> None:
    """R20: the answer names the import and where to read it; the same key answers the same."""
    system = clients[SYSTEM]
    headers = {"Idempotency-Key": "k-1", "Content-Type": "text/csv; charset=utf-8"}
    content = csv_file(row("s-1"), row("s-1"), row("s-2"))
    answer = await post_file(system, content, "source=till&fileName=march", **headers)
    assert answer.status_code == 202
    begun = answer.json()
    notice = new_source_sentence("till")
    expected = {"importId": begun["importId"], "status": "QUEUED", "url": answer.headers["location"]}
    assert begun == {**expected, "notices": [notice]}
    assert (await post_file(system, content, "source=till&fileName=march", **headers)).json() == begun
    await run_due(environment, JOBS, 60)
    read = (await system.http.get(begun["url"], headers=system.headers)).json()
    assert read.pop("filesKeptUntil")[:10] == (NOW + timedelta(days=90)).date().isoformat()
    assert read == {
        "importId": begun["importId"],
        "status": "SUCCEEDED",
        "phase": "FINISHED",
        "percent": 100,
        "source": "till",
        "fileName": "march.csv",
        "dryRun": False,
        "summary": "2 sales were recorded.",
        "linesRead": 4,
        "isCut": False,
        "ignoredColumns": [],
        "recorded": 2,
        "corrected": 0,
        "duplicates": 0,
        "conflicts": 0,
        "parked": 0,
        "rejected": 0,
        "pointsPosted": 90,
        "rejectedUrl": None,
        "error": None,
    }
    assert (await read_import(system, begun["importId"]))["file"]["name"] == "march.csv"


async def test_a_body_of_unknown_length_is_streamed(clients: Clients, environment: Environment) -> None:
    """R20: in pieces of any size, UTF-16 and semicolons too; a dry run records nothing."""
    rows = [f"{row(f's-{number}')},{'x' * 1_000}" for number in range(300)]
    text = csv_file(*rows, header=f"{HEADER},note").decode().replace(",", ";")
    content = b"\xff\xfe" + text.encode("utf-16-le")

    async def pieces() -> Any:
        for start in range(0, len(content), 50_001):
            yield content[start : start + 50_001]

    shown = await send_import(clients[SYSTEM], environment, pieces(), "source=till&dryRun=true&park=true")
    assert (shown["encoding"], shown["delimiter"], shown["park"], shown["dryRun"]) == ("UTF-16LE", ";", True, True)
    assert shown["summary"] == "300 sales would be recorded. Nothing was changed."
    assert (shown["ignoredColumns"], shown["file"]["byteSize"]) == (["note"], len(content))
    assert await query(environment, "SELECT count(*) FROM sale") == [0]


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        ("", {}, (400, "Name the source of the sales: POST /imports/sales?source=till.")),
        ("source=", {}, (422, "The source is missing.")),
        ("source=a&source=b", {}, (400, "The parameter source is given more than once. Keep one of them.")),
        ("source=a&dryRun=yes", {}, (400, "Write dryRun=true or dryRun=false.")),
        (
            "source=a&dry=true",
            {},
            (400, "There is no parameter “dry”. The parameters are source, dryRun, park and fileName."),
        ),
        (
            "source=a&fileName=a/b.csv",
            {},
            (422, "The name of the file contains a slash. Send its name without folders."),
        ),
        (
            "source=a",
            {"Content-Encoding": "gzip"},
            (415, "The body is compressed (gzip). Send the text itself."),
        ),
        (
            "source=a",
            {"Content-Type": "image/png"},
            (415, "Sales are text/csv or application/x-ndjson, not image/png."),
        ),
        (
            "source=a",
            {"Content-Type": "multipart/form-data; boundary=x"},
            (
                415,
                "Send the file itself as the body, not as a part of a form: curl --data-binary @sales.csv, not -F.",
            ),
        ),
        ("source=a", {"Authorization": ""}, (401, "Send the credential as “Authorization: Bearer …”.")),
    ],
)
async def test_a_request_that_is_none_is_answered_with_a_sentence(
    clients: Clients, database_url: str, query: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """Nothing is stored."""
    async with nothing_changes(database_url):
        status, _, message = rejection_of(await post_file(clients[SYSTEM], csv_file(row()), query, **headers))
    assert (status, message) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "The file is empty. Export the sales again."),
        (b"\x1f\x8b\x08\0\0\0\0\0", GZIP),
        (csv_file(), "The file has a header and no rows below it. Export the sales again."),
        (
            csv_file(row(), header=HEADER.replace("sku", "article")),
            "The header has no column sku. Add it, or correct its name.",
        ),
        (
            csv_file(header=",".join(f"c{number}" for number in range(10_000))),
            f"The header has 10,000 columns; at most {COLUMNS_LIMIT} are allowed.",
        ),
        (b"[" + json.dumps(sale()).encode() + b"]", "The file is one JSON array."),
        ("é".join(csv_file(row()).decode().splitlines()).encode("latin-1"), "Line 1 is not text in UTF-8."),
    ],
)
async def test_a_file_of_another_kind_is_refused_when_it_arrives(
    clients: Clients, database_url: str, content: bytes, expected: str
) -> None:
    """R20: with the sentence of the import, by one request and by an upload, and nothing is stored."""
    system = clients[SYSTEM]
    async with nothing_changes(database_url):
        status, code, message = rejection_of(await post_file(system, content))
    assert (status, code, message[: len(expected)]) == (422, "INVALID", expected)
    if content:
        _, url = await begin_upload(system, content, **OF_CSV)
        status, code, message = rejection_of(await system.http.put(url, content=content))
        assert (status, code, message[: len(expected)]) == (422, "INVALID", expected)


async def test_other_methods_and_unknown_imports_have_a_sentence(clients: Clients, world: World) -> None:
    """R25: an import of another account is like an unknown one."""
    system, ecp = clients[SYSTEM], clients[Role.ECP]
    for method, path, allowed in (("PUT", "", "POST"), ("PUT", "/imp_x", "GET, DELETE")):
        answer = await system.http.request(method, f"/imports/sales{path}?source=till", headers=system.headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    status, code, message = rejection_of(await system.http.get("/imports/sales/imp_x", headers=system.headers))
    assert (status, code, message) == (404, "NOT_FOUND", "You have no import with this ID.")
    status, code, message = rejection_of(await system.http.delete("/imports/sales/imp_x", headers=system.headers))
    assert (status, code, message) == (404, "NOT_FOUND", "You have no import with this ID.")
    status, code, _ = rejection_of(await post_file(ecp, csv_file(row())))
    assert (status, code) == (403, "FORBIDDEN")
    status, code, _ = rejection_of(await post_file(clients.anonymous, csv_file(row())))
    assert (status, code) == (401, "UNAUTHENTICATED")


async def test_the_limits_of_uploads_hold(
    clients: Clients, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: bytes of a day before the first byte, and the size of a file also where nobody announced it."""
    system = clients[SYSTEM]
    await upload(system, csv_file(row("s-1")), **OF_CSV)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE upload SET byte_size = 10 * 1024::bigint ^ 3 - 100"))
    async with nothing_changes(database_url):
        status, code, message = rejection_of(await post_file(system, csv_file(row("s-2"))))
    assert (status, code) == (429, "LIMIT_EXCEEDED")
    assert message.startswith("Accounts can upload 10,240 MB in 24 hours, and you have 100 bytes left.")

    async def pieces() -> Any:
        for _ in range(10):
            yield csv_file(row("s-2"))

    async with nothing_changes(database_url):
        status, code, message = rejection_of(await post_file(system, pieces()))
    assert (status, code) == (413, "LIMIT_EXCEEDED")
    assert message == "The file has more than the 100 bytes that you may send now. Split it, or send it later."


async def test_a_file_larger_than_any_is_refused(environment: Environment, world: World) -> None:
    """R20: by its announced size."""
    operation = environment.operation(world.viewer(SYSTEM))
    command = ReceiveSales("march.csv", ImportOptions("till"))
    with pytest.raises(InvalidInput, match="a file of sales may have at most 4,096 MB") as rejected:
        await allow_sales(operation, command, 2**32 + 1)
    assert rejection_of_error(rejected.value).status == 413


async def test_a_request_that_breaks_off_imports_nothing(
    live_server: LiveServer, clients: Clients, database_url: str, storage: FileStorage
) -> None:
    """R20: half a file is no file; its bytes are gone."""
    content = csv_file(*[row(f"s-{number}") for number in range(5_000)])
    others = set(storage.spool.ids())
    async with nothing_changes(database_url):
        host, port = live_server.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /imports/sales?source=till HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(content)}\r\n"
        credential = clients[SYSTEM].headers["Authorization"]
        writer.write(f"{head}authorization: {credential}\r\n\r\n".encode() + content[: len(content) // 2])
        await writer.drain()
        await until(lambda: set(storage.spool.ids()) > others)
        writer.close()
        await until(lambda: set(storage.spool.ids()) == others)
        del reader


async def test_an_account_leaves_room_for_others(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    """R20: it sends a few files at once, and nothing is kept of another one."""
    monkeypatch.setattr(senders, "CONCURRENT_OF_ACCOUNT", 0)
    answer = await post_file(clients[SYSTEM], csv_file(row("s-1")))
    message = "You are sending 0 files at the moment. Wait until one of them has arrived."
    assert rejection_of(answer) == (429, "LIMIT_EXCEEDED", message)
    assert answer.headers["retry-after"] == "5"
    assert (await clients[SYSTEM].send("{ imports(first: 1) { totalCount } }")).data["imports"]["totalCount"] == 0


async def test_an_import_is_canceled_with_a_request(
    clients: Clients, environment: Environment, database_url: str
) -> None:
    """R20: once; a system cancels no import of a manager."""
    system = clients[SYSTEM]
    url = (await post_file(system, csv_file(row("s-1")))).json()["url"]
    theirs = (await post_file(clients[MANAGER], csv_file(row("s-2")), "source=desk")).json()["url"]
    read = await system.http.delete(url, headers=system.headers)
    assert (read.status_code, read.json()["status"]) == (200, "CANCELED")
    assert await run_due(environment, []) == 0
    async with nothing_changes(database_url):
        status, code, message = rejection_of(await system.http.delete(url, headers=system.headers))
        assert (status, code) == (409, "ILLEGAL_STATE")
        assert message == "This import was already canceled. There is nothing to cancel."
        status, code, _ = rejection_of(await system.http.delete(theirs, headers=system.headers))
        assert (status, code) == (404, "NOT_FOUND")
