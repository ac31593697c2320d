"""Endpoints that do not accept events: retried for days, then disabled, and back again without loss."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from domain.webhooks.retrying import JITTER_SHARE, RETRY_DELAYS
from graphql_api.webhooks import addresses
from tests.fixtures import LiveServer
from tests.support.client import document
from tests.support.clock import TestClock
from tests.support.endpoint import OK, silent
from tests.support.webhook_receiver import ERROR, GONE, Receiver, WebhookAdmin, receiving

NOTIFICATIONS = "{ viewer { notifications { nodes { kind message actor { id } scheme { id } activity { id } } } } }"
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'tessera tail' AND datname = $1"""
LONGER = timedelta(days=2)


async def notifications(hooks: WebhookAdmin, name: str = "ADMIN") -> Any:
    """Return the notifications of an account."""
    return (await hooks.clients[name].send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]


def moment(text: str) -> datetime:
    """Format a time as the API does."""
    return datetime.fromisoformat(text)


async def test_a_failing_endpoint_is_disabled_after_three_days(
    hooks: WebhookAdmin, receiver: Receiver, clock: TestClock
) -> None:
    """Ten attempts, with the pauses of the schedule and some jitter; enabled again, it gets everything in order."""
    receiver.answer(ERROR)
    endpoint_id, secret = await hooks.created(receiver.url)
    first = await hooks.save_tier()
    later = [await hooks.save_tier() for _ in range(2)]
    for number in range(1, 10):
        found = await hooks.tried(endpoint_id, number)
        assert found["failures"] == number
        attempted = moment(found["deliveries"]["nodes"][0]["attemptedAt"])
        pause, wanted = moment(found["nextAttemptAt"]) - attempted, RETRY_DELAYS[number - 1]
        assert wanted <= pause <= wanted * (1 + JITTER_SHARE)
        assert found["state"] == "FAILING"
        clock.now = moment(found["nextAttemptAt"]) - timedelta(seconds=1)
        await asyncio.sleep(0.1)
        assert len(receiver.received) == number
        clock.advance(seconds=1)
    disabled = await hooks.reached(endpoint_id, lambda node: node["state"] == "DISABLED")
    reason = "10 attempts in a row have failed. The last error: The endpoint answered 500."
    assert (disabled["failures"], disabled["nextAttemptAt"], disabled["disabledReason"]) == (10, None, reason)
    assert disabled["stateLabel"] == f"Disabled. {reason}"
    assert [node["attempt"] for node in disabled["deliveries"]["nodes"]] == list(range(10, 0, -1))
    clock.now += LONGER
    await asyncio.sleep(0.1)
    assert receiver.objects == [first] * 10
    assert len({delivery.id for delivery in receiver.received}) == 1
    assert all(earlier.sent_at < later.sent_at for earlier, later in pairwise(receiver.received))
    receiver.answer(OK)
    enabled = await hooks.updated(endpoint_id, enabled=True)
    assert (enabled["state"], enabled["disabledAt"], enabled["disabledReason"]) == ("ACTIVE", None, None)
    await receiver.deliveries(13)
    assert receiver.objects[10:] == [first, *later]
    assert all(delivery.signed_with(secret) for delivery in receiver.received)


async def test_every_administrator_is_notified_of_a_disabled_endpoint(hooks: WebhookAdmin, clock: TestClock) -> None:
    kinds = ("WEBHOOK_ENDPOINT_SAVED", "WEBHOOK_ENDPOINT_DISABLED", "WEBHOOK_ENDPOINT_DELETED")
    async with receiving() as admins, receiving() as integrations, receiving(GONE) as receiver:
        await hooks.created(admins.url, *kinds, name="ADMIN")
        await hooks.created(integrations.url, *kinds)
        endpoint_id, _ = await hooks.created(receiver.url)
        await hooks.save_tier()
        gone = await hooks.reached(endpoint_id, lambda node: node["state"] == "DISABLED")
        assert gone["stateLabel"] == "Disabled. The endpoint answered 410: it wants no more webhooks."
        assert [node["status"] for node in gone["deliveries"]["nodes"]] == [410]
        (notification,) = await notifications(hooks)
        assert notification == {
            "kind": "WEBHOOK_ENDPOINT_DISABLED",
            "message": f"The webhook endpoint {receiver.url} was disabled. The endpoint answered 410: it wants no more "
            "webhooks. New events are kept for it for some days.",
            "actor": None,
            "scheme": None,
            "activity": None,
        }
        assert await notifications(hooks, "PROGRAM_MANAGER") == []
        await hooks.admin.send(document("portal/DeleteWebhookEndpoint"), input={"id": endpoint_id})
        notification = [delivery.body for delivery in await admins.deliveries(5)]
        assert [body["type"].removeprefix("webhook.endpoint.") for body in notification] == [
            "saved",
            "saved",
            "saved",
            "disabled",
            "deleted",
        ]
        assert [body["data"] for body in notification[2:]] == [{"webhookEndpointId": endpoint_id}] * 3
        assert integrations.received == []
        clock.advance(days=1)
        await asyncio.sleep(0.1)
        assert len(receiver.received) == 1


