"""Resuming from a cursor, and the behavior when the events behind it were deleted."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.context import Operation
from resolvers.outbox.retention import delete_expired_events
from resolvers.webhooks import positions
from resolvers.webhooks.positions import advance_endpoints_to, advance_idle_endpoints
from resolvers.webhooks.retention import delete_expired_deliveries
from tests.api.webhooks.test_delivery import change_account
from tests.support.client import document
from tests.support.clock import TestClock
from tests.support.endpoint import OK
from tests.support.unchanged import nothing_changes
from tests.support.webhook_receiver import ERROR, WAIT_TIMEOUT_S, Receiver, WebhookAdmin, read_errors
from tests.support.world import World

POLL = document("integration/PollEvents")
EXPIRED = "This cursor has expired. Read everything again, and continue from the cursor that comes with it."
MISSING = (
    "Events that this endpoint has not got are kept no longer. Read what you need again, and go on behind a newer "
    "cursor with “after”, or skip what is missing with “fromNow”."
)
DELETED = "Some events that it had not received were deleted, because events are kept only for a limited time."
RESTORED = "The database was restored from a copy, so it is unknown which events it has received."


async def polled(
    hooks: WebhookAdmin, count: int, after: str | None = None, kinds: tuple[str, ...] = ("TIER_SAVED",)
) -> Any:
    """A page of the events of some kinds, once there are so many; it must not be more.

    They are shown when no older transaction is running, in any database of the server: a test of another worker.
    """
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while True:
            page = (await hooks.admin.send(POLL, kinds=kinds, after=after)).data["events"]
            if len(page["nodes"]) >= count:
                assert len(page["nodes"]) == count
                return page
            await asyncio.sleep(0.02)


async def forget(environment: Environment, before: datetime) -> None:
    """Let retention delete older events."""
    operation = environment.operation(None)
    await delete_expired_events(operation, before, advance_endpoints_to)


async def rewrite(database_url: str, statement: str) -> None:
    """Change the database behind the server's back."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_new_endpoint_starts_with_later_events(hooks: WebhookAdmin, receiver: Receiver) -> None:
    await hooks.save_tier()
    await polled(hooks, 1)
    await hooks.created(receiver.url)
    tier_id = await hooks.save_tier()
    await receiver.deliveries(1)
    assert receiver.objects == [tier_id]


async def test_an_endpoint_begins_behind_the_cursor_of_a_poll(hooks: WebhookAdmin, receiver: Receiver) -> None:
    """And the other way round: polling goes on behind the cursor of a delivery."""
    saved = [await hooks.save_tier() for _ in range(3)]
    page = await polled(hooks, 3)
    assert [node["data"]["tierId"] for node in page["nodes"]] == saved
    endpoint_id, _ = await hooks.created(receiver.url, after=page["nodes"][0]["cursor"])
    first, second = await receiver.deliveries(2)
    assert receiver.objects == saved[1:]
    assert [first.body["cursor"], second.body["cursor"]] == [node["cursor"] for node in page["nodes"][1:]]
    assert (await polled(hooks, 1, after=first.body["cursor"]))["nodes"] == page["nodes"][2:]
    assert (await polled(hooks, 0, after=second.body["cursor"]))["nodes"] == []
    endpoint = await hooks.reached(endpoint_id, lambda node: node["cursor"] == second.body["cursor"])
    assert (await polled(hooks, 0, after=endpoint["cursor"]))["nodes"] == []


async def test_a_rewound_endpoint_receives_all_events_again(hooks: WebhookAdmin, receiver: Receiver) -> None:
    endpoint_id, _ = await hooks.created(receiver.url)
    saved = [await hooks.save_tier() for _ in range(3)]
    once = await receiver.deliveries(3)
    await hooks.reached(endpoint_id, lambda node: node["cursor"] == once[2].body["cursor"])
    await hooks.updated(endpoint_id, after=once[0].body["cursor"])
    again = await receiver.deliveries(5)
    assert receiver.objects == [*saved, *saved[1:]]
    assert [delivery.id for delivery in again[3:]] == [delivery.id for delivery in once[1:]]


async def test_an_endpoint_rewound_during_a_delivery_stays_rewound(hooks: WebhookAdmin, receiver: Receiver) -> None:
    """A concurrent successful delivery does not advance it."""
    endpoint_id, _ = await hooks.created(receiver.url)
    saved = [await hooks.save_tier()]
    (first,) = await receiver.deliveries(1)
    called, answer = asyncio.Event(), asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        called.set()
        await answer.wait()
        writer.write(OK)

    saved += [await hooks.save_tier()]
    await receiver.deliveries(2)
    receiver.answer(slowly)
    saved += [await hooks.save_tier()]
    await called.wait()
    await hooks.updated(endpoint_id, after=first.body["cursor"])
    answer.set()
    await receiver.deliveries(5)
    assert receiver.objects == [*saved, *saved[1:]]


