"""Notifications belong to one account: lists, counts, and marking as read (R6, R25)."""

from typing import Any
from uuid import UUID

import pytest

from db.notifications.changes import add_notifications
from db.notifications.rows import NewNotification
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.stored_facts import AsWritten
from graphql_api.context import Environment
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import add, change_account, fetch_messages, mark, notifications, unread
from tests.support.mutations.schemes import basics, mutate, scheme
from tests.support.unchanged import nothing_changes

NODE = "query ($id: ID!) { node(id: $id) { __typename ... on Notification { message readAt } } }"
PAGE = """query ($first: Int, $after: String, $unreadOnly: Boolean) { viewer { notifications(first: $first,
  after: $after, unreadOnly: $unreadOnly) { totalCount edges { cursor node { id message } } pageInfo { hasNextPage
  hasPreviousPage endCursor } } } }"""
ONE_OF_TWO = "Name the notifications in “ids”, or set “all”: one of the two."
NO_SUCH = "This notification does not exist."


@pytest.fixture
async def reader(clients: Clients, factory: SchemeFactory, clock: TestClock) -> Client:
    """The analyst, a participant with five notifications, one per hour; the newest comes first."""
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.complete("Title 0"))
    await add(manager, clients.world, scheme_id, "ANALYST")
    await mark(clients["ANALYST"], all=True)
    for version in range(1, 6):
        clock.advance(hours=1)
        await _rename(manager, scheme_id, version)
    return clients["ANALYST"]


async def test_notifications_are_listed_newest_first(reader: Client, clock: TestClock) -> None:
    found = await notifications(reader)
    assert len(found) == 6
    assert found[0]["message"] == "Program Manager renamed the scheme from “Title 4” to “Title 5”."
    assert [node["createdAt"][11:13] for node in found] == ["14", "13", "12", "11", "10", "09"]
    assert [node["kind"] for node in found] == [*["SCHEME_STEP_SAVED"] * 5, "SCHEME_PARTICIPANT_ADDED"]
    assert [node["readAt"] is None for node in found] == [*[True] * 5, False]
    assert {node["actor"]["displayName"] for node in found} == {"Program Manager"}
    assert {node["scheme"]["title"] for node in found} == {"Title 5"}
    assert found[0]["activity"]["changes"] == [{"field": "title", "before": "Title 4", "after": "Title 5"}]
    assert found[-1]["activity"]["changes"] == []
    assert await fetch_messages(reader, unreadOnly=True) == [node["message"] for node in found[:5]]
    assert await unread(reader) == 5


async def test_notifications_are_paged(reader: Client) -> None:
    """New ones and read ones between two pages shift nothing."""
    for unread_only, total in ((None, 6), (False, 6), (True, 5)):
        found: list[str] = []
        after = None
        for size in (2, 2, total - 4):
            page = await _page(reader, first=2, after=after, unreadOnly=unread_only)
            assert (len(page["edges"]), page["totalCount"]) == (size, total)
            assert page["pageInfo"]["hasNextPage"] is (len(found) + 2 < total)
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            after = page["pageInfo"]["endCursor"]
            found += [edge["node"]["message"] for edge in page["edges"]]
        assert found == await fetch_messages(reader, unreadOnly=bool(unread_only))
    first = await _page(reader, first=2, unreadOnly=True)
    await mark(reader, ids=[edge["node"]["id"] for edge in first["edges"]])
    second = await _page(reader, first=2, unreadOnly=True, after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["message"][-10:] for edge in second["edges"]] == ["“Title 3”.", "“Title 2”."]


@pytest.mark.parametrize(
    ("arguments", "argument", "message"),
    [
        ({"first": 0}, "first", "A page has 1 to 200 rows, not 0."),
        ({"first": 201}, "first", "A page has 1 to 200 rows, not 201."),
        ({"after": "x"}, "after", "This cursor was not made by this list; start from the beginning."),
    ],
)
async def test_invalid_page_arguments_are_rejected(
    clients: Clients, arguments: dict[str, Any], argument: str, message: str
) -> None:
    (error,) = (await clients["ANALYST"].send(PAGE, **arguments)).errors
    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT", "argument": argument})


