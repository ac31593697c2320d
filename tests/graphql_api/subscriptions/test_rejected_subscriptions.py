"""An invalid or excessive subscription ends with an `error` message, and its connection continues."""

from typing import Any

import pytest

from domain.permissions import Role
from graphql_api.subscriptions.hub import Hub
from graphql_api.transport.websocket import SUBSCRIPTIONS_LIMIT
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import joined
from tests.support.client import Client, Clients
from tests.support.followed_scheme import ACTIVITY, FollowedScheme, messages_of
from tests.support.sockets import connected
from tests.support.unchanged import nothing_changes

BAD, INVALID, UNPARSED = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"
NOT_HERE = "Only subscriptions are accepted here. Send queries and mutations over HTTP."
UNNAMED = "Name one operation of the document in “operationName”: it has none, or more than one."
WRONG = "Variable '$schemeId' has invalid value"
TWO = "subscription A { notificationAdded { cursor } } query B { tiers { name } }"
ONE_EACH = "Anonymous Subscription must select only one top level field."
DEEP = "scheme { activity { nodes { " * 4 + "id" + " } } }" * 4
WIDE = " ".join(f"a{number}: cursor" for number in range(31))

REJECTED: list[tuple[str, dict[str, Any], str, str]] = [
    ("{ tiers { name } }", {}, BAD, NOT_HERE),
    ("query { tiers { name } }", {}, BAD, NOT_HERE),
    (TWO, {}, BAD, UNNAMED),
    (TWO, {"operation_name": "B"}, BAD, NOT_HERE),
    (TWO, {"operation_name": "C"}, BAD, "The document has no operation “C”."),
    ("subscription {", {}, UNPARSED, "Syntax Error: Expected Name, found <EOF>."),
    ("", {}, UNPARSED, "Syntax Error: Unexpected <EOF>."),
    ("{ a " * 500, {}, UNPARSED, "Syntax Error: Document is nested too deeply. Parsing aborted."),
    ("subscription { nothing }", {}, INVALID, "Cannot query field 'nothing' on type 'Subscription'."),
    ("fragment F on Query { tiers { name } }", {}, INVALID, "Fragment 'F' is never used."),
    ("subscription { workQueuesChanged { key } b: workQueuesChanged { key } }", {}, INVALID, ONE_EACH),
    (ACTIVITY, {}, BAD, f"{WRONG}: Expected a value of non-null type 'ID!' to be provided."),
    (ACTIVITY, {"schemeId": None}, BAD, f"{WRONG}: Expected value of non-null type 'ID!' not to be None."),
    (ACTIVITY, {"schemeId": [1]}, BAD, f"{WRONG}: ID cannot represent value: [1]"),
    (
        f"subscription {{ notificationAdded {{ notification {{ {DEEP} }} }} }}",
        {},
        INVALID,
        "The operation is too large: 15 levels deep, and at most 12 are allowed.",
    ),
    (
        f"subscription {{ notificationAdded {{ {WIDE} }} }}",
        {},
        INVALID,
        "The operation is too large: 31 aliases, and at most 30 are allowed.",
    ),
    (
        f"subscription {{ notificationAdded {{ {'cursor ' * 2000} }} }}",
        {},
        UNPARSED,
        "Syntax Error: Document contains more than 2000 tokens. Parsing aborted.",
    ),
]


async def test_invalid_subscriptions_are_rejected(live_server: LiveServer, analyst: Client, hub: Hub) -> None:
    """All on one connection, which then carries a valid subscription. Rejected ones leave nothing behind."""
    async with connected(live_server.address, analyst) as client:
        for document, given, code, message in REJECTED:
            errors = await (await client.subscribe(document, **given)).errors()
            found = [(error["extensions"], error["message"]) for error in errors]
            assert found == [({"code": code}, message)], document[:80]
        assert hub.counts().subscriptions == 0
        await client.subscribe(TWO, operation_name="A")
        await joined(hub, subscriptions=1, groups=1)


async def test_an_empty_operation_name_counts_as_absent(live_server: LiveServer, analyst: Client, hub: Hub) -> None:
    """As over HTTP."""
    async with connected(live_server.address, analyst) as client:
        await client.subscribe("subscription A { notificationAdded { cursor } }", operation_name="")
        await joined(hub, subscriptions=1, groups=1)


async def test_a_mutation_changes_nothing(live_server: LiveServer, clients: Clients, database_url: str) -> None:
    """Its result would be lost if the connection breaks."""
    create = 'createScheme(input: {title: "By socket", earningChannels: [SALE]}) { scheme { id } }'
    manager = clients[Role.PROGRAM_MANAGER]
    async with nothing_changes(database_url), connected(live_server.address, manager) as client:
        first = await client.subscribe(f"mutation {{ {create} }}")
        second = await client.subscribe(f"mutation M {{ {create} }} {TWO}", operation_name="M")
        for stream in (first, second):
            assert await stream.errors() == [{"message": NOT_HERE, "extensions": {"code": BAD}}]


@pytest.mark.parametrize("more", [1, 3])
async def test_a_connection_has_a_limit_of_subscriptions(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme, hub: Hub, more: int
) -> None:
    """One more is rejected while the others continue. After one ends, another can start."""
    async with connected(live_server.address, analyst) as client:
        kept = [await client.subscribe(ACTIVITY, schemeId=scheme.id) for _ in range(SUBSCRIPTIONS_LIMIT)]
        for _ in range(more):
            rejected = await client.subscribe(ACTIVITY, schemeId=scheme.id)
            message = "One connection carries at most 20 subscriptions: end another one first."
            assert await rejected.errors() == [{"message": message, "extensions": {"code": "LIMIT_EXCEEDED"}}]
        await scheme.record("For twenty.")
        for stream in kept:
            assert messages_of([await stream.next()]) == ["For twenty."]
        await kept[7].complete()
        again = await client.subscribe(ACTIVITY, schemeId=scheme.id)
        await client.synchronize()
        await scheme.record("For twenty again.")
        for stream in (*kept[:7], *kept[8:], again):
            assert messages_of([await stream.next()]) == ["For twenty again."]
        assert hub.counts().subscriptions == SUBSCRIPTIONS_LIMIT
