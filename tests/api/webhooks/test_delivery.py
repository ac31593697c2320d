"""Delivery of events to endpoints: signed, in order, retried, and limited to the account's visibility."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from db.sessions import Fetching, TransactionConflict
from db.webhooks.rows import ServedEndpointRow
from domain.calendar import UTC_CALENDAR
from domain.events import Position
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.requests import DatabaseUnavailable
from graphql_api.context import utc_now
from graphql_api.webhooks import dispatcher
from resolvers.schemes.approve_scheme import ApproveScheme, approve_scheme
from resolvers.webhooks import attempts, positions
from resolvers.webhooks.deliver import served_endpoints
from tests.support.client import Clients, document, gid
from tests.support.clock import TestClock
from tests.support.endpoint import OK
from tests.support.factories.schemes import SchemeFactory
from tests.support.webhook_receiver import ERROR, Receiver, WebhookAdmin, receiving, until
from tests.support.world import World

UPSERT_ACCOUNT = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { message } } }"
SCHEME = "query ($id: ID!) { node(id: $id) { ... on Scheme { code title activity { nodes { id kind message } } } } }"


async def change_account(clients: Clients, world: World, name: str, *roles: Role, disabled: bool = False) -> None:
    """Give an account exactly these roles, or disable it."""
    account = world.accounts[name]
    named = {"id": gid(NodeKind.ACCOUNT, account.id), "displayName": account.display_name, "email": account.email}
    given = {**named, "roles": roles, "disabled": disabled}
    answer = await clients["ADMIN"].send(UPSERT_ACCOUNT, input=given)
    assert answer.data == {"upsertAccount": {"errors": []}}


async def test_a_delivery_is_signed_and_describes_its_event(
    hooks: WebhookAdmin, receiver: Receiver, clock: TestClock
) -> None:
    clock.now = utc_now()
    endpoint_id, secret = await hooks.created(receiver.url, description=" The ERP ")
    tier_id = await hooks.save_tier()
    (delivery,) = await receiver.deliveries(1)
    body = Webhook(secret).verify(delivery.raw, delivery.headers)
    polled = (await hooks.admin.send(document("integration/PollEvents"), kinds=["TIER_SAVED"])).data["events"]
    (event,) = polled["nodes"]
    assert body == {
        "type": "tier.saved",
        "timestamp": event["at"],
        "cursor": event["cursor"],
        "data": {"tierId": tier_id},
    }
    assert (event["kind"], event["data"]) == ("TIER_SAVED", body["data"])
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.headers["user-agent"] == "Tessera-Webhooks/1"
    endpoint = await hooks.reached(endpoint_id, lambda node: node["cursor"] == body["cursor"])
    (attempt,) = endpoint["deliveries"]["nodes"]
    assert 0 <= attempt.pop("milliseconds") < 10_000
    assert attempt.pop("attemptedAt")[:19] == delivery.sent_at.isoformat()[:19]
    assert attempt.pop("id").startswith("whd_")
    assert attempt == {"kind": "TIER_SAVED", "attempt": 1, "status": 200, "error": None, "delivered": True}
    assert (endpoint["state"], endpoint["failures"]) == ("ACTIVE", 0)
    assert endpoint["stateLabel"] == "Events are sent as they happen."
    assert (endpoint["nextAttemptAt"], endpoint["disabledAt"], endpoint["disabledReason"]) == (None, None, None)
    assert (endpoint["account"], endpoint["createdBy"]) == ({"displayName": "Integration"}, {"displayName": "Admin"})
    assert (endpoint["description"], endpoint["kinds"]) == ("The ERP", ["TIER_SAVED"])


async def test_no_failure_ends_the_search_for_events(
    hooks: WebhookAdmin, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a deadlock that the database ended in favor of another transaction, nor a bug."""
    failures: list[Exception] = [LookupError(), TransactionConflict(), DatabaseUnavailable()]

    async def sometimes(reading: Fetching) -> list[ServedEndpointRow]:
        if failures:
            raise failures.pop()
        return await served_endpoints(reading)

    await hooks.created(receiver.url)
    monkeypatch.setattr(dispatcher, "served_endpoints", sometimes)
    await hooks.save_tier()
    await receiver.deliveries(1)
    assert not failures


