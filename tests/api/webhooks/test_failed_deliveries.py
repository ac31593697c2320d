"""Failed deliveries: their list, sending one again at once, skipping one, and the pauses that endpoints ask for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.calendar import UTC_CALENDAR
from domain.node_kinds import NodeKind
from domain.webhooks.retrying import JITTER_SHARE
from tests.api.webhooks.test_resuming import polled, rewrite
from tests.support.client import document
from tests.support.clock import TestClock
from tests.support.endpoint import OK
from tests.support.unchanged import nothing_changes
from tests.support.webhook_receiver import ERROR, GONE, Receiver, WebhookAdmin, payload, read_errors, unknown

ACCEPTED = (
    "The endpoint has accepted this event. Send it again with “after” of updateWebhookEndpoint: a cursor before the "
    "event."
)
PASSED = (
    "The endpoint no longer waits for this event: it was delivered or skipped, or the endpoint has another position "
    "since. Reload its deliveries."
)
DISABLED = "The endpoint is disabled. Enable it with updateWebhookEndpoint: the event is sent again at once."
BOTH = ("RetryWebhookDelivery", "SkipWebhookDelivery")
# A transaction that began an hour earlier than its place in the stream.
OLDER = "UPDATE event SET recorded_at = recorded_at - interval '1 hour' WHERE (xid, id) = {place}"
LATEST = "(SELECT xid, id FROM event WHERE kind = 'TIER_SAVED' ORDER BY xid DESC, id DESC LIMIT 1)"


def throttled(head: str = "") -> bytes:
    """An answer of an endpoint that gets too many requests, with this header."""
    return f"HTTP/1.1 429 Too Many Requests\r\n{head}Content-Length: 0\r\n\r\n".encode()


async def failed(hooks: WebhookAdmin, endpoint_id: str) -> list[Any]:
    """The failed deliveries of an endpoint."""
    variables = {"id": endpoint_id, "first": 10}
    found = (await hooks.admin.send(document("portal/FailedWebhookDeliveries"), **variables)).data["node"]["deliveries"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Any] = found["nodes"]
    return nodes


async def blocked(hooks: WebhookAdmin, receiver: Receiver, answer: bytes = ERROR) -> tuple[str, Any]:
    """The ID of an endpoint that has not accepted an event, and the failed delivery."""
    receiver.answer(answer)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    await hooks.tried(endpoint_id, 1)
    (delivery,) = await failed(hooks, endpoint_id)
    receiver.answer(OK)
    return endpoint_id, delivery


async def test_an_event_that_blocks_its_endpoint_is_skipped(
    hooks: WebhookAdmin, receiver: Receiver, database_url: str
) -> None:
    """The event behind it is sent at once, and the attempt says which account skipped the event, and when."""
    endpoint_id, delivery = await blocked(hooks, receiver)
    later = await hooks.save_tier()
    assert (delivery["kind"], delivery["status"], delivery["skippedBy"]) == ("TIER_SAVED", 500, None)
    assert (delivery["outcomeLabel"], delivery["viewerActions"]) == ("The endpoint answered 500.", ["RETRY", "SKIP"])
    skipped = await payload(hooks.admin, "SkipWebhookDelivery", id=delivery["id"])
    assert (skipped["errors"], skipped["webhookDelivery"]["viewerActions"]) == ([], [])
    assert skipped["webhookDelivery"]["endpoint"]["state"] == "ACTIVE"
    await receiver.deliveries(2)
    assert receiver.objects[1] == later
    endpoint = await hooks.tried(endpoint_id, 2)
    assert [(node["attempt"], node["delivered"]) for node in endpoint["deliveries"]["nodes"]] == [(1, True), (1, False)]
    (kept,) = await failed(hooks, endpoint_id)
    moment = UTC_CALENDAR.format_moment(datetime.fromisoformat(kept["skippedAt"]))
    assert kept["outcomeLabel"] == f"The endpoint answered 500. Admin skipped the event on {moment}."
    assert (kept["skippedBy"]["displayName"], kept["viewerActions"]) == ("Admin", [])
    async with nothing_changes(database_url):
        for name in BOTH:
            again = await payload(hooks.admin, name, id=delivery["id"])
            assert (again["webhookDelivery"], read_errors(again)) == (None, [("ILLEGAL_STATE", "id", PASSED)])


async def test_an_event_that_blocks_its_endpoint_is_sent_again_at_once(
    hooks: WebhookAdmin, receiver: Receiver, database_url: str
) -> None:
    """With the same ID and body; what was accepted is not sent again."""
    endpoint_id, delivery = await blocked(hooks, receiver)
    retried = await payload(hooks.admin, "RetryWebhookDelivery", id=delivery["id"])
    assert (retried["errors"], retried["webhookDelivery"]["viewerActions"]) == ([], ["RETRY", "SKIP"])
    assert retried["webhookDelivery"]["endpoint"]["failures"] == 0
    once, again = await receiver.deliveries(2)
    assert (once.id, once.raw) == (again.id, again.raw)
    accepted, first = (await hooks.tried(endpoint_id, 2))["deliveries"]["nodes"]
    assert [node["id"] for node in await failed(hooks, endpoint_id)] == [first["id"]] == [delivery["id"]]
    async with nothing_changes(database_url):
        for name in BOTH:
            for node, sentence in ((first, PASSED), (accepted, ACCEPTED)):
                denied = await payload(hooks.admin, name, id=node["id"])
                assert read_errors(denied) == [("ILLEGAL_STATE", "id", sentence)]
            nobody = await payload(hooks.admin, name, id=unknown(NodeKind.WEBHOOK_DELIVERY))
            assert read_errors(nobody) == [("NOT_FOUND", "id", "This delivery attempt does not exist.")]


async def test_the_event_of_a_disabled_endpoint_is_skipped_but_not_sent(
    hooks: WebhookAdmin, receiver: Receiver, database_url: str
) -> None:
    """The endpoint stays disabled; once enabled, it receives the events behind."""
    endpoint_id, delivery = await blocked(hooks, receiver, GONE)
    later = await hooks.save_tier()
    assert delivery["viewerActions"] == ["SKIP"]
    async with nothing_changes(database_url):
        denied = await payload(hooks.admin, "RetryWebhookDelivery", id=delivery["id"])
        assert read_errors(denied) == [("ILLEGAL_STATE", "id", DISABLED)]
    skipped = await payload(hooks.admin, "SkipWebhookDelivery", id=delivery["id"])
    assert (skipped["errors"], skipped["webhookDelivery"]["endpoint"]["state"]) == ([], "DISABLED")
    await hooks.updated(endpoint_id, enabled=True)
    await receiver.deliveries(2)
    assert receiver.objects[1] == later


async def test_other_kinds_unblock_an_endpoint(hooks: WebhookAdmin, receiver: Receiver, database_url: str) -> None:
    """The event that it did not accept is not sent any more, and skipping it would lose others."""
    endpoint_id, delivery = await blocked(hooks, receiver)
    changed = await hooks.updated(endpoint_id, kinds=["PRODUCT_SAVED"])
    assert changed["state"] == "ACTIVE"
    assert [node["viewerActions"] for node in await failed(hooks, endpoint_id)] == [[]]
    async with nothing_changes(database_url):
        denied = await payload(hooks.admin, "SkipWebhookDelivery", id=delivery["id"])
        assert read_errors(denied) == [("ILLEGAL_STATE", "id", PASSED)]


async def test_a_throttled_endpoint_is_left_alone_for_as_long_as_it_asks(
    hooks: WebhookAdmin, receiver: Receiver, clock: TestClock
) -> None:
    """It has not failed: being throttled does not bring it closer to being disabled."""
    endpoint_id, delivery = await blocked(hooks, receiver, throttled("Retry-After: 7200\r\n"))
    assert delivery["outcomeLabel"] == "The endpoint answered 429: it gets too many requests."
    found = await hooks.endpoint(endpoint_id)
    assert (found["state"], found["failures"], found["throttles"]) == ("FAILING", 0, 1)
    next_at = datetime.fromisoformat(found["nextAttemptAt"])
    pause, asked = next_at - datetime.fromisoformat(delivery["attemptedAt"]), timedelta(hours=2)
    assert asked <= pause <= asked * (1 + JITTER_SHARE) + timedelta(seconds=10)
    label = f"The next attempt is on {UTC_CALENDAR.format_moment(next_at)}."
    assert found["stateLabel"] == f"The endpoint gets too many requests, so the server pauses. {label}"
    receiver.answer(ERROR)
    clock.now = next_at
    found = await hooks.reached(endpoint_id, lambda node: node["failures"] == 1)
    assert [node["attempt"] for node in found["deliveries"]["nodes"]] == [2, 1]
    assert found["stateLabel"].startswith("The last 2 attempts have failed. ")
    receiver.answer(OK)
    clock.now = datetime.fromisoformat(found["nextAttemptAt"])
    found = await hooks.reached(endpoint_id, lambda node: node["state"] == "ACTIVE")
    assert (found["failures"], found["throttles"]) == (0, 0)


@pytest.mark.parametrize("kept", [True, False], ids=["in order", "sent again"])
async def test_timestamps_never_go_backwards(
    hooks: WebhookAdmin, receiver: Receiver, database_url: str, *, kept: bool
) -> None:
    """A long transaction has older events than those before it in the stream; events sent again have their own."""
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.disabled(endpoint_id)
    for _ in range(2):
        await hooks.save_tier()
    await rewrite(database_url, OLDER.format(place=LATEST))
    newer, older = (await polled(hooks, 2))["nodes"]
    assert newer["at"] > older["at"]
    await hooks.updated(endpoint_id, enabled=True)
    await receiver.deliveries(2)
    await hooks.tried(endpoint_id, 2)
    if kept:
        assert [delivery.body["timestamp"] for delivery in receiver.received] == [newer["at"], newer["at"]]
        return
    await hooks.updated(endpoint_id, after=newer["cursor"])
    assert (await receiver.deliveries(3))[2].body["timestamp"] == older["at"]
