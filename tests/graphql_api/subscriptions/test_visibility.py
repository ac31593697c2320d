"""Visibility of subscriptions: a hidden scheme answers like an unknown one, also during a stream."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.fixtures import LiveServer
from tests.support.client import Client, Clients, gid
from tests.support.followed_scheme import (
    ACTIVITY,
    NOTIFICATIONS,
    POLL_ACTIVITY,
    POLL_NOTIFICATIONS,
    ConcurrentWriters,
    FollowedScheme,
    messages_of,
    polled,
)
from tests.support.sockets import Closed, Event, SseStream, Stream, SubscriptionRejected, connected, following
from tests.support.world import World, key

MISSING = gid(NodeKind.SCHEME, key("no such scheme"))
ABSENT = ("This scheme does not exist.", {"code": "BAD_USER_INPUT", "argument": "schemeId"})
NO_ROLE = (
    "Your roles do not allow this. It requires one of the roles administrator, program manager, approver, operations, "
    "designer or analyst."
)
FORBIDDEN = (NO_ROLE, {"code": "FORBIDDEN", "permission": "scheme:follow"})
UPSERT = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { message } } }"
Revoke = Callable[[], Awaitable[None]]


@pytest.mark.parametrize("name", [Role.APPROVER, Role.OPERATIONS, Role.DESIGNER])
async def test_a_hidden_scheme_answers_like_an_unknown_one(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme, analyst: Client, name: Role
) -> None:
    """The same bytes, with whatever cursor."""
    client = clients[name]
    _, real = await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id)
    for after in (None, real, "x"):
        answers = [
            await _answers(live_server, client, {"schemeId": id_, "after": after}) for id_ in (scheme.id, MISSING)
        ]
        assert answers[0] == answers[1]
        assert ABSENT[0].encode() in answers[0][0]
        assert all(ABSENT[0].encode() in body for body in answers[0])


async def _answers(server: LiveServer, client: Client, variables: dict[str, Any]) -> list[bytes]:
    """The bytes of an answer over a WebSocket, as server-sent events, and to a query, with their headers."""
    async with connected(server.address, client) as socket:
        await socket.subscribe(ACTIVITY, **variables)
        sent = await socket.connection.recv(decode=False)
    async with following(client, ACTIVITY, **variables) as stream:
        await stream.response.aread()
    poll = await client.http.post(
        "/graphql", json={"query": POLL_ACTIVITY, "variables": variables}, headers=client.headers
    )
    return [sent, *(_head(response) + response.content for response in (stream.response, poll))]


def _head(response: httpx.Response) -> bytes:
    kept = [f"{name}: {value}" for name, value in response.headers.items() if name not in {"date", "x-request-id"}]
    return "\n".join((str(response.status_code), *sorted(kept), "")).encode()


async def test_notifications_are_for_their_account_alone(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme
) -> None:
    """The actor is not notified. Each account gets its own, and the next event shows that no other came."""
    manager, second = clients[Role.PROGRAM_MANAGER], clients["second manager"]
    async with connected(live_server.address, manager) as first, connected(live_server.address, second) as other:
        streams = [await socket.subscribe(NOTIFICATIONS) for socket in (first, other)]
        for socket in (first, other):
            await socket.synchronize()
        await scheme.record("By the first.", "Again.")
        await scheme.record("By the second.", by="second manager")
        await scheme.record("By another.", by=Role.ADMIN)
        assert messages_of(await streams[0].many(2)) == ["By the second.", "By another."]
        assert messages_of(await streams[1].many(3)) == ["By the first.", "Again.", "By another."]
    assert (await polled(clients[Role.ADMIN], POLL_NOTIFICATIONS))[0] == []


async def test_a_notification_is_for_all_devices_of_its_account(
    live_server: LiveServer, clients: Clients, scheme: FollowedScheme
) -> None:
    second = clients["second manager"]
    async with connected(live_server.address, second) as socket, following(second, NOTIFICATIONS) as stream:
        sent = await socket.subscribe(NOTIFICATIONS)
        await socket.synchronize()
        await scheme.record("For both.")
        first, other = await sent.next(), await stream.next()
    assert first.payload == other.payload
    assert messages_of([first]) == ["For both."]


@pytest.fixture
def ways(clients: Clients, world: World, database_url: str) -> dict[str, Revoke]:
    """Ways in which the second manager loses access to a scheme."""
    account = world.accounts["second manager"]

    async def replace(*roles: Role) -> None:
        given = {"id": gid(NodeKind.ACCOUNT, account.id), "displayName": account.display_name, "roles": roles}
        answer = await clients[Role.ADMIN].send(UPSERT, input=given)
        assert answer.data["upsertAccount"]["errors"] == []

    async def delete() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("DELETE FROM account_role WHERE account_id = $1", account.id)
        await connection.close()

    return {"no roles": replace, "another role": lambda: replace(Role.OPERATIONS), "plain SQL": delete}


@pytest.mark.parametrize(
    ("way", "expected"), [("no roles", FORBIDDEN), ("another role", ABSENT), ("plain SQL", FORBIDDEN)]
)
async def test_a_revoked_role_ends_a_stream(  # noqa: PLR0913, PLR0917 - fixtures
    live_server: LiveServer,
    clients: Clients,
    scheme: FollowedScheme,
    ways: dict[str, Revoke],
    way: str,
    expected: tuple[str, dict[str, str]],
) -> None:
    """Soon and with a reason. No event of a transaction that began after the revocation is delivered."""
    second, writers = clients["second manager"], ConcurrentWriters(scheme)
    async with connected(live_server.address, second) as socket, following(second, ACTIVITY, schemeId=scheme.id) as sse:
        streams: list[Stream | SseStream] = [
            sse,
            *[await socket.subscribe(ACTIVITY, schemeId=scheme.id) for _ in range(2)],
        ]
        await socket.synchronize()
        async with writers.running():
            first = [await stream.next() for stream in streams]
            await ways[way]()
            allowed = writers.started
            async with asyncio.timeout(5):
                ends = [await _end(stream) for stream in streams]
        for event, (events, error) in zip(first, ends, strict=True):
            received = messages_of([event, *events])
            assert received == [f"0/{number}" for number in range(len(received))]
            assert len(received) <= allowed
            assert (error["message"], error["extensions"]) == expected
            assert error["path"] == ["schemeActivity"]
        assert sse.complete
        # The connection stays open for other subscriptions, unless all roles are gone.
        assert (await (await socket.subscribe(ACTIVITY, schemeId=scheme.id)).errors())[0]["message"] == expected[0]
        await socket.synchronize()


async def _end(stream: Stream | SseStream) -> tuple[list[Event], dict[str, Any]]:
    """The events that still come, and the error that ends a stream."""
    events = []
    try:
        while "errors" not in (event := await stream.next()).payload:
            events.append(event)
    except SubscriptionRejected as rejected:
        (error,) = rejected.errors
        return events, error
    (error,) = event.errors
    with pytest.raises(Closed):
        await stream.next()
    return events, error
