"""Cursors work for subscriptions and polling alike, and every invalid one has a clear error."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.outbox.retention import delete_expired_events
from resolvers.webhooks.positions import advance_endpoints_to
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import WaitForEvents
from tests.support.client import Client, Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.followed_scheme import (
    ACTIVITY,
    NOTIFICATIONS,
    POLL_ACTIVITY,
    POLL_NOTIFICATIONS,
    FollowedScheme,
    messages_of,
    polled,
)
from tests.support.sockets import connected, following, refusal

MANAGERS = ("second manager", Role.PROGRAM_MANAGER)
FOREIGN = "This cursor was not made by this server. Leave it out, or send one that came with an event."
OTHER = "This cursor belongs to another stream or filter."
EXPIRED = "This cursor has expired. Read everything again, and continue from the cursor that comes with it."
NO_CURSOR = "An EventCursor is the text that came with an event."
Error = dict[str, Any]


class CursorClient:
    """One client that presents a cursor in every way there is."""

    def __init__(self, server: LiveServer, client: Client) -> None:
        self._server = server
        self._client = client

    async def everywhere(self, subscription: str, poll: str, after: str, **variables: Any) -> list[Error]:
        """The one error of each way: over a WebSocket, as server-sent events, and in a query."""
        async with connected(self._server.address, self._client) as socket:
            (first,) = await (await socket.subscribe(subscription, after=after, **variables)).errors()
        async with following(self._client, subscription, after=after, **variables) as stream:
            (second,) = await refusal(stream.response)
        answer = await self._client.send(poll, after=after, **variables)
        assert answer.body.get("data") in (None, {"page": None})
        (third,) = answer.errors
        return [first, second, third]

    async def by_header(self, last_event_id: str, scheme: FollowedScheme) -> Error:
        """The error of an EventSource that comes back with this cursor."""
        headers = {"Last-Event-ID": last_event_id}
        async with following(self._client, ACTIVITY, headers, schemeId=scheme.id) as stream:
            (error,) = await refusal(stream.response)
            return error


@pytest.fixture
def cursor_client(live_server: LiveServer, clients: Clients) -> CursorClient:
    """The second manager."""
    return CursorClient(live_server, clients["second manager"])


@asynccontextmanager
async def both(server: LiveServer, client: Client, document: str, **variables: Any) -> AsyncIterator[tuple[Any, Any]]:
    """The same subscription over a WebSocket and as server-sent events."""
    async with connected(server.address, client) as socket, following(client, document, **variables) as stream:
        yield await socket.subscribe(document, **variables), stream


async def test_polling_and_subscriptions_accept_each_others_cursors(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, wait_for_events: WaitForEvents
) -> None:
    """From a page to a stream and back, from edges and from `resumeAt`. Events after the cursor follow."""
    manager = clients["second manager"]
    streams: tuple[tuple[str, str, Error], ...] = (
        (ACTIVITY, POLL_ACTIVITY, {"schemeId": scheme.id}),
        (NOTIFICATIONS, POLL_NOTIFICATIONS, {}),
    )
    for subscription, poll, variables in streams:
        _, start = await polled(manager, poll, **variables)
        await scheme.record("One.", "Two.", "Three.")
        await wait_for_events()
        page = (await manager.send(poll, after=start, first=1, **variables)).data["page"]
        assert page["pageInfo"] == {"hasNextPage": True}
        assert [edge["node"]["message"] for edge in page["edges"]] == ["One."]
        assert page["edges"][0]["cursor"] == page["resumeAt"]
        async with both(live_server, manager, subscription, after=page["resumeAt"], **variables) as (socket, stream):
            for events in (await socket.many(2), await stream.many(2)):
                assert messages_of(events) == ["Two.", "Three."]
                assert (await polled(manager, poll, events[0].cursor, **variables))[0] == ["Three."]
                assert (await polled(manager, poll, events[1].cursor, **variables))[0] == []
        # The cursor of an empty page.
        _, end = await polled(manager, poll, events[1].cursor, **variables)
        async with both(live_server, manager, subscription, after=end, **variables) as (socket, stream):
            await scheme.record("Four.")
            assert messages_of([await socket.next(), await stream.next()]) == ["Four.", "Four."]
        assert (await polled(manager, poll, end, **variables))[0] == ["Four."]


async def test_the_cursor_of_a_stream_in_which_nothing_ever_happened(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme
) -> None:
    """An empty page has one, and nothing is missed behind it."""
    messages, start = await polled(analyst, POLL_NOTIFICATIONS)
    assert messages == []
    await scheme.join(Role.ANALYST)
    await scheme.record("Now.")
    async with both(live_server, analyst, NOTIFICATIONS, after=start) as (socket, stream):
        assert messages_of([await socket.next(), await stream.next()]) == ["Now.", "Now."]


async def test_every_event_carries_its_cursor(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme, wait_for_events: WaitForEvents
) -> None:
    """Under `extensions`, whether or not the document selects it; where it does, it is the same."""
    selecting = ACTIVITY.replace("{ activity", "{ here: cursor activity")
    _, start = await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id)
    await scheme.record("One.", "Two.")
    await wait_for_events()
    page = (await analyst.send(POLL_ACTIVITY, schemeId=scheme.id, after=start)).data["page"]
    cursors = [edge["cursor"] for edge in page["edges"]]
    for document in (ACTIVITY, selecting):
        async with both(live_server, analyst, document, schemeId=scheme.id, after=start) as (socket, stream):
            sent, streamed = await socket.many(2), await stream.many(2)
        assert [event.payload["extensions"] for event in sent] == [{"cursor": cursor} for cursor in cursors]
        assert [event.payload for event in streamed] == [event.payload for event in sent]
        assert [event.id for event in streamed] == cursors
        selected = [event.data["schemeActivity"].get("here") for event in sent]
        assert selected == (cursors if document is selecting else [None, None])


async def test_malformed_cursors_are_rejected(
    cursor_client: CursorClient, clients: Clients, scheme: FollowedScheme
) -> None:
    """Each has the same message on every transport."""
    good = (await polled(clients["second manager"], POLL_ACTIVITY, schemeId=scheme.id))[1]
    raw = base64.urlsafe_b64decode(good)
    flipped = [raw[:index] + bytes([raw[index] ^ 1 << index % 8]) + raw[index + 1 :] for index in (0, 4, 9, 20, 32)]
    unreadable = [
        "",
        good[:-1],
        good[:-4],
        f"{good}AAAA",
        f" {good}",
        good.lower(),
        f"é{good[1:]}",
        f"{good[:-1]}!",
        base64.urlsafe_b64encode(bytes(range(33))).decode(),
        base64.urlsafe_b64encode(b"").decode(),
        *(base64.urlsafe_b64encode(bits).decode() for bits in flipped),
    ]
    for cursor in unreadable:
        errors = await cursor_client.everywhere(ACTIVITY, POLL_ACTIVITY, cursor, schemeId=scheme.id)
        assert {error["message"] for error in errors} == {FOREIGN}, cursor
        assert [error["extensions"] for error in errors] == [{"code": "BAD_USER_INPUT", "argument": "after"}] * 3
        assert [error["path"] for error in errors] == [["schemeActivity"], ["schemeActivity"], ["page"]]


@pytest.mark.parametrize("cursor", ["x" * 201, "A" * 10_240, "ü" * 201])
async def test_long_cursors_are_rejected(cursor_client: CursorClient, scheme: FollowedScheme, cursor: str) -> None:
    """The scalar says so; in a header, where there is no scalar, the stream does."""
    errors = await cursor_client.everywhere(ACTIVITY, POLL_ACTIVITY, cursor, schemeId=scheme.id)
    message = f"Variable '$after' has invalid value: {NO_CURSOR}"
    assert [(error["message"], error["extensions"]) for error in errors] == [(message, {"code": "BAD_USER_INPUT"})] * 3
    if cursor.isascii():
        rejected = await cursor_client.by_header(cursor, scheme)
        assert (rejected["message"], rejected["extensions"]["argument"]) == (FOREIGN, "after")


async def test_cursors_of_other_streams_are_rejected(
    cursor_client: CursorClient, clients: Clients, scheme: FollowedScheme, factory: SchemeFactory
) -> None:
    """Of another scheme, another stream, or another account's notifications, without revealing anything."""
    other = gid(NodeKind.SCHEME, await factory.created("Another"))
    mine, theirs = [await polled(clients[name], POLL_NOTIFICATIONS) for name in MANAGERS]
    (_, elsewhere), (_, here) = [
        await polled(clients["second manager"], POLL_ACTIVITY, schemeId=id_) for id_ in (other, scheme.id)
    ]
    found = [
        *await cursor_client.everywhere(ACTIVITY, POLL_ACTIVITY, elsewhere, schemeId=scheme.id),
        *await cursor_client.everywhere(ACTIVITY, POLL_ACTIVITY, mine[1], schemeId=scheme.id),
        *await cursor_client.everywhere(NOTIFICATIONS, POLL_NOTIFICATIONS, here),
        *await cursor_client.everywhere(NOTIFICATIONS, POLL_NOTIFICATIONS, theirs[1]),
        await cursor_client.by_header(elsewhere, scheme),
        await cursor_client.by_header(mine[1], scheme),
    ]
    assert {error["message"] for error in found} == {OTHER}
    assert all(error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"} for error in found)


async def test_expired_cursors_are_rejected(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    cursor_client: CursorClient,
    clients: Clients,
    scheme: FollowedScheme,
    environment: Environment,
    wait_for_events: WaitForEvents,
) -> None:
    """A cursor before a deleted event is rejected; the one after the last deleted event works."""
    manager = clients["second manager"]
    _, old = await polled(manager, POLL_ACTIVITY, schemeId=scheme.id)
    await scheme.record("Forgotten.", "Forgotten too.")
    await wait_for_events()
    page = (await manager.send(POLL_ACTIVITY, schemeId=scheme.id, after=old)).data["page"]
    first, last = [edge["cursor"] for edge in page["edges"]]
    async with both(live_server, manager, ACTIVITY, schemeId=scheme.id, after=last) as live:
        # After a first event, they have finished their replay.
        await scheme.record("Heard.")
        assert messages_of([await stream.next() for stream in live]) == ["Heard.", "Heard."]
        _, resume_at = await polled(manager, POLL_NOTIFICATIONS)
        operation = environment.operation(None, fresh=True)
        assert await delete_expired_events(operation, operation.now + timedelta(days=1), advance_endpoints_to) > 3
        await operation.close()
        found = [
            *await cursor_client.everywhere(ACTIVITY, POLL_ACTIVITY, old, schemeId=scheme.id),
            *await cursor_client.everywhere(ACTIVITY, POLL_ACTIVITY, first, schemeId=scheme.id),
            await cursor_client.by_header(first, scheme),
        ]
        assert {error["message"] for error in found} == {EXPIRED}
        assert all(error["extensions"] == {"code": "CURSOR_EXPIRED"} for error in found)
        assert (await polled(manager, POLL_ACTIVITY, schemeId=scheme.id))[0] == []
        await scheme.record("Kept.")
        # Live streams missed nothing, and the present of another stream is no older than the last event.
        assert messages_of([await stream.next() for stream in live]) == ["Kept.", "Kept."]
    assert (await polled(manager, POLL_NOTIFICATIONS, resume_at))[0] == ["Kept."]
