"""One migrated template database, a copy per test worker, and a real server on it."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import hypothesis
import pytest
from sqlalchemy import make_url

from db.database import Database
from db.embedded.server import EmbeddedPostgres
from db.metadata import METADATA
from graphql_api.app import build_app
from graphql_api.context import Environment, utc_now
from graphql_api.serving import StreamingServer, server_config
from graphql_api.settings import Settings
from graphql_api.subscriptions.hub import Hub
from migrations import run as migrations
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, build_world

KEPT = frozenset({"access_version", "event_stream"})
ROOT = Path(__file__).parent.parent
# Test data may be lost with the power, so nothing waits for the disk.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


# The suite draws the same examples every time, on machines of any speed; `make fuzz` draws new ones.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize="TESSERA_FUZZ" not in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: the one that TEST_DATABASE_URL names, or an embedded one that all workers share."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with EmbeddedPostgres(ROOT / ".tessera" / "test-postgres", QUICK).hold() as url:
        yield url


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """A database of this worker's own, copied from the template."""
    name = f"test_{worker_id}_{os.getpid()}"
    template = _template(server_url)
    asyncio.run(_execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", _copy(name, template)))
    yield _named(server_url, name)
    asyncio.run(_execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def own_database(server_url: str, worker_id: str) -> AsyncIterator[tuple[Database, str]]:
    """A database that no server follows, with its address: for tests that lead, cut connections or restore."""
    async with copied_database(server_url, f"own_{worker_id}_{os.getpid()}") as opened:
        yield opened


@pytest.fixture(scope="session")
async def shared_database(database_url: str) -> AsyncIterator[Database]:
    """The open database of this worker."""
    opened = await Database.connect(database_url, pool_size=8, statement_timeout=60)
    yield opened
    await opened.close()


@pytest.fixture
async def database(shared_database: Database, database_url: str) -> AsyncIterator[Database]:
    """The database, empty."""
    yield shared_database
    await empty(database_url)


@pytest.fixture
def clock() -> TestClock:
    """The time of the server; tests move it."""
    return TestClock(datetime(2026, 3, 10, 9, tzinfo=UTC))


@pytest.fixture
async def environment(database: Database, clock: TestClock) -> Environment:
    """What operations are made from."""
    return Environment(database=database, clock=clock)


@pytest.fixture
async def world(environment: Environment) -> World:
    """An account of each role and a small catalog."""
    return await build_world(environment)


@pytest.fixture
def factory(environment: Environment, world: World) -> SchemeFactory:
    """Makes schemes."""
    return SchemeFactory(environment, world)


@pytest.fixture
def ecps(environment: Environment, world: World) -> EcpFactory:
    """Makes ECPs."""
    return EcpFactory(environment, world)


@pytest.fixture
def enrollments(factory: SchemeFactory) -> EnrollmentFactory:
    """Makes schemes that are open, and enrollments in them."""
    return EnrollmentFactory(factory)


@pytest.fixture
def revisions(environment: Environment, factory: SchemeFactory) -> RevisionFactory:
    """Makes revisions of schemes, and lets them take effect."""
    return RevisionFactory(environment, factory)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a development server."""
    # Tests say themselves when revisions take effect.
    data_dir = tmp_path_factory.mktemp("data")
    return Settings(env="dev", data_dir=data_dir, webhook_networks="127.0.0.0/8", revision_interval=86400)


@pytest.fixture(scope="session")
async def live_server(shared_database: Database, settings: Settings) -> AsyncIterator["LiveServer"]:
    """A real server on a real port; its clock can be set."""
    live = LiveServer(shared_database, settings)
    async with live.running():
        yield live


@pytest.fixture
async def clients(
    live_server: "LiveServer", world: World, clock: TestClock, settings: Settings
) -> AsyncIterator[Clients]:
    """Signed-in clients of the real server, one per role."""
    live_server.clock = clock
    async with httpx.AsyncClient(base_url=live_server.address, timeout=30) as http:
        yield Clients(http, world, settings)


class LiveServer:
    """uvicorn in the loop of the tests."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.clock: Any = None
        # With the protocol named, asyncio turns Nagle's algorithm off, as it does for sockets of its own.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self._listener = listener
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = Environment(database=database, clock=self._now)
        app = build_app(settings, environment)
        self.hub: Hub = app.state.hub
        self._server = StreamingServer(server_config(app))

    def _now(self) -> datetime:
        """The time of the test that runs; between tests, the server goes on with the real one."""
        now: datetime = (self.clock or utc_now)()
        return now

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for the length of the block."""
        task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
            await asyncio.sleep(0.01)
        yield
        self._server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def copied_database(server_url: str, name: str) -> AsyncIterator[tuple[Database, str]]:
    """An empty database with this name for the length of the block, open, with its address."""
    template = await asyncio.to_thread(_template, server_url)
    await _execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", _copy(name, template))
    url = _named(server_url, name)
    opened = await Database.connect(url, pool_size=8, statement_timeout=60)
    yield opened, url
    await opened.close()
    await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


# Who may leave triggers out deletes twice as fast.
_WITHOUT_TRIGGERS = """DO $$ BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN SET session_replication_role = replica; END IF;
END $$"""


async def empty(url: str) -> None:
    """Delete every row of every table, but for what makes the stream of events this database's own."""
    tables = [table.name for table in reversed(METADATA.sorted_tables) if table.name not in KEPT]
    # Triggers count what is deleted, too, so counts go right behind it.
    counts = {name: [f"{name}_count"] if f"{name}_count" in tables else [] for name in tables}
    statements = "".join(f'DELETE FROM "{table}";' for name in tables for table in (name, *counts[name]))
    await _execute(url, _WITHOUT_TRIGGERS, statements)


def _template(server_url: str) -> str:
    """The name of a migrated database, made once per state of the migrations."""
    files = sorted((ROOT / "migrations").rglob("*.py"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    name = f"template_{digest}"
    with (ROOT / ".tessera" / "test-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not asyncio.run(_exists(server_url, name)):
            partial = f"{name}_partial"
            asyncio.run(
                _execute(
                    server_url, f"DROP DATABASE IF EXISTS {partial}", f"CREATE DATABASE {partial} TEMPLATE template0"
                )
            )
            migrations.upgrade(_named(server_url, partial))
            asyncio.run(_execute(server_url, f"ALTER DATABASE {partial} RENAME TO {name}"))
    return name


def _copy(name: str, template: str) -> str:
    return f"CREATE DATABASE {name} TEMPLATE {template}"


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


async def _exists(url: str, name: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name))
    finally:
        await connection.close()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