async def test_events_come_in_their_order_however_they_were_saved(hooks: WebhookAdmin, receiver: Receiver) -> None:
    await hooks.created(receiver.url)
    saved = await asyncio.gather(*(hooks.save_tier() for _ in range(12)))
    deliveries = await receiver.deliveries(12)
    polled = (await hooks.admin.send(document("integration/PollEvents"), kinds=["TIER_SAVED"])).data["events"]
    assert sorted(receiver.objects) == sorted(saved)
    assert [delivery.body["cursor"] for delivery in deliveries] == [event["cursor"] for event in polled["nodes"]]
    assert len({delivery.id for delivery in deliveries}) == 12


async def test_other_kinds_are_not_delivered(hooks: WebhookAdmin, receiver: Receiver) -> None:
    await hooks.created(receiver.url, "PRODUCT_SAVED", "TIER_SAVED")
    document = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { message } } }"
    given = {"code": "PERU", "name": "Peru", "level": "COUNTRY"}
    assert (await hooks.admin.send(document, input=given)).data == {"upsertGeography": {"errors": []}}
    tier_id = await hooks.save_tier()
    await receiver.deliveries(1)
    assert receiver.objects == [tier_id]


async def test_a_rejected_event_is_retried_before_the_next_one(
    hooks: WebhookAdmin, receiver: Receiver, clock: TestClock
) -> None:
    """With the same id, the same body and a new signature."""
    receiver.answer(ERROR)
    endpoint_id, secret = await hooks.created(receiver.url)
    first = await hooks.save_tier()
    failing = await hooks.tried(endpoint_id, 1)
    later = [await hooks.save_tier() for _ in range(2)]
    assert (failing["state"], failing["failures"]) == ("FAILING", 1)
    next_at = UTC_CALENDAR.format_moment(datetime.fromisoformat(failing["nextAttemptAt"]))
    assert failing["stateLabel"] == f"The last attempt has failed. The next attempt is on {next_at}."
    receiver.answer(OK)
    await asyncio.sleep(0.2)
    assert len(receiver.received) == 1
    clock.advance(seconds=7)
    once, again, *others = await receiver.deliveries(4)
    assert receiver.objects == [first, first, *later]
    assert (again.id, again.raw) == (once.id, once.raw)
    assert again.headers["webhook-signature"] != once.headers["webhook-signature"]
    assert again.sent_at > once.sent_at
    assert all(delivery.signed_with(secret) for delivery in (once, again, *others))
    assert len({delivery.id for delivery in (again, *others)}) == 3
    mended = await hooks.tried(endpoint_id, 4)
    assert (mended["state"], mended["failures"], mended["nextAttemptAt"]) == ("ACTIVE", 0, None)
    assert [(node["attempt"], node["status"], node["error"]) for node in mended["deliveries"]["nodes"]] == [
        (1, 200, None),
        (1, 200, None),
        (2, 200, None),
        (1, 500, "The endpoint answered 500."),
    ]


async def test_one_endpoint_does_not_wait_for_another(hooks: WebhookAdmin, receiver: Receiver) -> None:
    async with receiving(_never) as stuck:
        await hooks.created(stuck.url)
        await hooks.created(receiver.url)
        saved = [await hooks.save_tier() for _ in range(3)]
        await stuck.deliveries(1)
        await receiver.deliveries(3)
        assert receiver.objects == saved
        assert len(stuck.received) == 1


async def test_redirects_are_not_followed(hooks: WebhookAdmin) -> None:
    async with receiving() as elsewhere:
        head = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
        async with receiving(head.encode()) as receiver:
            endpoint_id, _ = await hooks.created(receiver.url)
            await hooks.save_tier()
            (attempt,) = (await hooks.tried(endpoint_id, 1))["deliveries"]["nodes"]
        assert elsewhere.received == []
    assert (attempt["status"], attempt["delivered"]) == (302, False)
    assert attempt["error"] == "The endpoint answered 302, a redirect, which webhooks never follow."