async def test_an_enabled_endpoint_resumes_at_its_position(hooks: WebhookAdmin, receiver: Receiver) -> None:
    endpoint_id, _ = await hooks.created(receiver.url)
    disabled = await hooks.disabled(endpoint_id)
    assert (disabled["state"], disabled["stateLabel"]) == ("DISABLED", "Disabled. Admin disabled the endpoint.")
    saved = [await hooks.save_tier() for _ in range(2)]
    await asyncio.sleep(0.2)
    assert receiver.received == []
    assert (await hooks.updated(endpoint_id, enabled=True))["state"] == "ACTIVE"
    await receiver.deliveries(2)
    assert receiver.objects == saved


async def test_deleted_events_are_skipped_on_request(hooks: WebhookAdmin, receiver: Receiver) -> None:
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.disabled(endpoint_id)
    await hooks.save_tier()
    await polled(hooks, 1)
    await hooks.updated(endpoint_id, enabled=True, fromNow=True)
    tier_id = await hooks.save_tier()
    await receiver.deliveries(1)
    assert receiver.objects == [tier_id]


async def test_an_endpoint_with_deleted_events_needs_a_new_position(
    hooks: WebhookAdmin, receiver: Receiver, environment: Environment, clock: TestClock, database_url: str
) -> None:
    """There is never a silent gap: its events were deleted, so enabling it needs a position."""
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.disabled(endpoint_id)
    missed = [await hooks.save_tier() for _ in range(2)]
    old = (await polled(hooks, 2))["nodes"]
    clock.advance(days=8)
    kept = await hooks.save_tier()
    await polled(hooks, 3)
    await forget(environment, clock.now - timedelta(days=7))
    assert [node["data"]["tierId"] for node in (await polled(hooks, 1))["nodes"]] == [kept]
    async with nothing_changes(database_url):
        assert read_errors(await hooks.update(endpoint_id, enabled=True)) == [("ILLEGAL_STATE", "enabled", MISSING)]
        again = await hooks.update(endpoint_id, enabled=True, after=old[0]["cursor"])
        assert read_errors(again) == [("INVALID", "after", EXPIRED)]
        created = await hooks.create(receiver.url, after=old[0]["cursor"])
        assert read_errors(created) == [("INVALID", "after", EXPIRED)]
        expired = await hooks.admin.send(POLL, after=old[0]["cursor"])
        assert (expired.codes, expired.errors[0]["message"]) == (["CURSOR_EXPIRED"], EXPIRED)
    await hooks.updated(endpoint_id, enabled=True, after=old[1]["cursor"])
    await receiver.deliveries(1)
    assert receiver.objects == [kept]
    assert kept not in missed


async def test_retention_does_not_affect_idle_endpoints(
    hooks: WebhookAdmin, receiver: Receiver, environment: Environment, clock: TestClock
) -> None:
    """An idle endpoint is advanced. An endpoint with waiting events is not."""
    quiet, _ = await hooks.created(receiver.url, "VENDOR_SAVED", "TIER_SAVED")
    stopped, _ = await hooks.created(receiver.url, "GEOGRAPHY_SAVED")
    await hooks.disabled(stopped)
    cursor = (await hooks.endpoint(quiet))["cursor"]
    document = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { message } } }"
    given = {"code": "PERU", "name": "Peru", "level": "COUNTRY"}
    assert (await hooks.admin.send(document, input=given)).data == {"upsertGeography": {"errors": []}}
    page = await polled(hooks, 4, kinds=("GEOGRAPHY_SAVED", "WEBHOOK_ENDPOINT_SAVED"))
    assert (await hooks.endpoint(quiet))["cursor"] == cursor
    clock.advance(days=8)
    await forget(environment, clock.now - timedelta(days=7))
    brought = (await hooks.endpoint(quiet))["cursor"]
    assert brought == page["nodes"][-1]["cursor"]
    assert read_errors(await hooks.update(stopped, enabled=True)) == [("ILLEGAL_STATE", "enabled", MISSING)]
    tier_id = await hooks.save_tier()
    await receiver.deliveries(1)
    assert receiver.objects == [tier_id]
    assert (await hooks.endpoint(quiet))["state"] == "ACTIVE"


