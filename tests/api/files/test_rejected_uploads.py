"""Uploads that are rejected: each denial leaves everything as it was (R16)."""

import asyncio
import errno
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from db.database import Database
from domain.files.facts import UploadLimits
from domain.permissions import Role
from graphql_api.files import receiving, uploads
from graphql_api.files.spool import SpooledUpload
from graphql_api.files.storage import FileStorage
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.files import begin, create, key_of, offset_of, part, png, rejection_of, rows_left, upload

CONTENT = png(60, 60)
SIZE = len(CONTENT)
REMEDY = "Create a new upload."
INVALID = f"This link is not valid: it is incomplete, or it was changed. {REMEDY}"
HIDDEN = "The name of the file contains an invisible character (U+202E, character 4); remove it."
ENDING = "The name of a file of type image/png must end in .png. Rename the file."
DISABLE = "UPDATE account SET disabled_at = now() WHERE display_name = 'Admin'"
LOSE_ROLE = "DELETE FROM account_role WHERE role = 'ADMIN'"


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """A body without Content-Length."""
    for each in parts:
        yield each


async def change(database: Database, statement: str) -> None:
    """Change rows behind the back of the server."""
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


@pytest.mark.parametrize(
    ("changed", "code", "field", "message"),
    [
        ({"fileName": "../logo.png"}, "INVALID", "fileName", None),
        ({"fileName": "a\x01b.png"}, "INVALID", "fileName", None),
        ({"fileName": "gnp\u202elogo.exe"}, "INVALID", "fileName", HIDDEN),
        ({"fileName": "invoice.html"}, "INVALID", "fileName", ENDING),
        ({"fileName": "logo.png.lnk"}, "INVALID", "fileName", ENDING),
        ({"contentType": "text/html"}, "INVALID", "contentType", None),
        ({"contentType": "application/pdf"}, "INVALID", "contentType", None),
        ({"byteSize": 2**21 + 1}, "LIMIT_EXCEEDED", "byteSize", None),
        ({"byteSize": 0}, "INVALID", "byteSize", None),
    ],
)
async def test_an_upload_that_cannot_be_accepted_does_not_begin(  # noqa: PLR0913, PLR0917 - columns of the table
    clients: Clients, database: Database, changed: dict[str, Any], code: str, field: str, message: str | None
) -> None:
    payload = await create(clients[Role.ADMIN], CONTENT, **changed)
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == (code, ["input", field])
    assert message in {None, error["message"]}
    assert (payload["uploadId"], payload["url"], payload["upload"]) == (None, None, None)
    assert await rows_left(database) == (0, 0)


@pytest.mark.parametrize(
    ("role", "purpose", "needed"),
    [
        (Role.DESIGNER, "LOGO", "administrator"),
        (Role.DESIGNER, "MARKETING_MATERIAL", "program manager"),
        (Role.PROGRAM_MANAGER, "ARTWORK", "designer"),
        (Role.ADMIN, "ARTWORK", "designer"),
    ],
)
async def test_a_purpose_has_a_permission_of_its_own(
    clients: Clients, database: Database, role: Role, purpose: str, needed: str
) -> None:
    with pytest.raises(AssertionError) as denied:
        await create(clients[role], CONTENT, purpose=purpose)
    (error,) = denied.value.args[0]
    assert error["message"] == f"Your roles do not allow this. It requires the role {needed}."
    assert await rows_left(database) == (0, 0)


async def test_open_uploads_are_bounded(clients: Clients, database: Database, storage: FileStorage) -> None:
    admin = clients[Role.ADMIN]
    begun = [await begin(admin, CONTENT) for _ in range(UploadLimits().open_per_account)]
    payload = await create(admin, CONTENT)
    message = "You have 20 unfinished uploads. Finish one, or wait until one expires 24 hours after it began."
    assert [(error["code"], error["message"]) for error in payload["errors"]] == [("LIMIT_EXCEEDED", message)]
    assert await rows_left(database) == (20, 0)
    assert (await admin.http.put(begun[0][1], content=CONTENT)).status_code == 201
    assert (await create(admin, CONTENT))["errors"] == []
    # Limits are those of an account.
    await begin(clients[Role.PROGRAM_MANAGER], CONTENT, purpose="MARKETING_MATERIAL")
    del storage