async def test_nobody_sees_or_marks_the_notifications_of_others(
    clients: Clients, reader: Client, database_url: str
) -> None:
    """R25: neither by ID nor in a list or count. They answer like unknown ones."""
    (first, second, *_) = await notifications(reader)
    own = (await notifications(clients["PROGRAM_MANAGER"]))[:1]
    assert own == []
    async with nothing_changes(database_url):
        for role in set(Role) - {Role.ANALYST}:
            other = clients[role]
            assert (await other.send(NODE, id=first["id"])).data == {"node": None}
            assert (await fetch_messages(other), await unread(other)) == ([], 0)
            payload = await mark(other, ids=[first["id"], second["id"]])
            assert (payload["notifications"], payload["unreadCount"]) == (None, None)
            assert _errors(payload) == [("NOT_FOUND", f"input.ids.{place}", NO_SUCH) for place in (0, 1)]
        for role in set(Role) - {Role.ANALYST}:
            payload = await mark(clients[role], all=True)
            assert (payload["notifications"], payload["unreadCount"], payload["errors"]) == ([], 0, [])
    assert (await reader.send(NODE, id=first["id"])).data["node"] == {
        "__typename": "Notification",
        "message": first["message"],
        "readAt": None,
    }


async def test_some_are_marked_as_read(reader: Client, clock: TestClock, database_url: str) -> None:
    """Marking again changes nothing, and keeps the moment of the first time."""
    found = await notifications(reader)
    clock.advance(days=1)
    chosen = [found[3]["id"], found[0]["id"], found[3]["id"]]
    payload = await mark(reader, ids=chosen)
    assert payload["errors"] == []
    assert [node["id"] for node in payload["notifications"]] == [found[3]["id"], found[0]["id"]]
    (moment,) = {node["readAt"] for node in payload["notifications"]}
    assert moment.startswith("2026-03-11T14:00:00")
    assert payload["unreadCount"] == await unread(reader) == 3
    assert [node["readAt"] == moment for node in await notifications(reader)] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    clock.advance(days=1)
    async with nothing_changes(database_url):
        again = await mark(reader, ids=[found[0]["id"], found[5]["id"]])
        assert [node["readAt"] for node in again["notifications"]] == [moment, found[5]["readAt"]]
        assert (again["unreadCount"], again["errors"]) == (3, [])
        none = await mark(reader, ids=[])
        assert none == {"notifications": [], "unreadCount": 3, "errors": []}


async def test_all_are_marked_as_read(reader: Client, clock: TestClock, database_url: str) -> None:
    """The answer has those that were unread, newest first; what comes later is unread again."""
    before = await notifications(reader)
    clock.advance(days=1)
    payload = await mark(reader, all=True)
    assert [node["id"] for node in payload["notifications"]] == [node["id"] for node in before[:5]]
    assert (payload["unreadCount"], payload["errors"]) == (0, [])
    after = await notifications(reader)
    assert [node["readAt"][:10] for node in after] == [*["2026-03-11"] * 5, "2026-03-10"]
    clock.advance(days=1)
    async with nothing_changes(database_url):
        assert await mark(reader, all=True) == {"notifications": [], "unreadCount": 0, "errors": []}
    assert await fetch_messages(reader, unreadOnly=True) == []


async def test_a_notification_after_all_were_read_is_unread(clients: Clients, reader: Client) -> None:
    await mark(reader, all=True)
    (newest, *_) = await notifications(reader)
    await _rename(clients["PROGRAM_MANAGER"], newest["scheme"]["id"], 6)
    assert await fetch_messages(reader, unreadOnly=True) == [
        "Program Manager renamed the scheme from “Title 5” to “Title 6”."
    ]
    assert await unread(reader) == 1


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, [("INVALID", "input", ONE_OF_TWO)]),
        ({"all": False}, [("INVALID", "input", ONE_OF_TWO)]),
        ({"all": None, "ids": None}, [("INVALID", "input", ONE_OF_TWO)]),
        ({"all": True, "ids": []}, [("INVALID", "input", ONE_OF_TWO)]),
        ({"ids": ["x"]}, [("NOT_FOUND", "input.ids.0", NO_SUCH)]),
        (
            {"ids": [gid(NodeKind.NOTIFICATION, UUID(int=7)), gid(NodeKind.SCHEME, UUID(int=7))]},
            [("INVALID", "input.ids.1", "This is the ID of a scheme, not of a notification.")],
        ),
        (
            {"ids": [gid(NodeKind.NOTIFICATION, UUID(int=7))] * 201},
            [("LIMIT_EXCEEDED", "input.ids", "Name at most 200 notifications at once, not 201.")],
        ),
    ],
    ids=["nothing", "not all", "nulls", "both", "no id", "another kind", "too many"],
)
async def test_invalid_input_is_rejected_and_marks_nothing(
    reader: Client, database_url: str, given: dict[str, Any], errors: list[tuple[str, str, str]]
) -> None:
    async with nothing_changes(database_url):
        payload = await mark(reader, **given)
    assert (payload["notifications"], payload["unreadCount"], _errors(payload)) == (None, None, errors)


