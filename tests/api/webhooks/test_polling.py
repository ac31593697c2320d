"""The `events` query: the stream that webhooks deliver, limited to the viewer's visibility."""

import asyncio
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, document, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.webhook_receiver import WAIT_TIMEOUT_S, WebhookAdmin
from tests.support.world import World

POLL = document("integration/PollEvents")
PAGE = """query ($first: Int, $after: EventCursor, $kinds: [EventKind!]) { events(first: $first, after: $after,
    kinds: $kinds) { edges { cursor node { cursor kind } } nodes { kind data } resumeAt
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
CATALOG = {"TIER_SAVED"}
SCHEME = {"SCHEME_CREATED", "SCHEME_STEP_SAVED", "SCHEME_SUBMITTED", "SCHEME_CATALOG_CHANGED"}
VISIBLE = {
    Role.ADMIN: CATALOG | SCHEME | {"VENDOR_SAVED", "ACCOUNT_SAVED", "API_KEY_CREATED", "WEBHOOK_ENDPOINT_SAVED"},
    Role.PROGRAM_MANAGER: CATALOG | SCHEME | {"VENDOR_SAVED", "NOTIFICATION_ADDED"},
    Role.APPROVER: CATALOG | SCHEME | {"VENDOR_SAVED", "NOTIFICATION_ADDED", "NOTIFICATIONS_READ"},
    Role.OPERATIONS: CATALOG | {"VENDOR_SAVED"},
    Role.DESIGNER: CATALOG | {"VENDOR_SAVED"},
    Role.ANALYST: CATALOG | SCHEME | {"VENDOR_SAVED"},
    Role.VENDOR: CATALOG,
    Role.ECP: CATALOG,
    Role.INTEGRATION: CATALOG,
}
VENDOR = "mutation ($input: UpsertVendorInput!) { upsertVendor(input: $input) { errors { message } } }"
ACCOUNT = "mutation ($input: UpsertAccountInput!) { upsertAccount(input: $input) { errors { message } } }"
READ = "mutation { markNotificationsRead(input: {all: true}) { errors { message } } }"
KEY = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { errors { message } } }"


async def polled(client: Client, last: str, **given: Any) -> Any:
    """A page of the stream, once it ends with an event of this kind."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while True:
            page = (await client.send(POLL, **given)).data["events"]
            if page["nodes"] and page["nodes"][-1]["kind"] == last:
                return page
            await asyncio.sleep(0.02)


@pytest.fixture
async def _everything(hooks: WebhookAdmin, factory: SchemeFactory, world: World) -> None:
    """One thing after the other happens, and a tier is saved at the end."""
    account = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    steps = (
        (VENDOR, {"code": "PRN-9", "name": "Ninth Print", "kind": "PRINTER"}),
        (ACCOUNT, {"displayName": "Asha", "roles": ["ANALYST"]}),
        (KEY, {"accountId": account, "name": "Till"}),
    )
    for mutation, given in steps:
        (made,) = (await hooks.admin.send(mutation, input=given)).data.values()
        assert made == {"errors": []}
    await hooks.created("https://hooks.example.com/", "SCHEME_REJECTED")
    await factory.submitted()
    assert (await hooks.clients["APPROVER"].send(READ)).data == {"markNotificationsRead": {"errors": []}}
    await hooks.save_tier()


@pytest.mark.usefixtures("_everything")
async def test_each_role_sees_its_own_events(hooks: WebhookAdmin) -> None:
    """R25: for any requested kinds."""
    await polled(hooks.admin, "TIER_SAVED")
    everything = set().union(*VISIBLE.values())
    for role, seen in VISIBLE.items():
        client = hooks.clients[role]
        all_of_it = (await client.send(POLL)).data["events"]
        assert {event["kind"] for event in all_of_it["nodes"]} == seen, role
        named = (await client.send(POLL, kinds=sorted(everything))).data["events"]
        assert named["nodes"] == all_of_it["nodes"], role
        assert [event["data"] for event in all_of_it["nodes"] if not event["data"]] == []
        hidden = (await client.send(POLL, kinds=sorted(everything - seen))).data["events"]
        assert hidden["nodes"] == [], role
        assert hidden["pageInfo"] == {"hasNextPage": False}