async def test_an_account_receives_only_events_that_it_may_see(hooks: WebhookAdmin, factory: SchemeFactory) -> None:
    """A manager sees every scheme, operations the approved ones, the integration none."""
    async with receiving() as managers, receiving() as operations, receiving() as integrations:
        kinds = ("SCHEME_CREATED", "SCHEME_SUBMITTED", "SCHEME_APPROVED", "TIER_SAVED")
        receivers = {"PROGRAM_MANAGER": managers, "OPERATIONS": operations, "INTEGRATION": integrations}
        ids = [(await hooks.created(receiver.url, *kinds, name=name))[0] for name, receiver in receivers.items()]
        draft = await factory.created("A secret plan")
        scheme_id = await factory.submitted()
        cursor = (await managers.deliveries(3))[-1].body["cursor"]
        for endpoint_id in ids:
            await hooks.reached(endpoint_id, lambda node: node["cursor"] == cursor)
        content_hash = (await factory.definition(scheme_id)).content_hash
        await approve_scheme(factory.operation(Role.APPROVER), ApproveScheme(scheme_id, content_hash, None))
        tier_id = await hooks.save_tier()
        all_of_it = [delivery.body for delivery in await managers.deliveries(5)]
        assert [body["type"] for body in all_of_it] == [
            "scheme.created",
            "scheme.created",
            "scheme.submitted",
            "scheme.approved",
            "tier.saved",
        ]
        assert all_of_it[0]["data"]["schemeId"] == gid(NodeKind.SCHEME, draft)
        approved, _ = [delivery.body for delivery in await operations.deliveries(2)]
        assert approved == all_of_it[3]
        assert [delivery.body["data"] for delivery in await integrations.deliveries(1)] == [{"tierId": tier_id}]
    scheme = (await hooks.admin.send(SCHEME, id=approved["data"]["schemeId"])).data["node"]
    (activity,) = [node for node in scheme["activity"]["nodes"] if node["kind"] == "SCHEME_APPROVED"]
    assert approved["data"] == {
        "schemeId": gid(NodeKind.SCHEME, scheme_id),
        "schemeCode": scheme["code"],
        "title": "Monsoon Care",
        "activityId": activity["id"],
        "message": activity["message"],
        "actor": {
            "accountId": gid(NodeKind.ACCOUNT, factory.operation(Role.APPROVER).viewer.account_id),
            "displayName": "Approver",
        },
    }


async def test_a_new_role_applies_to_later_events_only(
    hooks: WebhookAdmin, receiver: Receiver, factory: SchemeFactory, clients: Clients, world: World
) -> None:
    """Skipped events are not delivered later; new ones are, until the role is removed again."""
    endpoint_id, _ = await hooks.created(receiver.url, "SCHEME_CREATED")
    before = (await hooks.endpoint(endpoint_id))["cursor"]
    await factory.created("Before")
    await hooks.reached(endpoint_id, lambda node: node["cursor"] != before)
    await change_account(clients, world, "INTEGRATION", Role.INTEGRATION, Role.ANALYST)
    await factory.created("While")
    await receiver.deliveries(1)
    await change_account(clients, world, "INTEGRATION", Role.INTEGRATION)
    passed = (await hooks.tried(endpoint_id, 1))["cursor"]
    await factory.created("After")
    await hooks.reached(endpoint_id, lambda node: node["cursor"] != passed)
    assert [delivery.body["data"]["title"] for delivery in receiver.received] == ["While"]


async def test_nothing_is_delivered_while_the_account_is_disabled(
    hooks: WebhookAdmin, receiver: Receiver, clients: Clients, world: World
) -> None:
    """The endpoint keeps its position and loses nothing."""
    endpoint_id, _ = await hooks.created(receiver.url)
    await change_account(clients, world, "INTEGRATION", Role.INTEGRATION, disabled=True)
    saved = [await hooks.save_tier() for _ in range(2)]
    await asyncio.sleep(0.3)
    waiting = await hooks.endpoint(endpoint_id)
    assert receiver.received == []
    assert (waiting["state"], waiting["disabledAt"]) == ("ACTIVE", None)
    assert waiting["stateLabel"] == "Nothing is sent while its account is disabled."
    await change_account(clients, world, "INTEGRATION", Role.INTEGRATION)
    await receiver.deliveries(2)
    assert receiver.objects == saved


