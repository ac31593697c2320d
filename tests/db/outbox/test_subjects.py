"""Events about one subject are read in the order of the stream without the others: plans over half a million."""

import os
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from db.outbox.reads import event_count, events_of
from domain.ecps.events import EVENTS as OF_ECPS
from domain.enrollments.events import EVENTS as OF_ENROLLMENTS
from domain.events import EventKind, SubjectKind
from domain.schemes.events import EVENTS as OF_SCHEMES
from tests.support.databases import copied_database
from tests.support.many_events import EVENTS, TRANSACTION, add_many_events, made
from tests.support.plans import RUN, blocks, buffers, explained, nodes

PAGE: Final = 101
LAST_XID: Final = EVENTS // TRANSACTION
# A subject of many events and some of few: the kind of subject, its id, and the kinds of events.
FEEDS: Final[dict[str, tuple[SubjectKind, UUID, list[EventKind]]]] = {
    "hot scheme": (SubjectKind.SCHEME, made("s0"), sorted(OF_SCHEMES)),
    "hot scheme, enrollments": (SubjectKind.SCHEME, made("s0"), sorted(OF_ENROLLMENTS)),
    "cold scheme": (SubjectKind.SCHEME, made("s17"), sorted(OF_SCHEMES)),
    "account": (SubjectKind.ACCOUNT, made("a17"), [EventKind.NOTIFICATION_ADDED]),
    "ECP": (SubjectKind.ECP, made("e15"), sorted([*OF_ECPS, *OF_ENROLLMENTS])),
    "nothing": (SubjectKind.SCHEME, made("no such scheme"), sorted(OF_SCHEMES)),
}
PLACES: Final = {"start": 0, "middle": LAST_XID // 2, "end": LAST_XID - 1}
PLANS: Final = ("auto", "force_generic_plan")
EXPECTED: Final = """
SELECT xid, id FROM event
WHERE xid >= $1 AND kind = ANY ($2) AND subject_ids[array_position(subject_kinds, $3)] = $4
ORDER BY xid, id LIMIT $5
"""


@pytest.fixture(scope="module")
async def connection(server_url: str, worker_id: str) -> AsyncIterator[Any]:
    """A connection to a database of its own with many events."""
    async with copied_database(server_url, f"events_{worker_id}_{os.getpid()}") as (_, url):
        opened = await asyncpg.connect(url)
        await add_many_events(opened)
        yield opened
        await opened.close()


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("bounded", [False, True])
async def test_a_page_is_read_off_the_index(connection: Any, name: str, *, bounded: bool) -> None:
    """R17: wherever it begins and however many events there are about the subject, it reads the page and no more."""
    for plans in PLANS:
        await connection.execute(f"SET plan_cache_mode = {plans}")
        for place, xid in PLACES.items():
            statement, arguments = _page(name, xid, bounded=bounded)
            plan = await explained(connection, statement, arguments, RUN)
            indexes = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
            assert indexes == {"pk_event_subject", "pk_event"}, (plans, place)
            assert not any(node["Node Type"] in {"Sort", "Seq Scan", "Hash Join"} for node in nodes(plan)), place
            # The events are read one by one, through their index.
            assert blocks(plan) <= 5 * plan["Actual Rows"] + 10, (plans, place)


@pytest.mark.parametrize("name", FEEDS)
async def test_a_page_holds_the_events_about_the_subject(connection: Any, name: str) -> None:
    """The same ones, in the same order, as the arrays of all events say."""
    kind, subject_id, kinds = FEEDS[name]
    for xid in (PLACES["middle"], PLACES["end"]):
        statement, arguments = _page(name, xid)
        rows = [statement.row(*record) for record in await connection.fetch(statement.sql, *arguments)]
        expected = await connection.fetch(EXPECTED, xid, kinds, kind, subject_id, PAGE)
        assert [(row.xid, row.id) for row in rows] == [tuple(record) for record in expected]


async def test_few_events_are_counted_off_the_index(connection: Any) -> None:
    for name in ("cold scheme", "account", "ECP", "nothing"):
        kind, subject_id, kinds = FEEDS[name]
        statement = event_count(kind)
        arguments = statement.arguments({"subject_id": subject_id, "kinds": kinds})
        assert await buffers(connection, statement, arguments) < 100, name


# An ECP that asked to enroll in the hot scheme, and a scheme that it has nothing to do with.
PAIRS: Final[dict[str, tuple[tuple[SubjectKind, UUID], tuple[SubjectKind, UUID]]]] = {
    "few and many": ((SubjectKind.ECP, made("e15")), (SubjectKind.SCHEME, made("s0"))),
    "many and few": ((SubjectKind.SCHEME, made("s0")), (SubjectKind.ECP, made("e15"))),
    "nothing": ((SubjectKind.ECP, made("e15")), (SubjectKind.SCHEME, made("s17"))),
}


@pytest.mark.parametrize("name", ["few and many", "nothing"])
async def test_events_about_two_subjects_are_read_off_the_index(connection: Any, name: str) -> None:
    """R17: the events about the first one, each with a look at the index of the other, however many that one has."""
    for plans in PLANS:
        await connection.execute(f"SET plan_cache_mode = {plans}")
        for place, xid in PLACES.items():
            statement, arguments = _page_of_pair(name, xid)
            plan = await explained(connection, statement, arguments, RUN)
            indexes = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
            assert indexes == {"pk_event_subject", "pk_event"}, (plans, place)
            assert blocks(plan) <= 300, (plans, place)


async def test_the_order_of_two_subjects_does_not_matter(connection: Any) -> None:
    found = []
    for name in PAIRS:
        statement, arguments = _page_of_pair(name, 0)
        found.append([record["id"] for record in await connection.fetch(statement.sql, *arguments)])
    assert len(found[0]) > 1
    assert found == [found[0], found[0], []]


def _page_of_pair(name: str, xid: int) -> tuple[Any, list[Any]]:
    (kind, subject_id), (other, other_id) = PAIRS[name]
    statement = events_of(kind, (other,))
    subjects = {"subject_id": subject_id, "also_0_id": other_id, "kinds": sorted(OF_ENROLLMENTS)}
    return statement, statement.arguments({**subjects, "limit": PAGE, "after_xid": xid, "after_id": 0})


def _page(name: str, xid: int, *, bounded: bool = False) -> tuple[Any, list[Any]]:
    kind, subject_id, kinds = FEEDS[name]
    statement = events_of(kind, bounded=bounded)
    values = {"subject_id": subject_id, "kinds": kinds, "limit": PAGE, "after_xid": xid, "after_id": 0}
    until = {"until_xid": LAST_XID, "until_id": 2 * EVENTS} if bounded else {}
    return statement, statement.arguments({**values, **until})
