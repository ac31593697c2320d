"""graphql-transport-ws: init, ping, subscribe, and complete, as the protocol specifies."""

import asyncio
from time import monotonic

import pytest

from graphql_api.subscriptions.hub import Hub
from graphql_api.transport.websocket import INIT_TIMEOUT_S
from tests.fixtures import LiveServer
from tests.support.client import Client
from tests.support.followed_scheme import ACTIVITY, NOTIFICATIONS, FollowedScheme
from tests.support.sockets import SUBPROTOCOL, Closed, connected, opened

SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": NOTIFICATIONS}}


async def test_connection_init_is_acknowledged(live_server: LiveServer, analyst: Client, hub: Hub) -> None:
    async with opened(live_server.address) as client:
        assert client.connection.subprotocol == SUBPROTOCOL
        assert hub.counts().sessions == 0
        assert await client.init(analyst.headers) == {"type": "connection_ack"}
        assert hub.counts().sessions == 1


async def test_pings_are_answered_before_and_after_connection_init(live_server: LiveServer, analyst: Client) -> None:
    """Also those with a payload; a pong needs no answer."""
    async with opened(live_server.address) as client:
        for ping in ({"type": "ping"}, {"type": "ping", "payload": {"at": 1}}):
            await client.say(ping)
            assert await client.receive() == {"type": "pong"}
        await client.init(analyst.headers)
        await client.say({"type": "pong", "payload": {"reason": "none"}})
        await client.say({"type": "ping"})
        assert await client.receive() == {"type": "pong"}


async def test_an_event_comes_as_next_until_the_client_completes(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme, hub: Hub
) -> None:
    """The id is the client's; what happens after `complete` does not come."""
    async with connected(live_server.address, analyst) as client:
        first, second = [await client.subscribe(ACTIVITY, id_=id_, schemeId=scheme.id) for id_ in ('ünï "1"', "2")]
        await client.synchronize()
        await scheme.record("One.")
        message = (await first.next()).payload
        assert message.keys() == {"data", "extensions"}
        assert message["data"] == {"schemeActivity": {"activity": {"message": "One."}}}
        assert (await second.next()).payload == message
        await first.complete()
        await client.synchronize()
        assert hub.counts().subscriptions == 1
        await scheme.record("Two.")
        next_message = await client.receive()
        assert (next_message["id"], next_message["payload"]["data"]["schemeActivity"]["activity"]) == (
            "2",
            {"message": "Two."},
        )
        await client.synchronize()
        assert not first.waiting


@pytest.mark.parametrize("offered", [(), ("graphql-ws",), ("GRAPHQL-TRANSPORT-WS",), ("graphql-transport-ws-2",)])
async def test_other_subprotocols_are_rejected(live_server: LiveServer, offered: tuple[str, ...]) -> None:
    """The legacy one too; there is no fallback."""
    async with opened(live_server.address, subprotocols=offered) as client:
        assert client.connection.subprotocol is None
        assert await client.ended() == (4406, "Offer the subprotocol graphql-transport-ws.")


async def test_the_subprotocol_may_be_one_of_several(live_server: LiveServer, analyst: Client) -> None:
    async with opened(live_server.address, subprotocols=("graphql-ws", SUBPROTOCOL)) as client:
        assert client.connection.subprotocol == SUBPROTOCOL
        assert await client.init(analyst.headers) == {"type": "connection_ack"}


async def test_a_client_without_connection_init_is_disconnected(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pings do not count."""
    assert INIT_TIMEOUT_S == 5
    monkeypatch.setattr("graphql_api.transport.websocket.INIT_TIMEOUT_S", 0.2)
    began = monotonic()
    async with opened(live_server.address) as silent, opened(live_server.address) as pinging:
        await pinging.say({"type": "ping"})
        assert await silent.ended() == (4408, "Connection initialisation timeout")
        assert await pinging.ended() == (4408, "Connection initialisation timeout")
    assert 0.2 <= monotonic() - began < 4


async def test_an_initialized_client_may_be_silent(
    live_server: LiveServer, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphql_api.transport.websocket.INIT_TIMEOUT_S", 0.5)
    async with connected(live_server.address, analyst) as client:
        await asyncio.sleep(0.6)
        await client.synchronize()


async def test_a_second_connection_init_closes_the_connection(live_server: LiveServer, analyst: Client) -> None:
    async with connected(live_server.address, analyst) as client:
        with pytest.raises(Closed, match=r"^4429 Too many initialisation requests$"):
            await client.init(analyst.headers)
    async with opened(live_server.address) as client:
        # Both at once, while the first one is still looked into.
        await client.say({"type": "connection_init", "payload": analyst.headers})
        await client.say({"type": "connection_init", "payload": analyst.headers})
        assert await client.receive() == {"type": "connection_ack"}
        assert await client.ended() == (4429, "Too many initialisation requests")


async def test_subscribing_needs_connection_init(live_server: LiveServer) -> None:
    async with opened(live_server.address) as client:
        await client.say(SUBSCRIBE)
        assert await client.ended() == (4401, "Unauthorized")


async def test_an_id_names_one_subscription_at_a_time(
    live_server: LiveServer, analyst: Client, scheme: FollowedScheme
) -> None:
    """While it lives; afterwards the id may be used again, however it ended."""
    async with connected(live_server.address, analyst) as client:
        for _ in range(3):
            await (await client.subscribe(ACTIVITY, id_="same", schemeId=scheme.id)).complete()
        assert await (await client.subscribe("subscription {", id_="same")).errors()
        again = await client.subscribe(ACTIVITY, id_="same", schemeId=scheme.id)
        await client.synchronize()
        await scheme.record("Once.")
        assert (await again.next()).data["schemeActivity"]["activity"] == {"message": "Once."}
        await client.subscribe(NOTIFICATIONS, id_="other")
        await client.subscribe(NOTIFICATIONS, id_="same")
        assert await client.ended() == (4409, "Subscriber for same already exists")


async def test_completing_an_unknown_subscription_is_allowed(live_server: LiveServer, analyst: Client) -> None:
    """The client and the server may both complete it at the same time."""
    async with connected(live_server.address, analyst) as client:
        for id_ in ("nobody", ""):
            await client.say({"type": "complete", "id": id_})
        await client.synchronize()