async def test_the_notification_is_counted_and_published(hooks: WebhookAdmin) -> None:
    """The notification is an event, too: the administrator's own endpoint gets it."""
    async with receiving() as admins, receiving(GONE) as receiver:
        await hooks.created(admins.url, "NOTIFICATION_ADDED", name="ADMIN")
        await hooks.created(receiver.url)
        await hooks.save_tier()
        (delivery,) = await admins.deliveries(1)
        listing = "{ viewer { unreadCount notifications { nodes { id message } } } }"
        viewer = (await hooks.admin.send(listing)).data["viewer"]
    (notification,) = viewer["notifications"]["nodes"]
    assert delivery.body["data"] == {"notificationId": notification["id"], "message": notification["message"]}
    assert viewer["unreadCount"] == 1


async def test_a_host_that_resolves_to_a_private_network_is_not_called(
    hooks: WebhookAdmin, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was public, or unknown, when the endpoint was created."""

    async def resolve(*_: Any) -> list[str]:
        return ["127.0.0.1", "10.0.0.7"]

    monkeypatch.setattr(addresses, "_resolve", resolve)
    endpoint_id, _ = await hooks.created(receiver.url.replace("127.0.0.1", "hooks.example.com"))
    await hooks.save_tier()
    failing = await hooks.tried(endpoint_id, 1)
    (attempt,) = failing["deliveries"]["nodes"]
    assert (
        attempt["error"]
        == "The address 10.0.0.7 of hooks.example.com is private, and webhooks never call private addresses."
    )
    assert (attempt["status"], attempt["delivered"]) == (None, False)
    assert receiver.received == []


async def test_a_changed_url_is_tried_at_once(hooks: WebhookAdmin, receiver: Receiver) -> None:
    async with receiving(ERROR) as old:
        endpoint_id, _ = await hooks.created(old.url)
        tier_id = await hooks.save_tier()
        await hooks.reached(endpoint_id, lambda node: node["state"] == "FAILING")
        described = await hooks.updated(endpoint_id, description="Moved tomorrow")
        assert described["state"] == "FAILING"
        moved = await hooks.updated(endpoint_id, url=receiver.url)
        assert moved["state"] == "ACTIVE"
        await receiver.deliveries(1)
        assert receiver.objects == [tier_id]
        assert len(old.received) == 1


async def test_a_failing_endpoint_that_is_enabled_is_tried_at_once(hooks: WebhookAdmin, receiver: Receiver) -> None:
    receiver.answer(ERROR)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    await hooks.reached(endpoint_id, lambda node: node["state"] == "FAILING")
    receiver.answer(OK)
    await hooks.updated(endpoint_id, enabled=True)
    mended = await hooks.tried(endpoint_id, 2)
    assert [node["attempt"] for node in mended["deliveries"]["nodes"]] == [1, 1]


async def test_an_endpoint_that_is_disabled_while_it_is_called_stays_so(
    hooks: WebhookAdmin, receiver: Receiver
) -> None:
    """The failed attempt is recorded, but it neither counts nor notifies anybody."""
    called, answer = asyncio.Event(), asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        called.set()
        await answer.wait()
        writer.write(GONE)

    receiver.answer(slowly)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    await called.wait()
    await hooks.updated(endpoint_id, enabled=False)
    answer.set()
    found = await hooks.tried(endpoint_id, 1)
    assert (found["state"], found["failures"], found["stateLabel"]) == (
        "DISABLED",
        0,
        "Disabled. Admin disabled the endpoint.",
    )
    assert await notifications(hooks) == []


async def test_a_lost_leader_leaves_the_attempt_to_the_next_leader(
    hooks: WebhookAdmin, receiver: Receiver, live_server: LiveServer, database_url: str
) -> None:
    """The attempt is abandoned without a record, and made again with the same ID."""
    receiver.answer(silent)
    endpoint_id, _ = await hooks.created(receiver.url)
    tier_id = await hooks.save_tier()
    await receiver.deliveries(1)
    receiver.answer(OK)
    await cut_tails(database_url)
    once, again = await receiver.deliveries(2)
    assert (once.id, once.raw) == (again.id, again.raw)
    assert receiver.objects == [tier_id] * 2
    assert [node["status"] for node in (await hooks.tried(endpoint_id, 1))["deliveries"]["nodes"]] == [200]
    assert live_server.hub.tailer.leads


async def cut_tails(database_url: str) -> None:
    """Cut the connection by which a process of this database leads."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(database_url)
    try:
        name = database_url.rpartition("/")[2].partition("?")[0]
        assert len(await connection.fetch(CUT, name)) == 1
    finally:
        await connection.close()
