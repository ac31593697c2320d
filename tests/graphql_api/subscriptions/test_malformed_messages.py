"""A protocol violation closes its connection with the right code, and no other connection notices."""

import json
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import Complaints, joined
from tests.support.client import Client
from tests.support.followed_scheme import ACTIVITY, NOTIFICATIONS, FollowedScheme
from tests.support.sockets import connected

NOT_JSON = "This message is not JSON, or nested too deeply."
NO_OBJECT = "A message is a JSON object."
NO_TYPE = "The protocol knows no such type of message."
NO_ID = "A subscription has an id of 1 to 256 characters."
NO_TEXT = "An id is text."
BINARY = "Messages are JSON in text frames."
NO_REQUEST = "The payload of subscribe is not a GraphQL request: "


def subscribe(**changed: Any) -> dict[str, Any]:
    """A good message, except for what is changed."""
    return {"type": "subscribe", "id": "1", "payload": {"query": NOTIFICATIONS}, **changed}


MALFORMED: list[tuple[Any, str]] = [
    ("x", NOT_JSON),
    ("", NOT_JSON),
    ("{", NOT_JSON),
    ("NaN", NOT_JSON),
    ('"\\ud800"', NOT_JSON),
    ("[" * 100_000, NOT_JSON),
    ('{"type":' * 30_000, NOT_JSON),
    ('{"type": "ping", "payload": 1e999}', NOT_JSON),
    ("[]", NO_OBJECT),
    ('[{"type": "ping"}]', NO_OBJECT),
    ("1", NO_OBJECT),
    ('"x"', NO_OBJECT),
    ("null", NO_OBJECT),
    ({}, NO_TYPE),
    ({"type": None}, NO_TYPE),
    ({"type": 1}, NO_TYPE),
    ({"type": ["ping"]}, NO_TYPE),
    ({"type": "start", "id": "1", "payload": {"query": NOTIFICATIONS}}, NO_TYPE),
    ({"type": "connection_ack"}, NO_TYPE),
    ({"type": "next", "id": "1", "payload": {}}, NO_TYPE),
    (subscribe(id=None), NO_ID),
    ({"type": "subscribe", "payload": {"query": NOTIFICATIONS}}, NO_ID),
    (subscribe(id=""), NO_ID),
    (subscribe(id="x" * 257), NO_ID),
    (subscribe(id=1), NO_TEXT),
    (subscribe(id={}), NO_TEXT),
    ({"type": "complete", "id": 1}, NO_TEXT),
    ({"type": "complete"}, "A complete message names what is complete."),
    (subscribe(payload=None), f"{NO_REQUEST}Expected `object`, got `null`"),
    ({"type": "subscribe", "id": "1"}, f"{NO_REQUEST}Expected `object`, got `null`"),
    (subscribe(payload=[]), f"{NO_REQUEST}Expected `object`, got `array`"),
    (subscribe(payload="x"), f"{NO_REQUEST}Expected `object`, got `str`"),
    (subscribe(payload={}), f"{NO_REQUEST}Object missing required field `query`"),
    (subscribe(payload={"query": None}), f"{NO_REQUEST}Expected `str`, got `null` - at `$.query`"),
    (subscribe(payload={"query": 1}), f"{NO_REQUEST}Expected `str`, got `int` - at `$.query`"),
    (
        subscribe(payload={"query": NOTIFICATIONS, "variables": []}),
        f"{NO_REQUEST}Expected `object | null`, got `array` - at `$.variables`",
    ),
    (
        subscribe(payload={"query": NOTIFICATIONS, "variables": "{}"}),
        f"{NO_REQUEST}Expected `object | null`, got `str` - at `$.variables`",
    ),
    (
        subscribe(payload={"query": NOTIFICATIONS, "operationName": 1}),
        f"{NO_REQUEST}Expected `str | null`, got `int` - at `$.operationName`",
    ),
    (b"", BINARY),
    (b"\xff", BINARY),
    (json.dumps({"type": "ping"}).encode(), BINARY),
]


async def test_malformed_messages_close_the_connection(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme
) -> None:
    """With close code 4400 and a reason. Another client's stream continues."""
    async with connected(live_server.address, analyst) as other:
        stream = await other.subscribe(ACTIVITY, schemeId=scheme.id)
        for number, (message, reason) in enumerate(MALFORMED):
            async with connected(live_server.address, analyst) as client:
                await client.say(message)
                assert await client.ended() == (4400, reason), str(message)[:80]
            if number % 10 == 0:
                await scheme.record(f"After {number}.")
                event = await stream.next()
                assert event.data == {"schemeActivity": {"activity": {"message": f"After {number}."}}}


async def test_a_long_reason_is_cut_between_characters(live_server: LiveServer, analyst: Client) -> None:
    """A close frame has 123 bytes for it."""
    async with connected(live_server.address, analyst) as client:
        await client.say(subscribe(id="ü" * 200))
        await client.say(subscribe(id="ü" * 200))
        assert await client.ended() == (4409, f"Subscriber for {'ü' * 54}")


async def test_unusual_but_valid_messages_are_accepted(live_server: LiveServer, analyst: Client) -> None:
    """Unknown fields, an ID at its limit, a message in many fragments, and undeclared variables."""
    deep = json.dumps(subscribe(id="deep", payload={"query": NOTIFICATIONS, "variables": {"other": 7}}))
    async with connected(live_server.address, analyst) as client:
        await client.say({"type": "ping", "id": None, "more": {"or": "less"}})
        assert await client.receive() == {"type": "pong"}
        await client.say(subscribe(id="x" * 256, more=1))
        extensions = {"query": NOTIFICATIONS, "extensions": {"x": [1]}, "variables": None, "operationName": None}
        await client.say(subscribe(id="2", payload=extensions))
        await client.say(deep.replace("7", "[" * 900 + "]" * 900))
        await client.connection.send(['{"type":', '"pi', 'ng"}'])
        assert await client.receive() == {"type": "pong"}
        await joined(live_server.hub, subscriptions=3, groups=1)


async def test_text_that_is_not_utf8_closes_the_connection(
    live_server: LiveServer, analyst: Client, complaints: Complaints
) -> None:
    """Close code 1007, whatever is being answered at that moment, and one line in the log."""
    async with connected(live_server.address, analyst) as client:
        good = Frame(Opcode.TEXT, b'{"type":"ping"}').serialize(mask=True)
        client.connection.transport.write(good * 3 + Frame(Opcode.TEXT, b"\xff").serialize(mask=True))
        assert await client.ended() == (1007, "")
    assert complaints.take() == ["Invalid UTF-8 sequence received from client."]


@pytest.mark.parametrize("fragments", [1, 2])
async def test_a_large_message_closes_the_connection(live_server: LiveServer, analyst: Client, fragments: int) -> None:
    """Close code 1009; one of 256 KiB is read."""
    size = 256 * 1024
    head = '{"type": "ping", "payload": "'
    async with connected(live_server.address, analyst) as client:
        await client.say(f'{head}{"x" * (size - len(head) - 2)}"}}')
        assert await client.receive() == {"type": "pong"}
        parts = ["x" * (size // fragments)] * fragments
        await client.connection.send([*parts[:-1], parts[-1] + "x"] if fragments > 1 else parts[0] + "x")
        code, reason = await client.ended()
        assert (code, "exceeds limit of 262144 bytes" in reason) == (1009, True)