async def test_bytes_of_a_day_are_bounded(clients: Clients, database: Database, clock: TestClock) -> None:
    admin = clients[Role.ADMIN]
    await begin(admin, CONTENT)
    await change(database, "UPDATE upload SET byte_size = 10 * 1024::bigint ^ 3 - 100")
    payload = await create(admin, CONTENT)
    message = (
        "Accounts can upload 10,240 MB in 24 hours, and you have 100 bytes left. "
        "Upload a smaller file, or try again later."
    )
    assert [(error["code"], error["message"]) for error in payload["errors"]] == [("LIMIT_EXCEEDED", message)]
    assert await rows_left(database) == (1, 0)
    clock.advance(hours=24)
    assert (await create(admin, CONTENT))["errors"] == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (CONTENT + b"x", (413, "UPLOAD_TOO_LARGE")),
        (CONTENT[:-1], (400, "UPLOAD_CUT_OFF")),
        (b"", (400, "UPLOAD_CUT_OFF")),
    ],
)
async def test_a_request_of_another_size_is_not_read(
    clients: Clients, database: Database, content: bytes, expected: tuple[int, str]
) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    status, code, message = rejection_of(await http.put(url, content=content))
    assert (status, code) == expected
    size = "0 bytes" if not content else f"{len(content):,} bytes"
    assert message == (
        f"The upload of “logo.png” is for {SIZE:,} bytes, and this request has {size}. "
        "Send the whole file, or name the part in Content-Range."
    )
    assert await offset_of(http, url) == (0, False)
    assert await rows_left(database) == (1, 0)


async def test_a_body_of_unknown_length_stops_at_the_size(clients: Clients, database: Database) -> None:
    """The server enforces the size while it reads."""
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    response = await http.put(url, content=chunks(CONTENT, b"x"))
    message = f"“logo.png” is larger than the {SIZE:,} bytes of its upload. Create an upload of its size."
    assert rejection_of(response) == (413, "UPLOAD_TOO_LARGE", message)
    assert await offset_of(http, url) == (0, False)
    assert await rows_left(database) == (1, 0)
    assert (await http.put(url, content=chunks(CONTENT[:50], CONTENT[50:]))).status_code == 201


async def test_a_body_that_ends_early_can_be_resumed(clients: Clients, database: Database) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    response = await http.put(url, content=chunks(CONTENT[:100]))
    message = (
        f"The request ended after 100 bytes of “logo.png”, which has {SIZE:,} bytes. "
        f"Send the rest with “Content-Range: bytes 100-{SIZE - 1}/{SIZE}”."
    )
    assert rejection_of(response) == (400, "UPLOAD_CUT_OFF", message)
    assert response.headers["upload-offset"] == "100"
    assert await rows_left(database) == (1, 0)
    assert (await http.put(url, **part(CONTENT, 100, SIZE))).json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (
            {"Content-Range": "bytes 0-9"},
            f"Write Content-Range as “bytes 0-99/{SIZE}”, with the positions of the first and last byte.",
        ),
        ({"Content-Range": f"bytes 0-19/{SIZE}"}, "Content-Range names 20 bytes, and Content-Length names 10 bytes."),
    ],
)
async def test_a_part_must_be_named_well(
    clients: Clients, database: Database, headers: dict[str, str], message: str
) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    response = await http.put(url, content=CONTENT[:10], headers=headers)
    assert rejection_of(response) == (400, "BAD_USER_INPUT", message)
    assert await offset_of(http, url) == (0, False)
    assert await rows_left(database) == (1, 0)


