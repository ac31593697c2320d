"""Uploads in any parts, with any interruption, end in the same content (R16)."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.database import Database
from domain.permissions import Role
from domain.requests import DatabaseUnavailable
from graphql_api.files.spool import Spool
from tests.support.client import Clients
from tests.support.files import begin, offset_of, part, png, rows_left

CONTENT = png(30, 30)
SIZE = len(CONTENT)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
CUTS = [[], [1], [SIZE - 1], [7, 8, 9], [100, 500, SIZE - 3], [SIZE // 2]]


@pytest.mark.parametrize("cuts", CUTS)
async def test_parts_of_any_size_make_the_file(clients: Clients, database: Database, cuts: list[int]) -> None:
    """R16: before each part, a client that knows nothing asks where to go on."""
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    status = 0
    for end in (*cuts, SIZE):
        first, finished = await offset_of(http, url)
        assert not finished
        response = await http.put(url, **part(CONTENT, first, end))
        status = response.status_code
        assert status == (201 if end == SIZE else 202), response.text
        # What was sent once is not taken again.
        again = await http.put(url, **part(CONTENT, first, end))
        assert again.status_code == 409
    assert (await offset_of(http, url)) == (SIZE, True)
    assert await rows_left(database) == (1, 1)


async def test_a_whole_file_replaces_parts(clients: Clients) -> None:
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    await http.put(url, **part(CONTENT, 0, 50))
    response = await http.put(url, content=CONTENT)
    assert (response.status_code, response.json()["sha256"]) == (201, DIGEST)


async def test_an_upload_whose_end_was_interrupted_is_finished_without_bytes(clients: Clients) -> None:
    """All bytes are there, and the server stopped before it stored the file."""
    _, url = await begin(clients[Role.ADMIN], CONTENT)
    http = clients.anonymous.http
    await http.put(url, **part(CONTENT, 0, 50))
    nothing_more = {"Content-Range": f"bytes */{SIZE}"}
    unfinished = await http.put(url, headers=nothing_more)
    assert (unfinished.status_code, unfinished.json()["offset"]) == (202, 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphql_api.files.uploads.finish_upload", _out_of_order)
        assert (await http.put(url, **part(CONTENT, 50, SIZE))).status_code == 503
    assert await offset_of(http, url) == (SIZE, False)
    response = await http.put(url, headers=nothing_more)
    assert (response.status_code, response.json()["sha256"]) == (201, DIGEST)


async def _out_of_order(*_given: object) -> None:
    raise DatabaseUnavailable


@given(st.binary(min_size=1, max_size=3000), st.data())
@settings(max_examples=60)
def test_any_parts_and_restarts_give_the_hash_of_what_is_on_disk(content: bytes, data: st.DataObject) -> None:
    """Each part comes to a process that may know nothing of those before it."""
    with TemporaryDirectory() as folder:
        _send_in_parts(Spool(Path(folder)), content, data)


def _send_in_parts(spool: Spool, content: bytes, data: st.DataObject) -> None:
    key = uuid4()
    position = 0
    while position < len(content):
        end = data.draw(st.integers(position + 1, len(content)))
        with spool.open(key) as spooled:
            assert spooled.size == position
            spooled.resume()
            if data.draw(st.booleans()):
                spooled.append(b"lost")
                spooled.cut(position)
                continue
            for chunk in (content[position:end][: end // 2], content[position:end][end // 2 :]):
                spooled.append(chunk)
            digest = spooled.finish()
            assert spooled.path.read_bytes() == content[:end]
            assert digest == hashlib.sha256(content[:end]).digest()
        position = end
    spool.discard(key)
    assert spool.size(key) == 0