async def test_idle_endpoints_do_not_fall_far_behind(
    hooks: WebhookAdmin, receiver: Receiver, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the next event needs little scanning. An endpoint with a waiting event stays."""
    quiet, _ = await hooks.created(receiver.url, "VENDOR_SAVED", "PRODUCT_SAVED")
    waiting, _ = await hooks.created(receiver.url)
    await hooks.disabled(waiting)
    tier_id = await hooks.save_tier()
    await polled(hooks, 1)
    places = [(await hooks.endpoint(key))["cursor"] for key in (quiet, waiting)]
    await along(environment)
    assert [(await hooks.endpoint(key))["cursor"] for key in (quiet, waiting)] == places
    monkeypatch.setattr(positions, "DISTANCE", 0)
    await along(environment)
    brought, stayed = [(await hooks.endpoint(key))["cursor"] for key in (quiet, waiting)]
    assert brought != places[0]
    assert stayed == places[1]
    await hooks.updated(waiting, enabled=True)
    await receiver.deliveries(1)
    assert receiver.objects == [tier_id]


async def along(environment: Environment) -> None:
    """Advance idle endpoints."""
    await advance_idle_endpoints(environment.operation(None))


async def test_an_endpoint_that_loses_events_while_it_fails_is_disabled(
    hooks: WebhookAdmin, receiver: Receiver, environment: Environment, clock: TestClock
) -> None:
    """If retention is shorter than the retry schedule."""
    receiver.answer(ERROR)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    await hooks.tried(endpoint_id, 1)
    clock.advance(seconds=4)
    await forget(environment, clock.now)
    clock.advance(seconds=3)
    lost = await hooks.reached(endpoint_id, lambda node: node["state"] == "DISABLED")
    assert (lost["disabledReason"], lost["failures"]) == (DELETED, 1)
    assert len(receiver.received) == 1
    listing = "{ viewer { notifications { nodes { message } } } }"
    (notification,) = (await hooks.admin.send(listing)).data["viewer"]["notifications"]["nodes"]
    assert notification["message"].startswith(f"The webhook endpoint {receiver.url} was disabled. {DELETED} ")


async def test_an_endpoint_whose_account_was_disabled_too_long_is_disabled(
    hooks: WebhookAdmin, receiver: Receiver, environment: Environment, clock: TestClock, world: World
) -> None:
    endpoint_id, _ = await hooks.created(receiver.url)
    await change_account(hooks.clients, world, "INTEGRATION", Role.INTEGRATION, disabled=True)
    await hooks.save_tier()
    await polled(hooks, 1)
    clock.advance(days=8)
    await forget(environment, clock.now - timedelta(days=7))
    assert (await hooks.endpoint(endpoint_id))["state"] == "ACTIVE"
    await change_account(hooks.clients, world, "INTEGRATION", Role.INTEGRATION)
    lost = await hooks.reached(endpoint_id, lambda node: node["state"] == "DISABLED")
    assert lost["disabledReason"] == DELETED
    assert receiver.received == []


async def test_a_restored_database_delivers_nothing_until_an_administrator_enables_it(
    hooks: WebhookAdmin, receiver: Receiver, database_url: str
) -> None:
    """A copy of the database is in another epoch: it does not call the endpoints of the original."""
    endpoint_id, _ = await hooks.created(receiver.url)
    await rewrite(database_url, "UPDATE webhook_endpoint SET position_epoch = position_epoch - 1")
    await hooks.save_tier()
    lost = await hooks.reached(endpoint_id, lambda node: node["state"] == "DISABLED")
    assert (lost["disabledReason"], receiver.received) == (RESTORED, [])
    (stale,) = (await hooks.admin.send(POLL, after=lost["cursor"])).codes
    assert stale == "CURSOR_EXPIRED"
    await polled(hooks, 1)
    await hooks.updated(endpoint_id, enabled=True, fromNow=True)
    tier_id = await hooks.save_tier()
    await receiver.deliveries(1)
    assert receiver.objects == [tier_id]


async def test_attempts_are_forgotten_with_their_events(
    hooks: WebhookAdmin, receiver: Receiver, environment: Environment, clock: TestClock
) -> None:
    endpoint_id, _ = await hooks.created(receiver.url)
    for _ in range(3):
        await hooks.save_tier()
    await hooks.tried(endpoint_id, 3)
    clock.advance(days=8)
    await hooks.save_tier()
    await hooks.tried(endpoint_id, 4)
    operation: Operation = environment.operation(None)
    assert await delete_expired_deliveries(operation, clock.now - timedelta(days=7), chunk=2) == 3
    assert await delete_expired_deliveries(operation, clock.now - timedelta(days=7), chunk=2) == 0
    (kept,) = (await hooks.endpoint(endpoint_id))["deliveries"]["nodes"]
    assert datetime.fromisoformat(kept["attemptedAt"]) > clock.now - timedelta(days=1)