async def test_a_part_with_more_bytes_than_it_names_is_forgotten(clients: Clients) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    await http.put(url, **part(CONTENT, 0, 100))
    response = await http.put(
        url, content=chunks(CONTENT[100:150], b"more"), headers={"Content-Range": f"bytes 100-149/{SIZE}"}
    )
    message = "The request has more bytes than its Content-Range says. Send the part again."
    assert rejection_of(response) == (413, "UPLOAD_TOO_LARGE", message)
    assert await offset_of(http, url) == (100, False)
    assert (await http.put(url, **part(CONTENT, 100, SIZE))).json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_another_type_is_rejected_by_its_first_bytes(clients: Clients, database: Database) -> None:
    wrong = b"MZ" + bytes(SIZE - 2)
    _, url = await begin(clients[Role.ADMIN], wrong)
    http = clients.anonymous.http
    message = "“logo.png” is not PNG. Create an upload with the type that the file has."
    sent_as = await http.put(url, content=wrong, headers={"Content-Type": "image/jpeg"})
    assert rejection_of(sent_as) == (415, "UPLOAD_TYPE", message)
    assert await offset_of(http, url) == (0, False)
    assert await rows_left(database) == (1, 0)
    assert rejection_of(await http.put(url, content=wrong)) == (415, "UPLOAD_TYPE", message)
    # The upload can never succeed, so it does not count as unfinished.
    assert await rows_left(database) == (0, 0)
    assert (await http.head(url)).status_code == 404


async def test_a_file_is_inspected_as_a_whole(clients: Clients, database: Database, storage: FileStorage) -> None:
    """The first bytes are right, and the rest is not: nothing is stored, and the upload is gone."""
    broken = CONTENT[:-20] + bytes(20)
    upload_id, url = await begin(clients[Role.ADMIN], broken)
    http = clients.anonymous.http
    status, code, message = rejection_of(await http.put(url, content=broken))
    assert (status, code) == (422, "INVALID")
    assert message.startswith("“logo.png” is ")
    assert await rows_left(database) == (0, 0)
    assert await storage.find(hashlib.sha256(broken).digest()) is None
    assert storage.spool.size(key_of(upload_id)) == 0
    assert (await http.put(url, content=CONTENT)).status_code == 404


async def test_a_finished_upload_takes_no_more(clients: Clients, database: Database) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    assert (await http.put(url, content=CONTENT)).status_code == 201
    for arguments in ({"content": CONTENT}, part(CONTENT, 0, 10)):
        response = await http.put(url, **arguments)
        message = "The upload of “logo.png” is finished. Use it, or create a new upload."
        assert rejection_of(response) == (409, "UPLOAD_FINISHED", message)
    assert await offset_of(http, url) == (SIZE, True)
    assert await rows_left(database) == (1, 1)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_other_methods_are_not_allowed(clients: Clients, method: str) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    response = await clients.anonymous.http.request(method, url)
    message = "Send the file with PUT, or ask with HEAD how much of it has arrived."
    assert rejection_of(response) == (405, "METHOD_NOT_ALLOWED", message)
    assert response.headers["allow"] == "PUT, HEAD"


async def test_a_link_opens_only_as_it_was_signed(clients: Clients, database: Database, storage: FileStorage) -> None:
    """R16: altered and cut links, and links of another kind, open nothing and make no file."""
    upload_id, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    link = url.rpartition("/")[2]
    content, _, signature = link.partition(".")
    altered = [link[:-2], content, f".{signature}", f"{content[:-4]}AAAA.{signature}", "x", "%2e%2e", "a" * 2_000]
    for text_ in altered:
        response = await http.put(f"/uploads/{text_}", content=CONTENT)
        assert rejection_of(response) == (403, "LINK_INVALID", INVALID), text_
    assert (await http.get(f"/files/{link}")).status_code == 403
    assert await rows_left(database) == (1, 0)
    assert storage.spool.size(key_of(upload_id)) == 0


async def test_a_link_expires(clients: Clients, database: Database, clock: TestClock) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    clock.advance(hours=23, minutes=59)
    assert (await http.put(url, **part(CONTENT, 0, 10))).status_code == 202
    clock.advance(minutes=1)
    response = await http.put(url, **part(CONTENT, 10, 20))
    assert rejection_of(response) == (410, "LINK_EXPIRED", f"This link has expired. {REMEDY}")
    assert (await http.head(url)).status_code == 410
    assert await rows_left(database) == (1, 0)


