"""Uploads over HTTP: at once, in parts, and again (R16)."""

import hashlib

from db.database import Database
from domain.permissions import Role
from graphql_api.files.storage import FileStorage
from tests.support.client import Clients
from tests.support.files import begin, key_of, offset_of, part, png, rejection_of, rows_left

CONTENT = png(200, 200)


async def test_a_file_is_uploaded_at_once(clients: Clients, database: Database, storage: FileStorage) -> None:
    """R16: the answer has the SHA-256 of what was stored, and the store has the content under it."""
    upload_id, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    assert await offset_of(http, url) == (0, False)
    response = await http.put(url, content=CONTENT)
    digest = hashlib.sha256(CONTENT)
    assert response.status_code == 201, response.text
    assert response.json() == {
        "sha256": digest.hexdigest(),
        "byteSize": len(CONTENT),
        "contentType": "image/png",
        "fileName": "logo.png",
    }
    assert await offset_of(http, url) == (len(CONTENT), True)
    async with storage.open_path(digest.digest(), len(CONTENT)) as path:
        assert path.read_bytes() == CONTENT
    assert storage.spool.size(key_of(upload_id)) == 0
    assert await rows_left(database) == (1, 1)


async def test_a_file_is_uploaded_in_parts(clients: Clients, database: Database) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    first = await http.put(url, **part(CONTENT, 0, 100))
    assert (first.status_code, first.json()) == (202, {"offset": 100, "byteSize": len(CONTENT)})
    assert await offset_of(http, url) == (100, False)
    last = await http.put(url, **part(CONTENT, 100, len(CONTENT)))
    assert (last.status_code, last.json()["sha256"]) == (201, hashlib.sha256(CONTENT).hexdigest())
    assert await rows_left(database) == (1, 1)


async def test_a_part_at_a_wrong_offset_changes_nothing(clients: Clients, database: Database) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    assert (await http.put(url, **part(CONTENT, 0, 100))).status_code == 202
    for first in (0, 99, 101):
        response = await http.put(url, **part(CONTENT, first, first + 10))
        message = f"The upload has 100 bytes, so the next part begins at byte 100, not at byte {first}."
        assert rejection_of(response) == (409, "UPLOAD_OFFSET", message)
        assert response.headers["upload-offset"] == "100"
    assert await offset_of(http, url) == (100, False)
    assert await rows_left(database) == (1, 0)
