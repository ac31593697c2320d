"""Every subscription of `operations/` is opened over both transports and delivers events without errors."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fixtures import LiveServer
from tests.support.client import Client, Clients, document
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations import PREPARATIONS
from tests.support.operations.documents import SUBSCRIPTIONS, key_of
from tests.support.operations.imports import cancel_import
from tests.support.operations.jobs import cancel_it
from tests.support.operations.ledger import post_more
from tests.support.operations.tracking import dispatch_more
from tests.support.sockets import SseStream, Stream, connected, following

Variables = dict[str, Any]


@pytest.mark.parametrize("over", ["WebSocket", "server-sent events"])
@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_a_subscription_delivers_events_without_errors(
    name: str, over: str, live_server: LiveServer, clients: Clients, factory: SchemeFactory
) -> None:
    account, variables = await PREPARATIONS[name](factory, clients.world)
    async with _subscribed(over, live_server, clients[account], document(name), variables) as stream:
        before = (await stream.next()).data if name in STATES else None
        await TRIGGERS[name](factory, variables)
        after = (await stream.next()).data
    assert all(after.values())
    assert after != before


def test_no_subscription_is_forgotten() -> None:
    assert sorted(TRIGGERS) == SUBSCRIPTIONS
    assert set(SUBSCRIPTIONS) > STATES


@asynccontextmanager
async def _subscribed(
    over: str, live_server: LiveServer, client: Client, text: str, variables: Variables
) -> AsyncIterator[Stream | SseStream]:
    if over == "WebSocket":
        async with connected(live_server.address, client) as socket:
            stream = await socket.subscribe(text, **variables)
            await socket.synchronize()
            yield stream
    else:
        async with following(client, text, **variables) as events:
            yield events


async def _submit_it(factory: SchemeFactory, variables: Variables) -> None:
    await factory.submitted(key_of(variables["schemeId"]))


async def _submit_another(factory: SchemeFactory, _variables: Variables) -> None:
    await factory.submitted(await factory.complete("Another"))


async def _begin_another(factory: SchemeFactory, _variables: Variables) -> None:
    await factory.created("Another")


async def _sell_more(factory: SchemeFactory, _variables: Variables) -> None:
    ((_, ecp_id),) = factory.world.ecps.items()
    await post_more(factory.environment, factory.world, ecp_id)


# Actions that cause an event in each subscription.
TRIGGERS: dict[str, Callable[[SchemeFactory, Variables], Awaitable[None]]] = {
    "dashboard/BatchMovements": dispatch_more,
    "dashboard/ConsignmentProgress": dispatch_more,
    "dashboard/WorkQueues": _begin_another,
    "mobile/PointsPosted": _sell_more,
    "portal/FollowImport": cancel_import,
    "portal/FollowJob": cancel_it,
    "portal/FollowNotifications": _submit_another,
    "portal/FollowSchemeActivity": _submit_it,
    "portal/FollowWorkQueues": _begin_another,
}
# These subscriptions start with the current state.
STATES = {"dashboard/WorkQueues", "portal/FollowWorkQueues"}
