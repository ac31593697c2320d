"""Downloads of files by signed links (R16)."""

import hashlib
from uuid import UUID

import pytest
from sqlalchemy import text

from db.database import Database
from domain.links import Link, LinkKind
from domain.permissions import Role
from graphql_api.files.storage import FileStorage
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.files import key_of, png, rejection_of, upload
from tests.support.secrets import LINKS

CONTENT = png(120, 90, shade=7)
SIZE = len(CONTENT)
TAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
SET_LOGO = (
    "mutation ($input: UpdateProgramInput!) { updateProgram(input: $input) { program { logoUrl } errors { code } } }"
)
PROGRAM = "{ program { logoUrl } }"


async def logo_url(clients: Clients, role: Role = Role.ADMIN) -> str:
    """The link to the logo for an account."""
    url: str = (await clients[role].send(PROGRAM)).data["program"]["logoUrl"]
    return url


@pytest.fixture
async def link(clients: Clients) -> str:
    """A link of the administrator to a logo."""
    upload_id = await upload(clients[Role.ADMIN], CONTENT, fileName="Größe.png")
    payload = (await clients[Role.ADMIN].send(SET_LOGO, input={"logoUploadId": upload_id})).data["updateProgram"]
    assert payload["errors"] == []
    url: str = payload["program"]["logoUrl"]
    return url


async def test_a_file_is_downloaded_whole(clients: Clients, link: str) -> None:
    """R16: as an attachment that a browser runs nothing of."""
    response = await clients.anonymous.http.get(link)
    assert (response.status_code, response.content) == (200, CONTENT)
    expected = {
        "content-type": "image/png",
        "content-length": str(SIZE),
        "content-disposition": "attachment; filename=\"Gr__e.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.png",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
        "referrer-policy": "no-referrer",
        "accept-ranges": "bytes",
        "etag": TAG,
    }
    assert {name: response.headers[name] for name in expected} == expected


async def test_the_headers_alone(clients: Clients, link: str) -> None:
    response = await clients.anonymous.http.head(link, headers={"Range": "bytes=0-1"})
    assert (response.status_code, response.content) == (200, b"")
    assert (response.headers["content-length"], response.headers["etag"]) == (str(SIZE), TAG)