async def test_a_foreign_notification_keeps_the_others_unread(
    reader: Client, clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """The error has the index in the input, also after a repeated ID."""
    await factory.submitted()
    (own, *_) = await notifications(reader)
    (foreign,) = await notifications(clients["APPROVER"])
    async with nothing_changes(database_url):
        payload = await mark(reader, ids=[own["id"], own["id"], foreign["id"]])
        assert _errors(payload) == [("NOT_FOUND", "input.ids.2", NO_SUCH)]
    assert await unread(clients["APPROVER"]) == 1


async def test_two_hundred_are_marked_at_once_and_all_of_more(clients: Clients, environment: Environment) -> None:
    """Notifications without a scheme and without an actor."""
    reader, account_id = clients["ANALYST"], clients.world.accounts["ANALYST"].id
    async with environment.database.writing() as session:
        rows = [
            NewNotification(
                id=environment.new_id(),
                account_id=account_id,
                kind="TIER_SAVED",
                fact=AsWritten("…"),
                actor_id=None,
                scheme_id=None,
                activity_id=None,
                created_at=environment.clock(),
            )
            for _ in range(401)
        ]
        await add_notifications(session, rows)
    newest = await notifications(reader, first=200)
    assert [(node["actor"], node["scheme"], node["activity"]) for node in newest] == [(None, None, None)] * 200
    payload = await mark(reader, ids=[node["id"] for node in newest])
    assert (len(payload["notifications"]), payload["unreadCount"]) == (200, 201)
    others = await notifications(reader, first=200, unreadOnly=True)
    payload = await mark(reader, all=True)
    assert [node["id"] for node in payload["notifications"]] == [node["id"] for node in others]
    assert payload["unreadCount"] == await unread(reader) == 0


async def test_a_scheme_that_the_viewer_no_longer_sees_is_null(clients: Clients, reader: Client) -> None:
    """R25: the notification stays, without its scheme."""
    before = await notifications(reader)
    await change_account(clients, Role.ANALYST, roles=["ECP"])
    found = await notifications(reader)
    assert [node["message"] for node in found] == [node["message"] for node in before]
    assert [(node["scheme"], node["activity"]) for node in found] == [(None, None)] * 6
    assert [node["actor"] for node in found] == [node["actor"] for node in before]
    await change_account(clients, Role.ANALYST)
    assert await notifications(reader) == before


async def test_anonymous_viewers_have_no_notifications(clients: Clients, reader: Client) -> None:
    (newest, *_) = await notifications(reader)
    for answer in (await clients.anonymous.send(PAGE), await clients.anonymous.send(NODE, id=newest["id"])):
        assert answer.codes == ["UNAUTHENTICATED"]


async def _page(client: Client, **page: Any) -> Any:
    return (await client.send(PAGE, **page)).data["viewer"]["notifications"]


async def _rename(client: Client, scheme_id: str, version: int) -> None:
    named = {"schemeId": scheme_id, "expectedVersion": version}
    given = basics(**named, title=f"Title {version}", description="For workshops.")
    await mutate(client, "saveSchemeBasics", **given)


def _errors(payload: Any) -> list[tuple[str, str, str]]:
    return [(error["code"], ".".join(error["path"]), error["message"]) for error in payload["errors"]]
