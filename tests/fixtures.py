"""The fixtures: one migrated template database, a copy per test worker, and a real server on it."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import hypothesis
import pytest

from db.database import Database
from db.embedded.server import EmbeddedPostgres
from graphql_api.app import build_app
from graphql_api.context import Environment, utc_now
from graphql_api.files.storage import FileStorage, open_storage
from graphql_api.serving import StreamingServer, server_config
from graphql_api.settings import Settings
from graphql_api.subscriptions.hub import Hub
from resolvers.files.tasks import queue_deletion
from schema.build import LEADER_TASKS
from tests.support.application import application_url
from tests.support.client import Clients, http_client
from tests.support.clock import TestClock
from tests.support.closing import ClosingEnvironment
from tests.support.databases import QUICK, ROOT, Cleaner, close, copied_database, copied_url
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.files import inspect_here
from tests.support.remembered import RememberingDatabase
from tests.support.secrets import COUPON_KEYS, COUPON_KEYS_SETTING, LINK_SECRET_SETTING, LINKS
from tests.support.world import World, restore_world

# The suite draws the same examples every time, on machines of any speed; `make fuzz` draws new ones.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize="TESSERA_FUZZ" not in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _no_jobs_of_the_server() -> Iterator[None]:
    """Leading servers queue no jobs of their own, so that a test has only the rows that it makes."""
    kept = tuple(task for task in LEADER_TASKS if task.run is not queue_deletion)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphql_api.jobs.leader_tasks.LEADER_TASKS", kept)
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: the one that TEST_DATABASE_URL names, or an embedded one that all workers share."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with EmbeddedPostgres(ROOT / ".tessera" / "test-postgres", QUICK).hold() as url:
        yield url


@pytest.fixture(scope="session")
async def database_url(server_url: str, worker_id: str) -> AsyncIterator[str]:
    """A database of this worker's own, copied from the template."""
    async with copied_url(server_url, f"test_{worker_id}_{os.getpid()}") as url:
        yield url


@pytest.fixture
async def own_database(server_url: str, worker_id: str) -> AsyncIterator[tuple[Database, str]]:
    """A database that no server follows, with its address: for tests that lead, cut connections or restore."""
    async with copied_database(server_url, f"own_{worker_id}_{os.getpid()}") as opened:
        yield opened


@pytest.fixture(scope="session")
async def cleaner(database_url: str) -> AsyncIterator[Cleaner]:
    """Empties the database of this worker."""
    async with Cleaner.connected(database_url) as connected:
        yield connected


@pytest.fixture(scope="session")
async def shared_database(database_url: str, cleaner: Cleaner) -> AsyncIterator[Database]:
    """The open database of this worker, as servers open it: for the application, which owns nothing.

    It watches for connections that tests open, so that of the cleaner is open before.
    """
    opened = await RememberingDatabase.connect(application_url(database_url), pool_size=8, statement_timeout=300)
    with opened.memory.watching():
        yield opened
    await close(opened)


@pytest.fixture
async def database(shared_database: Database, cleaner: Cleaner) -> AsyncIterator[Database]:
    """The database, empty. Every fact that the test stored must be readable."""
    yield shared_database
    try:
        await cleaner.check_stored_facts()
    finally:
        await cleaner.empty()


@pytest.fixture
def clock() -> TestClock:
    """The time of the server; tests move it."""
    return TestClock(datetime(2026, 3, 10, 9, tzinfo=UTC))


@pytest.fixture(scope="session")
def storage(settings: Settings) -> FileStorage:
    """The store of files that operations of tests share with the real server."""
    return open_storage(str(settings.data_dir / "files"), settings.data_dir, settings.file_limits)


@pytest.fixture
async def environment(database: Database, clock: TestClock, storage: FileStorage) -> AsyncIterator[Environment]:
    """The environment of operations, which are closed after the test."""
    made = ClosingEnvironment(database=database, clock=clock, coupon_keys=COUPON_KEYS, links=LINKS, files=storage)
    yield made
    await made.close()


@pytest.fixture
async def world(environment: Environment, cleaner: Cleaner) -> World:
    """An account of each role and a small catalog."""
    return await restore_world(environment, cleaner)


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
async def consignments(environment: Environment, factory: SchemeFactory) -> AsyncIterator[ConsignmentFactory]:
    """Makes coupons and consignments, and moves them."""
    made = ConsignmentFactory(environment, factory)
    yield made
    await made.close()


@pytest.fixture
def corrections(consignments: ConsignmentFactory) -> CorrectionFactory:
    """Voids, resolves, recalls, cancels, and changes what `consignments` made."""
    return CorrectionFactory(consignments)


@pytest.fixture
def revisions(environment: Environment, factory: SchemeFactory) -> RevisionFactory:
    """Makes revisions of schemes, and lets them take effect."""
    return RevisionFactory(environment, factory)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a development server."""
    # Tests say themselves when revisions take effect, and move the clock by months, which must expire no event.
    data_dir = tmp_path_factory.mktemp("data")
    return Settings(
        env="dev",
        data_dir=data_dir,
        webhook_networks="127.0.0.0/8",
        revision_interval=86400,
        event_retention=3650,
        # Tests look at what happens when a token expires, and do not wait for the leeway.
        token_leeway=0,
        # Tests that need a worker start one.
        jobs=0,
        coupon_keys=COUPON_KEYS_SETTING,
        link_secret=LINK_SECRET_SETTING,
    )


@pytest.fixture(scope="session")
async def live_server(shared_database: Database, settings: Settings) -> AsyncIterator["LiveServer"]:
    """A real server on a real port; its clock can be set."""
    live = LiveServer(shared_database, settings)
    async with live.running():
        yield live


@pytest.fixture(scope="session")
async def http(live_server: "LiveServer") -> AsyncIterator[httpx.AsyncClient]:
    """The connections of all clients of the real server."""
    async with http_client(live_server.address) as opened:
        yield opened


@pytest.fixture
async def clients(
    live_server: "LiveServer", http: httpx.AsyncClient, world: World, clock: TestClock, settings: Settings
) -> Clients:
    """Signed-in clients of the real server, one per role."""
    live_server.clock = clock
    return Clients(http, world, settings)


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
        app = build_app(settings, environment, inspect=inspect_here)
        self.hub: Hub = app.state.hub
        self._server = StreamingServer(server_config(app))

    def _now(self) -> datetime:
        """The time of the test that runs; between tests, the server goes on with the real one."""
        now: datetime = (self.clock or utc_now)()
        return now

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for the length of the block, also one that fails: the server would go on during the next tests."""
        task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        try:
            while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
                await asyncio.sleep(0.01)
            yield
        finally:
            self._server.should_exit = True
            await task
