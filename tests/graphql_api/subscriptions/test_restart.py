"""A restart of PostgreSQL under load: clients are asked to retry, and live streams lose nothing."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from db.database import Database
from db.embedded.application import ROLE
from db.embedded.server import EmbeddedPostgres
from domain.node_kinds import NodeKind
from graphql_api.context import Environment
from graphql_api.settings import Settings
from migrations import run as migrations
from tests.fixtures import LiveServer
from tests.support.client import Clients, gid, http_client
from tests.support.databases import QUICK
from tests.support.factories.schemes import SchemeFactory
from tests.support.sockets import connected
from tests.support.world import build_world

pytestmark = pytest.mark.long

FOLLOW = "subscription ($id: ID!) { schemeActivity(schemeId: $id) { activity { id } } }"
ADD = "mutation ($input: SchemeParticipantInput!) { addSchemeParticipant(input: $input) { errors { code } } }"
REMOVE = "mutation ($input: SchemeParticipantInput!) { removeSchemeParticipant(input: $input) { errors { code } } }"
ACTIVITY = "query ($id: ID!) { schemeActivity(schemeId: $id, first: 200) { nodes { id kind } } }"


@pytest.fixture
def postgres(tmp_path: Path) -> EmbeddedPostgres:
    """A server of the test's own, to be restarted."""
    return EmbeddedPostgres(tmp_path / "postgres", QUICK)


@pytest.fixture
async def own_database(postgres: EmbeddedPostgres) -> AsyncIterator[Database]:
    """A migrated database on it."""
    url = await asyncio.to_thread(postgres.start, keep=True)
    await asyncio.to_thread(migrations.upgrade, url, application=ROLE)
    database = await Database.connect(postgres.for_application(url), pool_size=4)
    yield database
    await database.close()
    await asyncio.to_thread(postgres.remove)


@pytest.fixture
def hub() -> None:
    """No shared server: the test runs its own."""


@pytest.fixture
def complaints() -> None:
    """Not checked: the test restarts PostgreSQL, which is logged."""


async def test_a_restart_under_load_loses_no_event(
    own_database: Database, postgres: EmbeddedPostgres, settings: Settings
) -> None:
    environment = Environment(database=own_database)
    world = await build_world(environment)
    live = LiveServer(own_database, settings)
    async with live.running(), http_client(live.address) as http:
        clients = Clients(http, world, settings)
        scheme_id = gid(NodeKind.SCHEME, await SchemeFactory(environment, world).created())
        answers: Counter[str] = Counter()
        async with connected(live.address, clients["PROGRAM_MANAGER"]) as socket:
            following = await socket.subscribe(FOLLOW, id=scheme_id)
            loads = [asyncio.create_task(_work(clients, scheme_id, answers)) for _ in range(4)]
            await asyncio.sleep(0.3)
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(postgres.start, keep=True)
            await asyncio.sleep(1.5)
            for load in loads:
                load.cancel()
            await asyncio.gather(*loads, return_exceptions=True)
            stored = await _stored(clients, scheme_id)
            seen: list[str] = []
            async with asyncio.timeout(90):
                while not stored <= set(seen):
                    seen.append((await following.next()).data["schemeActivity"]["activity"]["id"])
    assert len(seen) == len(set(seen))
    assert answers.keys() == {"done", "SERVICE_UNAVAILABLE"}
    assert answers["done"] > 0


async def _work(clients: Clients, scheme_id: str, answers: Counter[str]) -> None:
    """Add and remove a participant repeatedly, ignoring failures."""
    client = clients["PROGRAM_MANAGER"]
    variables = {"schemeId": scheme_id, "accountId": gid(NodeKind.ACCOUNT, clients.world.accounts["second manager"].id)}
    for document in itertools.cycle((ADD, REMOVE)):
        answer = await client.send(document, input=variables)
        answers[answer.codes[0] if "errors" in answer.body else "done"] += 1
        await asyncio.sleep(0.01)


async def _stored(clients: Clients, scheme_id: str) -> set[str]:
    """Return the events after the scheme's creation."""
    answer: Any = await clients["PROGRAM_MANAGER"].send(ACTIVITY, id=scheme_id)
    return {node["id"] for node in answer.data["schemeActivity"]["nodes"] if node["kind"] != "SCHEME_CREATED"}
