"""Authentication of WebSockets: the same credentials as over HTTP, in `connection_init` or in headers."""

import asyncio
from typing import Any

import pytest

from db.outbox.reads import HORIZON
from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import Complaints
from tests.support.client import Client, Clients, gid
from tests.support.followed_scheme import NOTIFICATIONS, FollowedScheme
from tests.support.sockets import Closed, opened
from tests.support.world import World

ACK = {"type": "connection_ack"}
ANONYMOUS = "Sign in to subscribe: send “Authorization” in the payload of connection_init."
INVALID = "This token is not valid: sign in again."
NO_BEARER = "Send the credential as “Authorization: Bearer …”."
NO_ACCOUNT = "This credential does not open an account. It was revoked, or the account is disabled."
CREATE = 'mutation ($id: ID!) { createApiKey(input: {accountId: $id, name: "Till"}) { secret } }'


async def greeted(
    server: LiveServer, payload: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Any:
    """Return the answer to `connection_init`, or the close code and reason."""
    async with opened(server.address, headers) as client:
        try:
            return await client.init(payload)
        except Closed as closed:
            return closed.code, closed.reason


@pytest.fixture
async def secret(clients: Clients, world: World) -> str:
    """An API key of the connected system."""
    account = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    return str((await clients[Role.ADMIN].send(CREATE, id=account)).data["createApiKey"]["secret"])


async def test_connection_init_accepts_a_credential(live_server: LiveServer, analyst: Client, secret: str) -> None:
    """Names are as in HTTP: their case does not matter."""
    bearer = analyst.headers["Authorization"]
    for name in ("Authorization", "authorization", "AUTHORIZATION"):
        assert await greeted(live_server, {name: bearer}) == ACK
        assert await greeted(live_server, {name: f"bearer {secret}", "other": [1]}) == ACK
    for name in ("x-api-key", "X-API-Key", "X-Api-Key"):
        assert await greeted(live_server, {name: secret}) == ACK


async def test_headers_accept_a_credential(live_server: LiveServer, analyst: Client, secret: str) -> None:
    """For clients other than browsers."""
    assert await greeted(live_server, headers=analyst.headers) == ACK
    assert await greeted(live_server, {}, analyst.headers) == ACK
    assert await greeted(live_server, {"client": "till"}, {"X-API-Key": secret}) == ACK


async def test_connection_init_takes_precedence_over_headers(
    live_server: LiveServer, clients: Clients, secret: str, scheme: FollowedScheme
) -> None:
    """Whatever headers a proxy adds. A valid header does not replace a bad credential."""
    bearer = clients["second manager"].headers
    bad = {"Authorization": "Bearer x"}
    assert await greeted(live_server, bearer, bad) == ACK
    assert await greeted(live_server, bad, bearer) == (4403, INVALID)
    assert await greeted(live_server, {"X-API-Key": "tsk_x"}, bearer) == (4403, NO_ACCOUNT)
    async with opened(live_server.address, {"Authorization": f"Bearer {secret}"}) as client:
        assert await client.init(bearer) == ACK
        stream = await client.subscribe(NOTIFICATIONS)
        await client.synchronize()
        await scheme.record("For the participants.")
        assert (await stream.next()).data["notificationAdded"]["notification"] == {"message": "For the participants."}


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        (None, 4403, ANONYMOUS),
        ({}, 4403, ANONYMOUS),
        ({"token": "x"}, 4403, ANONYMOUS),
        ({"Authorization": ""}, 4403, NO_BEARER),
        ({"Authorization": "x"}, 4403, NO_BEARER),
        ({"Authorization": "Basic eDp5"}, 4403, NO_BEARER),
        ({"Authorization": "Bearer x"}, 4403, INVALID),
        ({"Authorization": "Bearer e30.e30.e30"}, 4403, INVALID),
        ({"Authorization": "Bearer é"}, 4403, INVALID),
        ({"x-api-key": ""}, 4403, INVALID),
        ({"x-api-key": "tsk_x"}, 4403, NO_ACCOUNT),
        ({"Authorization": 1}, 4400, "A credential in connection_init is text."),
        ({"Authorization": None}, 4400, "A credential in connection_init is text."),
        ({"x-api-key": ["tsk_x"]}, 4400, "A credential in connection_init is text."),
        ([], 4400, "The payload of connection_init is an object."),
        ("Bearer x", 4400, "The payload of connection_init is an object."),
        (1, 4400, "The payload of connection_init is an object."),
    ],
)
async def test_invalid_connection_init_payloads_are_rejected(
    live_server: LiveServer, world: World, payload: Any, code: int, reason: str
) -> None:
    """Each message says what to do."""
    assert await greeted(live_server, payload) == (code, reason)


async def test_a_busy_server_asks_clients_to_retry(
    live_server: LiveServer,
    analyst: Client,
    environment: Environment,
    complaints: Complaints,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client gives up for good on 4403, and must not do so here."""
    busy = "The server is very busy. Try again in a few seconds."
    taken = [environment.operation(None, fresh=True) for _ in range(8)]
    try:
        await asyncio.gather(*(operation.fetch(HORIZON) for operation in taken))
        monkeypatch.setattr("db.sessions.ACQUIRE_TIMEOUT_S", 0.01)
        assert await greeted(live_server, analyst.headers) == (1013, busy)
    finally:
        for operation in taken:
            await operation.close()
    assert await greeted(live_server, analyst.headers) == ACK
    # The server's own work may have had to wait, too.
    complaints.take()