async def test_a_stolen_link_is_denied_to_another_account(clients: Clients, database: Database) -> None:
    """R16: links are the credential, and a credential of another account beside it is a theft."""
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    thief = clients[Role.PROGRAM_MANAGER]
    response = await thief.http.put(url, content=CONTENT, headers=thief.headers)
    message = "This link belongs to another account. Request a link of your own."
    assert rejection_of(response) == (403, "FORBIDDEN", message)
    assert await rows_left(database) == (1, 0)
    owner = clients[Role.ADMIN]
    assert (await owner.http.put(url, content=CONTENT, headers=owner.headers)).status_code == 201


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (DISABLE, "The account of this link is disabled."),
        (LOSE_ROLE, "The account of this link may no longer upload this file. Ask an administrator."),
    ],
)
async def test_a_link_closes_with_the_access_of_its_account(
    clients: Clients, database: Database, statement: str, message: str
) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    await change(database, statement)
    response = await clients.anonymous.http.put(url, content=CONTENT)
    assert rejection_of(response) == (403, "FORBIDDEN", message)
    assert await rows_left(database) == (1, 0)


async def test_an_upload_that_was_deleted_does_not_exist(clients: Clients, database: Database) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    await change(database, "DELETE FROM upload")
    response = await clients.anonymous.http.put(url, content=CONTENT)
    assert rejection_of(response) == (404, "NOT_FOUND", f"This upload does not exist. {REMEDY}")
    assert await rows_left(database) == (0, 0)