@pytest.mark.parametrize(
    ("header", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-99", 10, 100),
        ("bytes=100-", 100, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=0-{SIZE * 2}", 0, SIZE),
    ],
)
async def test_a_range_is_downloaded(clients: Clients, link: str, header: str, first: int, end: int) -> None:
    response = await clients.anonymous.http.get(link, headers={"Range": header, "If-Range": TAG})
    assert (response.status_code, response.content) == (206, CONTENT[first:end])
    assert response.headers["content-range"] == f"bytes {first}-{end - 1}/{SIZE}"
    assert response.headers["content-length"] == str(end - first)


async def test_a_range_behind_the_end_is_not_satisfiable(clients: Clients, link: str) -> None:
    response = await clients.anonymous.http.get(link, headers={"Range": f"bytes={SIZE}-"})
    message = f"The file has {SIZE:,} bytes, and none of them is in this range."
    assert rejection_of(response) == (416, "RANGE_NOT_SATISFIABLE", message)
    assert response.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("headers", [{"Range": "bytes=0-1,5-6"}, {"Range": "bytes=0-1", "If-Range": '"other"'}])
async def test_a_range_that_does_not_apply_gives_the_whole_file(
    clients: Clients, link: str, headers: dict[str, str]
) -> None:
    response = await clients.anonymous.http.get(link, headers=headers)
    assert (response.status_code, response.content) == (200, CONTENT)


async def test_a_client_that_has_the_file_gets_it_not_again(clients: Clients, link: str) -> None:
    response = await clients.anonymous.http.get(link, headers={"If-None-Match": f'"x", {TAG}'})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", TAG)


async def test_every_account_sees_the_logo_with_a_link_of_its_own(clients: Clients, link: str) -> None:
    assert link
    links = {await logo_url(clients, role) for role in Role}
    assert len(links) == len(Role)
    for url in links:
        assert (await clients.anonymous.http.get(url)).content == CONTENT


async def test_a_stolen_link_is_denied_to_another_account(clients: Clients, link: str) -> None:
    """R16."""
    thief, owner = clients[Role.ANALYST], clients[Role.ADMIN]
    response = await thief.http.get(link, headers=thief.headers)
    message = "This link belongs to another account. Request a link of your own."
    assert rejection_of(response) == (403, "FORBIDDEN", message)
    assert (await owner.http.get(link, headers=owner.headers)).content == CONTENT


async def test_a_link_opens_only_as_it_was_signed(clients: Clients, link: str, database: Database) -> None:
    content, _, signature = link.rpartition("/")[2].partition(".")
    http = clients.anonymous.http
    message = "This link is not valid: it is incomplete, or it was changed. Request a new link."
    for altered in (
        content,
        f".{signature}",
        f"{content}x.{signature}",
        f"{content}.{signature[:-1]}",
        "x.y",
    ):
        assert rejection_of(await http.get(f"/files/{altered}")) == (403, "LINK_INVALID", message), altered
    del database


async def test_a_link_expires(clients: Clients, link: str, clock: TestClock) -> None:
    clock.advance(minutes=14, seconds=59)
    assert (await clients.anonymous.http.get(link)).status_code == 200
    clock.advance(seconds=1)
    response = await clients.anonymous.http.get(link)
    assert rejection_of(response) == (410, "LINK_EXPIRED", "This link has expired. Request a new link.")


async def test_a_link_closes_with_its_account(clients: Clients, link: str, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE account SET disabled_at = now() WHERE display_name = 'Admin'"))
    response = await clients.anonymous.http.get(link)
    assert rejection_of(response) == (403, "FORBIDDEN", "The account of this link is disabled.")


async def test_a_file_that_no_object_has_is_visible_to_nobody(
    clients: Clients, clock: TestClock, database: Database
) -> None:
    """R16: not even to the account that uploaded it, and a link to it does not tell whether it exists."""
    upload_id = await upload(clients[Role.ADMIN], CONTENT)
    account = clients.world.accounts[Role.ADMIN].id
    for key in (key_of(upload_id), UUID(int=7)):
        link = Link(
            kind=LinkKind.FILE, id=key, subject_id=key, account_id=account, expires_at=clock.now + LINKS.lifetime
        )
        response = await clients.anonymous.http.get(f"/files/{LINKS.sign(link)}")
        assert rejection_of(response) == (404, "NOT_FOUND", "This file does not exist. Request a new link.")
    del database


async def test_the_link_of_an_earlier_logo_closes(clients: Clients, link: str) -> None:
    newer = await upload(clients[Role.ADMIN], png(3, 3), fileName="new.png")
    await clients[Role.ADMIN].send(SET_LOGO, input={"logoUploadId": newer})
    assert (await clients.anonymous.http.get(link)).status_code == 404
    assert (await clients.anonymous.http.get(await logo_url(clients))).content == png(3, 3)
    document = "{ programActivity(first: 2) { nodes { message changes { setting before after } } } }"
    nodes = (await clients[Role.ADMIN].send(document)).data["programActivity"]["nodes"]
    assert [node["message"] for node in nodes] == [
        "Admin changed the logo from “Größe.png” to “new.png”.",
        "Admin changed the logo from none to “Größe.png”.",
    ]
    assert nodes[0]["changes"] == [{"setting": "logo", "before": "Größe.png", "after": "new.png"}]


async def test_a_content_that_the_store_lost_is_an_error(clients: Clients, link: str, storage: FileStorage) -> None:
    await storage.delete(hashlib.sha256(CONTENT).digest())
    response = await clients.anonymous.http.get(link)
    message = "The store has lost the content of this file. Ask the people who run the server."
    assert rejection_of(response) == (500, "INTERNAL_SERVER_ERROR", message)


async def test_denials_are_entries_of_the_audit_log(clients: Clients, link: str, clock: TestClock) -> None:
    """R16: for administrators, and one for each account in an hour however often it tries."""
    thief, http = clients[Role.ANALYST], clients.anonymous.http
    for _ in range(3):
        assert (await http.get(link, headers=thief.headers)).status_code == 403
    clock.advance(minutes=15)
    for _ in range(2):
        assert (await http.get(link)).status_code == 410
    clock.advance(minutes=50)
    assert (await http.get(link, headers=thief.headers)).status_code == 403
    document = """{ auditLog(filter: {kinds: ["FILE_LINK_DENIED"]}) {
      nodes { sentence actor { displayName } clientAddress } } }"""
    nodes = (await clients[Role.ADMIN].send(document)).data["auditLog"]["nodes"]
    stolen = "Analyst could not download “Größe.png”: the link belongs to Admin."
    assert [node["sentence"] for node in nodes] == [
        stolen,
        "Admin could not download “Größe.png”: the link had expired.",
        stolen,
    ]
    assert {node["clientAddress"] for node in nodes} == {"127.0.0.1"}
