"""`event_subject` always indexes exactly the subjects that events name."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.database import Database
from db.outbox.changes import NewEvent, append_events, delete_events
from db.outbox.reads import HORIZON, OLDEST_EVENTS, STREAM, event_count, events_of
from domain.events import EventKind, Position, Subject, SubjectKind
from resolvers.outbox.feeds import Feed, Narrowing, Stream
from tests.support.outbox import fetch, read_when_visible

NOW = datetime(2026, 3, 10, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 4)]
SUBJECTS = st.builds(Subject, st.sampled_from(SubjectKind), st.sampled_from(IDS))
KINDS = (EventKind.TIER_SAVED, EventKind.ECP_UPDATED, EventKind.SCHEME_CREATED)
NEW_EVENTS = st.builds(
    NewEvent, st.sampled_from(KINDS), st.uuids(), st.lists(SUBJECTS, max_size=4, unique=True).map(tuple)
)
NAMED = """
SELECT subject.kind AS subject_kind, subject.id AS subject_id, xid, event.id, event.kind
FROM event CROSS JOIN unnest(subject_kinds, subject_ids) AS subject (kind, id)
"""
# What is in one of the two only.
DIFFERENCES = f"(TABLE event_subject EXCEPT {NAMED}) UNION ALL ({NAMED} EXCEPT TABLE event_subject)"
WRITES = (
    """
    INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at)
    SELECT 'TIER_SAVED', gen_random_uuid(), '{SCHEME,ECP}', ARRAY[gen_random_uuid(), gen_random_uuid()], now()
    FROM generate_series(1, 5)
    """,
    "DELETE FROM event WHERE id % 2 = 0",
    "TRUNCATE event",
)


async def differences(url: str, *writes: str) -> list[Any]:
    """Run statements, then return the differences between the index and the events."""
    connection = await asyncpg.connect(url)
    try:
        for write in writes:
            await connection.execute(write)
        return list(await connection.fetch(DIFFERENCES))
    finally:
        await connection.close()


async def append(database: Database, events: list[NewEvent]) -> None:
    """Append the events in one transaction."""
    async with database.writing() as session:
        await append_events(session, events, NOW)


@pytest.mark.parametrize("count", range(1, len(WRITES) + 1))
async def test_no_writer_can_forget_the_index(database: Database, database_url: str, count: int) -> None:
    """Also a writer that does not know the index."""
    await append(database, [NewEvent(KINDS[0], IDS[0], (Subject(SubjectKind.SCHEME, IDS[1]),))] * 3)
    assert await differences(database_url, *WRITES[:count]) == []


async def test_an_event_names_a_subject_once(database: Database) -> None:
    twice = (Subject(SubjectKind.SCHEME, IDS[0]),) * 2
    with pytest.raises(Exception, match="pk_event_subject"):
        await append(database, [NewEvent(KINDS[0], IDS[0], twice)])


async def test_retention_takes_the_index_along(own_database: tuple[Database, str]) -> None:
    database, url = own_database
    await append(database, [NewEvent(KINDS[0], key, (Subject(SubjectKind.ECP, key),)) for key in IDS])
    oldest = await fetch(database, OLDEST_EVENTS, limit=2)
    async with database.writing() as session:
        await delete_events(session, oldest[-1].position)
        (stream,) = await session.fetch(STREAM)
    assert stream.floor == oldest[-1].position
    assert await differences(url) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(NEW_EVENTS, min_size=1, max_size=12),
    st.lists(SUBJECTS, min_size=1, max_size=3),
    st.sets(st.sampled_from(KINDS)),
)
async def test_live_events_and_replayed_ones_are_the_same(
    database: Database, events: list[NewEvent], subjects: list[Subject], kinds: set[EventKind]
) -> None:
    """R17: a feed filters live events like the replay statement, in the same order, also by several subjects."""
    (horizon,) = await fetch(database, HORIZON)
    await append(database, events)
    subject, *others = subjects
    stream = Stream("a stream", frozenset(KINDS), subject.kind)
    feed = Feed(
        stream=stream,
        subject_id=subject.id,
        after=None,
        narrowing=Narrowing("a filter", frozenset(kinds), tuple(others)),
    )
    live = [
        event for event in await read_when_visible(database, Position(horizon, 0), len(events)) if feed.holds(event)
    ]
    place = {"after_xid": horizon, "after_id": 0, "until_xid": 2 * horizon, "until_id": 0}
    statement = events_of(subject.kind, feed.also, bounded=True)
    assert await fetch(database, statement, limit=100, **place, **feed.parameters) == live
    assert await fetch(database, event_count(subject.kind, feed.also), **feed.parameters) == [
        len([event for event in await fetch(database, OLDEST_EVENTS, limit=1000) if feed.holds(event)])
    ]