async def test_a_process_takes_a_bounded_number_at_once(
    clients: Clients, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CONCURRENT_UPLOADS", 0)
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    response = await clients.anonymous.http.put(url, content=CONTENT)
    message = "The server receives too many uploads at the moment. Try again in a few seconds."
    assert rejection_of(response) == (503, "SERVICE_UNAVAILABLE", message)
    assert response.headers["retry-after"] == "5"
    assert await rows_left(database) == (1, 0)


async def test_of_two_requests_at_once_one_is_denied(
    clients: Clients, database: Database, storage: FileStorage
) -> None:
    """R16: bytes of two requests never mix."""
    upload_id, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield CONTENT[:100]
        began.set()
        await go_on.wait()
        yield CONTENT[100:]

    first = asyncio.create_task(http.put(url, content=slow()))
    await began.wait()
    await until_taken(storage, upload_id)
    response = await http.put(url, content=CONTENT)
    message = "Another request is sending “logo.png”. Wait until it ends."
    assert rejection_of(response) == (409, "UPLOAD_BUSY", message)
    go_on.set()
    assert (await first).status_code == 201
    assert await rows_left(database) == (1, 1)


async def until_taken(storage: FileStorage, upload_id: str) -> None:
    """Wait until a request has the parts of an upload."""
    while key_of(upload_id) not in list(storage.spool.ids()):  # noqa: ASYNC110 - the file system offers no event
        await asyncio.sleep(0.01)


async def test_a_connection_that_breaks_leaves_what_arrived(clients: Clients, database: Database) -> None:
    """What the server has read is kept, and the client sends the rest."""
    content = png(700, 700)
    size, sent = len(content), receiving.BUFFER_BYTES + 50_000
    _, url = await begin(clients[Role.ADMIN], content)
    http = clients.anonymous.http
    address = http.base_url
    _, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(f"PUT {url} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + content[:sent])
    await writer.drain()
    while (await offset_of(http, url))[0] < receiving.BUFFER_BYTES:
        pass
    writer.close()
    await writer.wait_closed()
    while True:
        offset, _ = await offset_of(http, url)
        assert receiving.BUFFER_BYTES <= offset <= sent
        response = await http.put(url, **part(content, offset, size))
        if response.status_code != 409:
            break
    assert response.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert await rows_left(database) == (1, 1)


async def test_a_client_that_stops_sending_is_answered(
    clients: Clients, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrived is kept."""
    monkeypatch.setattr(receiving, "IDLE_TIMEOUT_S", 0.2)
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http

    address = http.base_url
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(f"PUT {url} HTTP/1.1\r\nHost: x\r\nContent-Length: {SIZE}\r\n\r\n".encode() + CONTENT[:1500])
    assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    writer.close()
    await writer.wait_closed()
    assert await offset_of(http, url) == (1500, False)
    assert await rows_left(database) == (1, 0)


async def test_a_full_disk_is_reported(clients: Clients, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    await http.put(url, **part(CONTENT, 0, 100))
    monkeypatch.setattr(SpooledUpload, "append", full)
    response = await http.put(url, **part(CONTENT, 100, 200))
    message = "The server has no room for “logo.png” at the moment. Try again later."
    assert rejection_of(response) == (507, "SERVICE_UNAVAILABLE", message)
    monkeypatch.undo()
    assert await offset_of(http, url) == (100, False)
    assert (await http.put(url, **part(CONTENT, 100, SIZE))).status_code == 201
    assert await rows_left(database) == (1, 1)


async def test_a_use_of_an_upload_that_is_not_ready_changes_nothing(clients: Clients, database: Database) -> None:
    """R16: an upload is used once, for its purpose, by its account, and when it is finished."""
    admin = clients[Role.ADMIN]
    unfinished, _ = await begin(admin, CONTENT)
    poster = await upload(clients[Role.PROGRAM_MANAGER], CONTENT, purpose="MARKETING_MATERIAL")
    used = await upload(admin, CONTENT)
    assert await set_logo(clients, used) == []
    assert await set_logo(clients, used) == [
        ("ILLEGAL_STATE", "The upload of “logo.png” was used before. Upload the file again.")
    ]
    assert await set_logo(clients, unfinished) == [
        ("ILLEGAL_STATE", "The upload of “logo.png” is not finished. Send the rest of the file first.")
    ]
    assert await set_logo(clients, poster) == [("NOT_FOUND", "This upload does not exist.")]
    assert await set_logo(clients, "upl_x") == [("NOT_FOUND", "This upload does not exist.")]
    async with database.engine.connect() as connection:
        logos = await connection.execute(text("SELECT logo_id FROM program"))
        assert list(logos.scalars()) == [key_of(used)]
        taken = await connection.execute(text("SELECT count(used_at) FROM upload"))
        assert list(taken.scalars()) == [1]


async def test_an_upload_must_be_used_before_it_expires(clients: Clients, clock: TestClock) -> None:
    made = await upload(clients[Role.ADMIN], CONTENT)
    clock.advance(hours=24)
    assert await set_logo(clients, made) == [
        ("ILLEGAL_STATE", "The upload of “logo.png” has expired. Upload the file again.")
    ]


async def test_a_file_for_another_purpose_is_not_taken(clients: Clients, database: Database) -> None:
    """An account with both roles uploads a poster and names it as the logo."""
    await change(
        database, "INSERT INTO account_role SELECT id, 'PROGRAM_MANAGER' FROM account WHERE display_name = 'Admin'"
    )
    poster = await upload(clients[Role.ADMIN], CONTENT, purpose="MARKETING_MATERIAL")
    assert await set_logo(clients, poster) == [
        ("INVALID", "“logo.png” was uploaded as marketing material. Upload it again as a logo.")
    ]


async def set_logo(clients: Clients, upload_id: str) -> list[tuple[str, str]]:
    """The errors of `updateProgram` with a logo."""
    answer = await clients[Role.ADMIN].send(
        "mutation ($input: UpdateProgramInput!) { updateProgram(input: $input) { errors { code message path } } }",
        input={"logoUploadId": upload_id},
    )
    errors = answer.data["updateProgram"]["errors"]
    assert all(error["path"] == ["input", "logoUploadId"] for error in errors)
    return [(error["code"], error["message"]) for error in errors]
