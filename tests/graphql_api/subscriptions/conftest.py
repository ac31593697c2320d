"""Fixtures for live events: a scheme to follow, a log without warnings, and a hub that ends up empty."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import structlog
from msgspec import structs
from structlog.testing import LogCapture

from db.accounts.changes import put_account
from db.outbox.reads import OLDEST_EVENTS
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.observability.logs import NoBlame
from graphql_api.subscriptions.hub import Hub
from tests.fixtures import LiveServer
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.followed_scheme import FollowedScheme
from tests.support.idle_subscriptions import Idle
from tests.support.sockets import until
from tests.support.world import World, key

WaitForEvents = Callable[[], Awaitable[None]]
SERIOUS = frozenset({"warning", "error", "critical"})


class Complaints(logging.Handler):
    """Warnings and errors that the server logs. A test that expects some takes them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._loggers = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
        self._blame = NoBlame()
        self.structured = LogCapture()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of uvicorn or asyncio, with its traceback."""
        self.lines.append(self.format(record))

    def attach(self) -> None:
        """Attach to the loggers. Repeat it after starting a server, which replaces uvicorn's loggers."""
        for logger in self._loggers:
            logger.addHandler(self)
            logger.addFilter(self._blame)

    def detach(self) -> None:
        """Detach from the loggers."""
        for logger in self._loggers:
            logger.removeHandler(self)
            logger.removeFilter(self._blame)

    def take(self) -> list[Any]:
        """Return the logged lines and forget them."""
        found = [entry for entry in self.structured.entries if entry["log_level"] in SERIOUS]
        taken = [*self.lines, *found]
        self.lines.clear()
        self.structured.entries.clear()
        return taken


@pytest.fixture(autouse=True)
def complaints() -> Iterator[Complaints]:
    """Warnings logged during a test; any that the test does not take fail it."""
    kept = Complaints()
    before = structlog.get_config()
    structlog.configure(processors=[kept.structured])
    kept.attach()
    yield kept
    kept.detach()
    structlog.configure(**before)
    assert kept.take() == []


@pytest.fixture(autouse=True)
async def hub(live_server: LiveServer) -> AsyncIterator[Hub]:
    """The hub of the server, which has no connections after a test."""
    yield live_server.hub
    await released(live_server.hub)


async def released(hub: Hub) -> None:
    """Wait until the hub holds no resources. Raises TimeoutError."""

    def empty() -> bool:
        counts = hub.counts()
        return (counts.sessions, counts.subscriptions, counts.groups) == (0, 0, 0)

    await until(empty)


async def joined(hub: Hub, *, subscriptions: int, groups: int) -> None:
    """Wait until so many subscriptions are open, in so many groups. Raises TimeoutError."""
    await until(lambda: (hub.counts().subscriptions, hub.counts().groups) == (subscriptions, groups))


async def wait_for_tailer(hub: Hub, environment: Environment) -> None:
    """Wait until the tailer has read every committed event. Raises TimeoutError."""
    operation = environment.operation(None)
    newest = (await operation.fetch(OLDEST_EVENTS, limit=10_000))[-1].position
    await operation.close()
    await until(lambda: hub.tip >= newest)


@pytest.fixture
def wait_for_events(hub: Hub, environment: Environment) -> WaitForEvents:
    """Wait until every committed event can be read, by polling and by subscriptions."""
    return lambda: wait_for_tailer(hub, environment)


@pytest.fixture
async def scheme(factory: SchemeFactory, clients: Clients, hub: Hub, environment: Environment) -> FollowedScheme:
    """A draft with the program manager and the second manager as participants; its events are in the past."""
    found = FollowedScheme(factory, await factory.created())
    await found.join("second manager")
    await wait_for_tailer(hub, environment)
    return found


@pytest.fixture
def analyst(clients: Clients) -> Client:
    """An analyst, who sees every scheme."""
    return clients[Role.ANALYST]


@pytest.fixture
async def approvers(clients: Clients, world: World, environment: Environment) -> tuple[Client, Client]:
    """Two accounts that are both program manager and approver, so that their roles are equal."""
    first = world.accounts["manager and approver"]
    second = structs.replace(first, id=key("another"), email="another@example.com", display_name="Another")
    async with environment.database.writing() as session:
        await put_account(session, second)
    return clients.of(first.id), clients.of(second.id)


@pytest.fixture
def idle(hub: Hub, world: World) -> Iterator[Idle]:
    """Connections without a socket."""
    made = Idle(hub, world)
    yield made
    made.leave()
