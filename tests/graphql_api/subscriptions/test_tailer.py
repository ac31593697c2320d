"""The tailer dispatches every event once and in order, even if its connection breaks."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.database import Database
from db.outbox.changes import NewEvent, append_events, begin_epoch
from db.outbox.rows import EventRow, StreamRow
from domain.events import EventKind, Position
from graphql_api.subscriptions.tailer import Tailer

NOW = datetime(2026, 3, 10, tzinfo=UTC)
WAIT_TIMEOUT_S = 90
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tessera tail' AND datname = $1"


class RecordingListener:
    """Record what a tailer dispatches."""

    def __init__(self) -> None:
        self.events: list[EventRow] = []
        self.access = 0
        self.streams: list[StreamRow] = []
        self.order: list[str] = []

    async def access_changed(self) -> None:
        """Count it."""
        self.access += 1
        self.order.append("access")

    def dispatch(self, events: list[EventRow], position: Position) -> None:
        """Keep them."""
        assert position == events[-1].position
        self.events += events
        self.order += [str(event.object_id) for event in events]

    def begin(self, stream: StreamRow, position: Position) -> None:
        """Keep it."""
        del position
        self.streams.append(stream)

    @property
    def objects(self) -> list[UUID]:
        """The object IDs of the events."""
        return [event.object_id for event in self.events]


class Leadership:
    """Remembers whether this process leads."""

    def __init__(self) -> None:
        self.leads = False

    async def start(self) -> None:
        """This process leads."""
        self.leads = True

    async def stop(self) -> None:
        """This process does not lead."""
        self.leads = False

    def wake(self, events: list[EventRow]) -> None:
        """Nothing to wake."""


@asynccontextmanager
async def running(
    database: Database, *, wakes: bool = True
) -> AsyncIterator[tuple[RecordingListener, Leadership, Tailer]]:
    """A tailer that has begun."""
    listener, leadership = RecordingListener(), Leadership()
    tailer = Tailer(database, listener, leadership)
    tailer.wakes = wakes
    task = asyncio.create_task(tailer.run())
    try:
        await until(lambda: bool(listener.streams))
        yield listener, leadership, tailer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while not condition():  # noqa: ASYNC110 - the tailer is watched from outside
            await asyncio.sleep(0.005)


async def append_event(database: Database, delay: float = 0.0) -> UUID:
    """Commit an event, some time after it was written."""
    key = uuid4()
    async with database.writing() as session:
        await append_events(session, [NewEvent(EventKind.TIER_SAVED, key)], NOW)
        await asyncio.sleep(delay)
    return key


async def kill_listeners(own_url: str) -> int:
    """Cut the connections of all tailers of this database."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(own_url)
    try:
        return len(await connection.fetch(KILL, own_url.rpartition("/")[2].partition("?")[0]))
    finally:
        await connection.close()


async def test_everything_arrives_once_and_in_order_though_transactions_end_in_another(database: Database) -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    async with running(database) as (listener, _, _):
        for _ in range(8):
            await asyncio.gather(*(append_event(database, chance.random() / 20) for _ in range(8)))
        await until(lambda: len(listener.events) >= 64)
    assert [event.position for event in listener.events] == sorted(event.position for event in listener.events)
    assert len(set(listener.objects)) == 64


async def test_nothing_is_lost_when_the_listener_is_killed_ten_times(database: Database, own_url: str) -> None:
    appended: list[UUID] = []
    async with running(database) as (listener, _, _):
        for _ in range(10):
            appended.append(await append_event(database))
            assert await kill_listeners(own_url) == 1
            appended.append(await append_event(database))
            await until(lambda: len(listener.events) == len(appended))
    assert listener.objects == appended
    assert len(listener.streams) == 1


async def test_one_of_two_leads_and_the_other_takes_over(database: Database) -> None:
    async with running(database) as (first, leads, _):
        await until(lambda: leads.leads)
        async with running(database) as (second, may_follow, _):
            key = await append_event(database)
            await until(lambda: first.objects == second.objects == [key])
            assert (leads.leads, may_follow.leads) == (True, False)
    async with running(database) as (_, leads, _):
        await until(lambda: leads.leads)


async def test_the_follower_takes_over_when_the_leader_ends(database: Database) -> None:
    leader = running(database)
    _, leads, _ = await leader.__aenter__()
    await until(lambda: leads.leads)
    async with running(database) as (listener, may_follow, _):
        await leader.__aexit__(None, None, None)
        await until(lambda: may_follow.leads)
        key = await append_event(database)
        await until(lambda: listener.objects == [key])
    assert leads.leads is False


async def test_polling_works_without_notifications(database: Database) -> None:
    async with running(database, wakes=False) as (listener, _, _):
        keys = [await append_event(database) for _ in range(3)]
        await until(lambda: listener.objects == keys)


async def test_an_access_change_is_dispatched_before_later_events(database: Database, own_url: str) -> None:
    connection: asyncpg.Connection[Any] = await asyncpg.connect(own_url)
    async with running(database) as (listener, _, _):
        before = await append_event(database)
        await until(lambda: listener.objects == [before])
        await connection.execute("DELETE FROM account_role")
        after = await append_event(database)
        await until(lambda: listener.objects == [before, after])
    await connection.close()
    assert listener.order[listener.order.index(str(before)) :] == [str(before), "access", str(after)]


async def test_a_restored_database_is_noticed_when_the_connection_comes_back(database: Database, own_url: str) -> None:
    async with running(database) as (listener, _, _):
        async with database.writing() as session:
            await begin_epoch(session, "a copy")
        await append_event(database)
        await kill_listeners(own_url)
        await until(lambda: len(listener.streams) == 2)
        key = await append_event(database)
        await until(lambda: listener.objects[-1:] == [key])
    assert listener.streams[1].epoch == listener.streams[0].epoch + 2


@pytest.fixture
def database(own_database: tuple[Database, str]) -> Database:
    """A database without another leader."""
    return own_database[0]


@pytest.fixture
def own_url(own_database: tuple[Database, str]) -> str:
    """Its address."""
    return own_database[1]


@pytest.fixture
def hub() -> None:
    """No server: these tests run tailers of their own."""


@pytest.fixture
def complaints() -> None:
    """Not checked: these tests cut connections, which is logged."""