async def test_notifications_are_delivered_to_their_account(hooks: WebhookAdmin, factory: SchemeFactory) -> None:
    kinds = ("NOTIFICATION_ADDED", "NOTIFICATIONS_READ")
    async with receiving() as approvers, receiving() as analysts:
        await hooks.created(approvers.url, *kinds, name="APPROVER")
        endpoint_id, _ = await hooks.created(analysts.url, *kinds, name="ANALYST")
        await factory.submitted()
        (delivery,) = await approvers.deliveries(1)
        approver = hooks.clients["APPROVER"]
        listing = "{ viewer { account { id } notifications { nodes { id message } } } }"
        viewer = (await approver.send(listing)).data["viewer"]
        (receivers,) = viewer["notifications"]["nodes"]
        assert delivery.body["data"] == {"notificationId": receivers["id"], "message": receivers["message"]}
        mark = "mutation { markNotificationsRead(input: {all: true}) { errors { code } } }"
        assert (await approver.send(mark)).data == {"markNotificationsRead": {"errors": []}}
        _, read = await approvers.deliveries(2)
        assert (read.body["type"], read.body["data"]) == ("notifications.read", {"accountId": viewer["account"]["id"]})
        await hooks.reached(endpoint_id, lambda node: node["cursor"] == read.body["cursor"])
        assert analysts.received == []


async def test_an_event_without_a_stored_delivery_is_delivered_again(
    hooks: WebhookAdmin, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between sending and storing: at least once, and with the same id."""
    lost: list[Position] = []
    # The last call before the attempt is stored.
    advance = positions.advance_endpoint

    def crash(stored: Any, seen: Any, position: Position, now: Any) -> Any:
        if not lost:
            lost.append(position)
            raise RuntimeError("the power is gone")
        return advance(stored, seen, position, now)

    monkeypatch.setattr(attempts, "advance_endpoint", crash)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    once, again = await receiver.deliveries(2)
    assert (once.id, once.raw) == (again.id, again.raw)
    assert (await hooks.tried(endpoint_id, 1))["state"] == "ACTIVE"


async def test_a_deleted_endpoint_receives_nothing(hooks: WebhookAdmin, receiver: Receiver, clock: TestClock) -> None:
    receiver.answer(ERROR)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    await hooks.tried(endpoint_id, 1)
    deleted = (await hooks.admin.send(document("portal/DeleteWebhookEndpoint"), input={"id": endpoint_id})).data
    assert deleted == {"deleteWebhookEndpoint": {"deletedId": endpoint_id, "errors": []}}
    assert await hooks.endpoint(endpoint_id) is None
    clock.advance(days=1)
    await hooks.save_tier()
    await asyncio.sleep(0.3)
    assert len(receiver.received) == 1


async def test_an_endpoint_that_is_deleted_while_it_is_called_leaves_nothing_behind(
    hooks: WebhookAdmin, receiver: Receiver
) -> None:
    called, answer = asyncio.Event(), asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        called.set()
        await answer.wait()
        writer.write(OK)

    receiver.answer(slowly)
    endpoint_id, _ = await hooks.created(receiver.url)
    await hooks.save_tier()
    await called.wait()
    await hooks.admin.send(document("portal/DeleteWebhookEndpoint"), input={"id": endpoint_id})
    answer.set()
    await until(lambda: len(receiver.received) == 1)
    await asyncio.sleep(0.2)
    listing = (await hooks.admin.send(document("portal/WebhookEndpoints"), first=5)).data["webhookEndpoints"]
    assert (listing["totalCount"], listing["nodes"]) == (0, [])


async def _never(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)
