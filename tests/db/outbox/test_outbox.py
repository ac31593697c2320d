"""The outbox is read in an order in which nothing is ever inserted behind the reader."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.database import Database
from db.outbox.changes import NewEvent, append_events, begin_epoch, delete_events
from db.outbox.reads import ACCESS_VERSION, HORIZON, NAIVE_TAIL, ORIGIN, STREAM, event_count, events_of
from db.outbox.rows import StreamRow
from domain.events import EventKind, Position, SubjectKind
from domain.notifications.events import about_account
from domain.schemes.events import about_scheme
from tests.support.outbox import fetch, read_when_visible, tail
from tests.support.world import World

NOW = datetime(2026, 3, 10, tzinfo=UTC)
INSERT = "INSERT INTO event (kind, object_id, recorded_at) VALUES ('TIER_SAVED', $1, now())"


async def commit_events(database: Database, *objects: UUID) -> None:
    """Commit one event per object."""
    async with database.writing() as session:
        await append_events(session, [NewEvent(EventKind.TIER_SAVED, key) for key in objects], NOW)


@pytest.fixture
async def begun(database: Database) -> Position:
    """The position of the stream before the test."""
    (horizon,) = await fetch(database, HORIZON)
    return Position(horizon, 0)


@pytest.fixture
async def slow(database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection for a slow transaction."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_an_event_of_a_slow_transaction_is_neither_lost_nor_out_of_order(
    database: Database, begun: Position, slow: "asyncpg.Connection[Any]"
) -> None:
    first, second = uuid4(), uuid4()
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(INSERT, first)
    await commit_events(database, second)

    assert await tail(database, begun) == []
    await transaction.commit()

    found = await read_when_visible(database, begun, 2)
    assert [event.object_id for event in found] == [first, second]
    assert [event.position for event in found] == sorted(event.position for event in found)


async def test_polling_by_id_alone_loses_that_event(database: Database, slow: "asyncpg.Connection[Any]") -> None:
    """The proof that the test above can fail."""
    first, second = uuid4(), uuid4()
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(INSERT, first)
    await commit_events(database, second)

    found = await fetch(database, NAIVE_TAIL, after_id=0, limit=500)
    await transaction.commit()
    found += await fetch(database, NAIVE_TAIL, after_id=found[-1].id, limit=500)

    assert [event.object_id for event in found] == [second]


async def test_a_transaction_that_is_rolled_back_appends_nothing(database: Database, begun: Position) -> None:
    kept = uuid4()
    with pytest.raises(ZeroDivisionError):
        await fail_after_appending(database)
    await commit_events(database, kept)
    assert [event.object_id for event in await read_when_visible(database, begun, 1)] == [kept]


async def test_pages_of_a_subject_hold_its_kinds_only(database: Database, begun: Position) -> None:
    mine, other, object_id = uuid4(), uuid4(), uuid4()
    async with database.writing() as session:
        events = [
            NewEvent(EventKind.SCHEME_CREATED, object_id, about_scheme(mine)),
            NewEvent(EventKind.SCHEME_CREATED, uuid4(), about_scheme(other)),
            NewEvent(EventKind.SCHEME_APPROVED, uuid4(), about_scheme(mine)),
            NewEvent(EventKind.NOTIFICATION_ADDED, uuid4(), about_account(mine)),
        ]
        await append_events(session, events, NOW)
    await read_when_visible(database, begun, 4)
    parameters = {"kinds": ["SCHEME_CREATED"], "subject_id": mine}
    place = {"after_xid": begun.xid, "after_id": begun.id}
    found = await fetch(database, events_of(SubjectKind.SCHEME), limit=10, **place, **parameters)
    assert [event.object_id for event in found] == [object_id]
    assert await fetch(database, event_count(SubjectKind.SCHEME), **parameters) == [1]
    until = {"until_xid": begun.xid, "until_id": begun.id}
    assert (
        await fetch(database, events_of(SubjectKind.SCHEME, bounded=True), limit=10, **place, **until, **parameters)
        == []
    )


async def test_deleting_moves_the_floor(own_database: tuple[Database, str]) -> None:
    database, _ = own_database
    (horizon,) = await fetch(database, HORIZON)
    begun = Position(horizon, 0)
    keys = [uuid4(), uuid4(), uuid4()]
    for key in keys:
        await commit_events(database, key)
    found = await read_when_visible(database, begun, 3)
    async with database.writing() as session:
        await delete_events(session, found[1].position)
    (stream,) = await fetch(database, STREAM)
    assert stream.floor == found[1].position
    assert [event.object_id for event in await tail(database, begun)] == keys[2:]


async def test_a_restored_database_begins_a_new_epoch(own_database: tuple[Database, str]) -> None:
    """Its events belong to transactions of another database, so earlier cursors are invalid."""
    database, _ = own_database
    (origin,) = await fetch(database, ORIGIN)
    await opened(database, origin)
    before = await stream_row(database)
    await commit_events(database, uuid4())
    await opened(database, origin)
    assert await stream_row(database) == before

    await opened(database, "another/1/16384")
    restored = await stream_row(database)
    assert (restored.epoch, restored.key, restored.floor) == (before.epoch + 1, before.key, Position(0, 0))
    assert await tail(database, Position(0, 0)) == []


async def test_a_copy_of_the_table_is_another_origin(database: Database, database_url: str) -> None:
    """A dump that is restored in place makes the tables anew."""
    (before,) = await fetch(database, ORIGIN)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("BEGIN; ALTER TABLE event RENAME TO was; CREATE TABLE event (LIKE was)")
        after = await connection.fetchval(ORIGIN.sql)
        await connection.execute("ROLLBACK")
    finally:
        await connection.close()
    assert before != after
    assert before.rpartition("/")[0] == after.rpartition("/")[0]


CHANGES = {
    "account": "UPDATE account SET disabled_at = now() WHERE display_name = 'Approver'",
    "account_role": "DELETE FROM account_role WHERE role = 'APPROVER'",
    "api_key": "UPDATE api_key SET revoked_at = now()",
}


@pytest.mark.parametrize("table", CHANGES)
async def test_every_change_of_access_is_noticed(
    database: Database, database_url: str, world: World, table: str
) -> None:
    del world
    before = await fetch(database, ACCESS_VERSION)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(CHANGES[table])
    finally:
        await connection.close()
    after = await fetch(database, ACCESS_VERSION)
    assert after > before


async def opened(database: Database, origin: str) -> None:
    """Open the stream as a server does when it starts."""
    async with database.writing() as session:
        await begin_epoch(session, origin)


async def stream_row(database: Database) -> StreamRow:
    """The stream."""
    (stream,) = await fetch(database, STREAM)
    assert isinstance(stream, StreamRow)
    return stream


async def fail_after_appending(database: Database) -> None:
    """Append an event in a transaction that fails."""
    async with database.writing() as session:
        await append_events(session, [NewEvent(EventKind.TIER_SAVED, uuid4())], NOW)
        raise ZeroDivisionError