async def test_the_stream_is_read_page_by_page(hooks: WebhookAdmin) -> None:
    """Oldest first, without a gap, and to an end from which reading goes on later."""
    saved = [await hooks.save_tier() for _ in range(5)]
    whole = await polled(hooks.admin, "TIER_SAVED")
    seen: list[str] = []
    after, more = None, True
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while more or len(seen) < 5:
            page = (await hooks.admin.send(PAGE, first=2, after=after)).data["events"]
            assert [edge["node"]["cursor"] for edge in page["edges"]] == [edge["cursor"] for edge in page["edges"]]
            seen += [node["data"]["tierId"] for node in page["nodes"]]
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            after, more = page["resumeAt"], page["pageInfo"]["hasNextPage"]
    assert seen == saved
    assert whole["nodes"][0]["data"] == {"tierId": saved[0]}
    tier_id = await hooks.save_tier()
    page = await polled(hooks.admin, "TIER_SAVED", after=after)
    assert [node["data"] for node in page["nodes"]] == [{"tierId": tier_id}]


async def test_a_page_of_hidden_events_is_empty_and_has_a_next_page(
    hooks: WebhookAdmin, factory: SchemeFactory
) -> None:
    """Operations see no drafts: the page has a cursor behind the hidden events."""
    for number in range(3):
        await factory.created(f"Plan {number}")
    tier_id = await hooks.save_tier()
    await polled(hooks.admin, "TIER_SAVED")
    client = hooks.clients["OPERATIONS"]
    kinds = ["SCHEME_CREATED", "TIER_SAVED"]
    empty = (await client.send(PAGE, first=2, kinds=kinds)).data["events"]
    assert (empty["nodes"], empty["edges"]) == ([], [])
    assert empty["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    rest = (await client.send(PAGE, first=2, kinds=kinds, after=empty["resumeAt"])).data["events"]
    assert rest["nodes"] == [{"kind": "TIER_SAVED", "data": {"tierId": tier_id}}]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_a_cursor_is_good_for_all_kinds(hooks: WebhookAdmin, factory: SchemeFactory) -> None:
    """A client may change the kinds between two pages."""
    await factory.created()
    tier_id = await hooks.save_tier()
    await polled(hooks.admin, "TIER_SAVED")
    (created,) = (await hooks.admin.send(POLL, kinds=["SCHEME_CREATED"])).data["events"]["nodes"]
    page = (await hooks.admin.send(POLL, kinds=["TIER_SAVED"], after=created["cursor"])).data["events"]
    assert [node["data"] for node in page["nodes"]] == [{"tierId": tier_id}]


async def test_an_empty_list_of_kinds_has_no_events(hooks: WebhookAdmin) -> None:
    await hooks.save_tier()
    await polled(hooks.admin, "TIER_SAVED")
    assert (await hooks.admin.send(POLL, kinds=[])).data["events"]["nodes"] == []


@pytest.mark.parametrize("first", [0, -1, 201])
async def test_invalid_page_sizes_are_rejected(hooks: WebhookAdmin, first: int) -> None:
    answer = await hooks.admin.send(PAGE, first=first)
    assert (answer.codes, answer.errors[0]["message"]) == (
        ["BAD_USER_INPUT"],
        f"A page has 1 to 200 rows, not {first}.",
    )


async def test_a_cursor_from_elsewhere_is_rejected(hooks: WebhookAdmin) -> None:
    answer = await hooks.admin.send(PAGE, after="x")
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["message"] == (
        "This cursor was not made by this server. Leave it out, or send one that came with an event."
    )
