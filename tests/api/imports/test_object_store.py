"""Files of sales in an object store: sent, imported, and downloaded like those in a folder (R20, R16)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from db.database import Database
from domain.permissions import Role
from graphql_api.app import storage_of
from graphql_api.context import Environment
from graphql_api.settings import Settings
from resolvers.imports.jobs import JOBS
from tests.fixtures import LiveServer
from tests.support.application import application_url
from tests.support.client import Client, Clients, http_client
from tests.support.clock import TestClock
from tests.support.files import rejection_of, upload
from tests.support.imports import OF_CSV, begin_import, csv_file, post_file, read_import, row, send_import
from tests.support.jobs import query, run_due
from tests.support.s3_server import BUCKET, S3Server, client_settings, running_s3
from tests.support.unchanged import nothing_changes
from tests.support.world import World

CONTENT = csv_file(row("s-1"), row("s-2", "NO-1"), row("s-3"))


class Desk(NamedTuple):
    """A connected system at a server whose files are in an object store, and a worker of it."""

    store: S3Server
    system: Client
    environment: Environment


@pytest.fixture
async def desk(  # noqa: PLR0913, PLR0917 - the parts of a server
    database_url: str,
    settings: Settings,
    world: World,
    clock: TestClock,
    environment: Environment,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Desk]:
    """A server with an object store of its own."""
    async with running_s3() as (store, address):
        for name, value in client_settings(address).items():
            monkeypatch.setenv(name, value)
        elsewhere = settings.model_copy(update={"files": f"s3://{BUCKET}/imports"})
        # A server closes its database when it stops.
        own = await Database.connect(application_url(database_url), pool_size=4, statement_timeout=300)
        live = LiveServer(own, elsewhere)
        async with live.running(), http_client(live.address) as http:
            live.clock = clock
            system = Clients(http, world, elsewhere)[Role.INTEGRATION]
            yield Desk(store, system, replace(environment, files=storage_of(elsewhere)))


async def test_a_file_is_imported_from_an_object_store(desk: Desk) -> None:
    """R20: by one request and by an upload; the file and the rejected rows are objects, and download by links."""
    shown = await send_import(desk.system, desk.environment, CONTENT)
    assert (shown["status"], shown["recorded"], shown["rejected"]) == ("SUCCEEDED", 2, 1)
    assert len(desk.store.objects) == 2
    assert CONTENT in [content for content, _ in desk.store.objects.values()]
    assert (await desk.system.http.get(shown["file"]["url"])).content == CONTENT
    rejected = (await desk.system.http.get(shown["rejectedFile"]["url"])).text
    assert rejected.splitlines()[1].startswith("3,s-2,")
    payload = await begin_import(desk.system, await upload(desk.system, CONTENT + b"\n", **OF_CSV))
    await run_due(desk.environment, JOBS, 60)
    again = await read_import(desk.system, payload["import"]["id"])
    assert (again["status"], again["duplicates"], again["rejected"]) == ("SUCCEEDED", 2, 1)
    assert (await desk.system.http.get(again["rejectedFile"]["url"])).text == rejected


async def test_an_object_store_that_is_away_is_waited_for(desk: Desk, clock: TestClock, database_url: str) -> None:
    """R20, N6: no file is taken meanwhile, and an import that needs its file is tried again."""
    import_id = (await post_file(desk.system, CONTENT)).json()["importId"]
    desk.store.fails = True
    async with nothing_changes(database_url):
        status, code, _ = rejection_of(await post_file(desk.system, CONTENT + b"\n"))
    assert (status, code) == (503, "SERVICE_UNAVAILABLE")
    await run_due(desk.environment, JOBS, 60)
    waiting = await read_import(desk.system, import_id)
    assert (waiting["status"], waiting["recorded"]) == ("QUEUED", 0)
    assert waiting["error"] is not None
    desk.store.fails = False
    clock.advance(seconds=60)
    await run_due(desk.environment, JOBS, 60)
    done = await read_import(desk.system, import_id)
    assert (done["status"], done["recorded"], done["rejected"]) == ("SUCCEEDED", 2, 1)
    assert await query(desk.environment, "SELECT count(*) FROM sales_import") == [1]
