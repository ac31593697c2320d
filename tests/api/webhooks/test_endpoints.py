"""Managing webhook endpoints: fields, secrets, limits, and rejections (R25, R26)."""

import asyncio
import json
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from db.webhooks.tables import WebhookEndpointTable
from domain.events import EventKind
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.webhooks.endpoints import ENDPOINTS_LIMIT
from tests.api.webhooks.test_delivery import change_account
from tests.support.client import document, gid
from tests.support.clock import TestClock
from tests.support.unchanged import nothing_changes
from tests.support.webhook_receiver import Receiver, WebhookAdmin, payload, read_errors, unknown
from tests.support.world import World

URL = "https://hooks.example.com/tessera"
LISTING = """query ($after: String) { webhookEndpoints(first: 2, after: $after) { totalCount nodes { id }
    pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
NOT_OURS = "This cursor was not made by this server. Leave it out, or send one that came with an event."
OTHER_STREAM = "This cursor belongs to another stream or filter."
NONE = "This webhook endpoint does not exist."
PRIVATE = "The address {} is private, and webhooks never call private addresses."


async def test_an_endpoint_is_shown_as_it_was_added(hooks: WebhookAdmin, clock: TestClock) -> None:
    endpoint_id, secret = await hooks.created(URL, "TIER_SAVED", "PRODUCT_SAVED", description=" The ERP ")
    found = await hooks.endpoint(endpoint_id)
    assert secret.startswith("whsec_")
    assert len(secret) == len("whsec_") + 44
    created = datetime.fromisoformat(found.pop("createdAt"))
    assert (clock.now - created).total_seconds() < 1
    assert datetime.fromisoformat(found.pop("updatedAt")) == created
    assert found.pop("cursor")
    assert found == {
        "id": endpoint_id,
        "url": URL,
        "description": "The ERP",
        "kinds": ["PRODUCT_SAVED", "TIER_SAVED"],
        "state": "ACTIVE",
        "stateLabel": "Events are sent as they happen.",
        "failures": 0,
        "throttles": 0,
        "nextAttemptAt": None,
        "disabledAt": None,
        "disabledReason": None,
        "account": {"displayName": "Integration"},
        "createdBy": {"displayName": "Admin"},
        "deliveries": {"totalCount": 0, "nodes": []},
    }
    assert endpoint_id.startswith("whk_")


async def test_an_update_changes_only_given_fields(hooks: WebhookAdmin, clock: TestClock, database_url: str) -> None:
    """Unchanged values change nothing."""
    endpoint_id, _ = await hooks.created(URL, description="The ERP")
    before = await hooks.endpoint(endpoint_id)
    clock.advance(hours=1)
    async with nothing_changes(database_url):
        same = {"url": URL, "kinds": ["TIER_SAVED"], "description": " The ERP ", "enabled": True}
        for given in ({}, {"enabled": True}, same):
            await hooks.updated(endpoint_id, **given)
    assert await hooks.endpoint(endpoint_id) == before
    await hooks.updated(endpoint_id, kinds=["VENDOR_SAVED", "TIER_SAVED"])
    await hooks.updated(endpoint_id, description="")
    after = await hooks.endpoint(endpoint_id)
    assert after.pop("updatedAt") > before.pop("updatedAt")
    assert after == {**before, "kinds": ["TIER_SAVED", "VENDOR_SAVED"], "description": None}


async def test_endpoints_are_listed_newest_first(hooks: WebhookAdmin) -> None:
    ids = [(await hooks.created(f"{URL}/{number}"))[0] for number in range(3)]
    page = (await hooks.admin.send(LISTING)).data["webhookEndpoints"]
    assert page["totalCount"] == 3
    assert [node["id"] for node in page["nodes"]] == [ids[2], ids[1]]
    after = page["pageInfo"]["endCursor"]
    rest = (await hooks.admin.send(LISTING, after=after)).data["webhookEndpoints"]
    assert rest["nodes"] == [{"id": ids[0]}]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)


async def test_a_secret_is_shown_once(hooks: WebhookAdmin, database_url: str) -> None:
    """No list, object, or event contains it afterwards."""
    _, secret = await hooks.created(URL)
    answers = [
        await hooks.admin.send(document("portal/WebhookEndpoints"), first=5),
        await hooks.admin.send(document("integration/PollEvents")),
    ]
    assert secret not in json.dumps([answer.body for answer in answers])
    connection: asyncpg.Connection[Any] = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT secret FROM webhook_endpoint") == secret
    await connection.close()


async def test_for_a_day_deliveries_are_signed_with_both_secrets(
    hooks: WebhookAdmin, receiver: Receiver, clock: TestClock
) -> None:
    endpoint_id, old = await hooks.created(receiver.url)
    rotated = await payload(hooks.admin, "RotateWebhookSecret", id=endpoint_id)
    new = rotated["secret"]
    assert (rotated["errors"], rotated["webhookEndpoint"]["id"]) == ([], endpoint_id)
    assert new.startswith("whsec_")
    await hooks.save_tier()
    (first,) = await receiver.deliveries(1)
    clock.advance(hours=23)
    await hooks.save_tier()
    await receiver.deliveries(2)
    clock.advance(hours=1)
    await hooks.save_tier()
    last = (await receiver.deliveries(3))[2]
    signed = [(delivery.signed_with(new), delivery.signed_with(old)) for delivery in receiver.received]
    assert signed == [(True, True), (True, True), (True, False)]
    counts = [len(delivery.headers["webhook-signature"].split(" ")) for delivery in (first, last)]
    assert counts == [2, 1]


async def test_no_more_endpoints_than_the_limit(hooks: WebhookAdmin, database_url: str) -> None:
    """However many are asked for at once."""
    await hooks.created(URL)
    connection: asyncpg.Connection[Any] = await asyncpg.connect(database_url)
    columns = ", ".join(column.name for column in WebhookEndpointTable.__table__.columns if column.name != "id")
    copies = f"SELECT gen_random_uuid(), {columns} FROM webhook_endpoint, generate_series(1, $1)"
    fill = f"INSERT INTO webhook_endpoint (id, {columns}) {copies}"
    await connection.execute(fill, ENDPOINTS_LIMIT - 3)
    await connection.close()
    made = await asyncio.gather(*(hooks.create(URL) for _ in range(5)))
    assert sum(one["webhookEndpoint"] is not None for one in made) == 2
    message = "There are 100 webhook endpoints already, and no more are possible: delete one first."
    rejected = [read_errors(one) for one in made if one["errors"]]
    assert rejected == [[("LIMIT_EXCEEDED", "", message)]] * 3
    async with nothing_changes(database_url):
        assert read_errors(await hooks.create(URL)) == rejected[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"url": "http://10.1.2.3/"}, [("INVALID", "url", PRIVATE.format("10.1.2.3"))]),
        ({"url": "http://169.254.169.254/latest"}, [("INVALID", "url", PRIVATE.format("169.254.169.254"))]),
        ({"url": "http://[fd00::1]/"}, [("INVALID", "url", PRIVATE.format("fd00::1"))]),
        (
            {"url": "ftp://hooks.example.com"},
            [("INVALID", "url", "The URL must begin with https:// or http://.")],
        ),
        (
            {"url": "https://me:you@hooks.example.com"},
            [("INVALID", "url", "The URL must not contain a user or a password: webhooks are signed instead.")],
        ),
        ({"kinds": []}, [("REQUIRED", "kinds", "Name at least one kind of event.")]),
        ({"kinds": ["TIER_SAVED", "TIER_SAVED"]}, [("DUPLICATE", "kinds", "A kind of events is given twice.")]),
        (
            {"description": "x" * 201},
            [("INVALID", "description", "The description has 201 characters; at most 200 are allowed.")],
        ),
        ({"after": "x"}, [("INVALID", "after", NOT_OURS)]),
        (
            {"url": "x", "kinds": [], "description": "\u0007", "after": ""},
            [
                ("INVALID", "url", "The URL must begin with https:// or http://."),
                ("REQUIRED", "kinds", "Name at least one kind of event."),
                ("INVALID", "description", "The description contains characters that cannot be shown."),
                ("INVALID", "after", NOT_OURS),
            ],
        ),
    ],
)
async def test_invalid_values_are_rejected(
    hooks: WebhookAdmin, database_url: str, given: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    """R26: all problems together, and the same ones for a new endpoint and a changed one."""
    endpoint_id, _ = await hooks.created(URL)
    async with nothing_changes(database_url):
        account = gid(NodeKind.ACCOUNT, hooks.clients.world.accounts["INTEGRATION"].id)
        whole = {"accountId": account, "url": URL, "kinds": ["TIER_SAVED"], **given}
        created = await payload(hooks.admin, "CreateWebhookEndpoint", **whole)
        assert (created["webhookEndpoint"], created["secret"]) == (None, None)
        assert read_errors(created) == expected
        changed = await hooks.update(endpoint_id, **given)
        assert changed["webhookEndpoint"] is None
        assert read_errors(changed) == expected


async def test_invalid_accounts_are_rejected(hooks: WebhookAdmin, world: World, database_url: str) -> None:
    """R25: together with all other problems."""
    disabled = gid(NodeKind.ACCOUNT, world.accounts["ANALYST"].id)
    await change_account(hooks.clients, world, "ANALYST", Role.ANALYST, disabled=True)
    no_kind = ("REQUIRED", "kinds", "Name at least one kind of event.")
    async with nothing_changes(database_url):
        for account_id, problem in (
            (unknown(NodeKind.ACCOUNT), ("NOT_FOUND", "accountId", "This account does not exist.")),
            (disabled, ("NOT_FOUND", "accountId", "This account is disabled.")),
        ):
            given = {"accountId": account_id, "url": URL, "kinds": []}
            assert read_errors(await payload(hooks.admin, "CreateWebhookEndpoint", **given)) == [problem, no_kind]
        given = {"accountId": unknown(NodeKind.TIER), "url": "", "kinds": []}
        message = "This is the ID of a tier, not of an account."
        rejected = await payload(hooks.admin, "CreateWebhookEndpoint", **given)
        assert read_errors(rejected) == [("INVALID", "accountId", message)]


async def test_endpoints_that_do_not_exist(hooks: WebhookAdmin, database_url: str) -> None:
    other = "This is the ID of a tier, not of a webhook endpoint."
    async with nothing_changes(database_url):
        for name in ("UpdateWebhookEndpoint", "RotateWebhookSecret", "DeleteWebhookEndpoint"):
            for endpoint_id, problem in (
                (unknown(NodeKind.WEBHOOK_ENDPOINT), ("NOT_FOUND", "id", NONE)),
                ("x", ("NOT_FOUND", "id", NONE)),
                (unknown(NodeKind.TIER), ("INVALID", "id", other)),
            ):
                assert read_errors(await payload(hooks.admin, name, id=endpoint_id)) == [problem]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_receivers_on_a_developers_machine_are_accepted(hooks: WebhookAdmin, host: str) -> None:
    """Without a setting."""
    url = f"http://{host}:9000/hooks"
    endpoint_id, _ = await hooks.created(url)
    assert (await hooks.endpoint(endpoint_id))["url"] == url


async def test_two_starting_positions_are_rejected(hooks: WebhookAdmin, receiver: Receiver, database_url: str) -> None:
    endpoint_id, _ = await hooks.created(receiver.url)
    cursor = (await hooks.endpoint(endpoint_id))["cursor"]
    message = "Give either a cursor to go on behind, or “fromNow”."
    async with nothing_changes(database_url):
        rejected = await hooks.update(endpoint_id, after=cursor, fromNow=True)
        assert read_errors(rejected) == [("CONFLICT", "fromNow", message)]


async def test_a_cursor_of_another_stream_is_rejected(hooks: WebhookAdmin, database_url: str) -> None:
    """Cursors of one stream mean nothing in another."""
    endpoint_id, _ = await hooks.created(URL)
    foreign = (await hooks.admin.send("{ notifications { resumeAt } }")).data["notifications"]["resumeAt"]
    async with nothing_changes(database_url):
        for rejected in (await hooks.create(URL, after=foreign), await hooks.update(endpoint_id, after=foreign)):
            assert read_errors(rejected) == [("INVALID", "after", OTHER_STREAM)]
        polled = await hooks.admin.send(document("integration/PollEvents"), after=foreign)
        assert (polled.codes, polled.errors[0]["message"]) == (["BAD_USER_INPUT"], OTHER_STREAM)


async def test_an_unknown_kind_is_rejected(hooks: WebhookAdmin, database_url: str) -> None:
    async with nothing_changes(database_url):
        account = gid(NodeKind.ACCOUNT, hooks.clients.world.accounts["INTEGRATION"].id)
        given = {"accountId": account, "url": URL, "kinds": ["TIER_LOST"]}
        answer = await hooks.admin.send(document("portal/CreateWebhookEndpoint"), input=given)
    (error,) = answer.errors
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "TIER_LOST" in error["message"]


@pytest.mark.parametrize("role", [*(role for role in Role if role is not Role.ADMIN), None])
async def test_only_administrators_manage_endpoints(hooks: WebhookAdmin, database_url: str, role: Role | None) -> None:
    """R25: every mutation, with valid input."""
    endpoint_id, _ = await hooks.created(URL)
    account = gid(NodeKind.ACCOUNT, hooks.clients.world.accounts["INTEGRATION"].id)
    client = hooks.clients.anonymous if role is None else hooks.clients[role]
    inputs = {
        "CreateWebhookEndpoint": {"accountId": account, "url": URL, "kinds": ["TIER_SAVED"]},
        "UpdateWebhookEndpoint": {"id": endpoint_id, "enabled": False},
        "RotateWebhookSecret": {"id": endpoint_id},
        "DeleteWebhookEndpoint": {"id": endpoint_id},
        "RetryWebhookDelivery": {"id": unknown(NodeKind.WEBHOOK_DELIVERY)},
        "SkipWebhookDelivery": {"id": unknown(NodeKind.WEBHOOK_DELIVERY)},
    }
    code = "UNAUTHENTICATED" if role is None else "FORBIDDEN"
    async with nothing_changes(database_url):
        for name, given in inputs.items():
            assert (await client.send(document(f"portal/{name}"), input=given)).codes == [code]
        listing = await client.send(document("portal/WebhookEndpoints"), first=5)
        assert listing.codes == [code]
        if role is not None:
            found = await client.send("query ($id: ID!) { node(id: $id) { id } }", id=endpoint_id)
            assert found.data == {"node": None}


async def test_every_change_publishes_an_event(hooks: WebhookAdmin) -> None:
    """In the transaction of the change."""
    endpoint_id, _ = await hooks.created(URL)
    await hooks.updated(endpoint_id, description="The ERP")
    await payload(hooks.admin, "RotateWebhookSecret", id=endpoint_id)
    await payload(hooks.admin, "DeleteWebhookEndpoint", id=endpoint_id)
    kinds = [EventKind.WEBHOOK_ENDPOINT_SAVED, EventKind.WEBHOOK_ENDPOINT_DELETED]
    async with asyncio.timeout(20):
        while True:
            answer = await hooks.admin.send(document("integration/PollEvents"), kinds=kinds)
            events = answer.data["events"]["nodes"]
            if len(events) >= 4:
                break
            await asyncio.sleep(0.02)
    assert [event["kind"].removeprefix("WEBHOOK_ENDPOINT_") for event in events] == ["SAVED"] * 3 + ["DELETED"]
    assert [event["data"] for event in events] == [{"webhookEndpointId": endpoint_id}] * 4
