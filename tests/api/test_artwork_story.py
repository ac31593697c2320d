"""The story of a conflict about artwork, over HTTP: it holds all, a new version settles it, and packs go on by code."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from tests.fixtures import LiveServer
from tests.support.client import Client, Clients, document, gid
from tests.support.custody import findings_of
from tests.support.custody_story import CHAIN, CONSIGNMENT, Story, serials
from tests.support.factories.schemes import SchemeFactory
from tests.support.files import png, upload
from tests.support.packs import sscc
from tests.support.sockets import Stream, connected
from tests.support.vendors import vendor_client

ARTWORK = """query ($id: ID!) { node(id: $id) { ... on Scheme { artworks {
    id currentVersion { number } reviews { vendor { name } state comment }
    blocks { requestedBy { name } comment heldVendors { name } heldConsignments { code } heldQuantity } } } } }"""
HELD = "The logo is cut off."


@pytest.fixture
async def story(clients: Clients, factory: SchemeFactory, environment: Environment) -> Story:
    """An approved scheme of 1,000 coupons of one variant, which are generated."""
    scheme_id = await factory.approved(await factory.complete(skus=("AMB-1L",)))
    people = {role.value: clients[role] for role in (Role.OPERATIONS, Role.ANALYST, Role.DESIGNER)}
    people["PRN-1"] = clients[Role.VENDOR]
    for code in CHAIN[1:]:
        people[code] = await vendor_client(clients, environment.database, code)
    made = Story(people, gid(NodeKind.SCHEME, scheme_id), environment.database)
    await made.act("OPERATIONS", "GenerateCoupons", schemeId=made.scheme_id)
    return made


@asynccontextmanager
async def follow(story: Story, server: LiveServer, consignment_id: str) -> AsyncIterator[Stream]:
    """What a wall screen receives of a consignment."""
    async with connected(server.address, story.clients["ANALYST"]) as socket:
        text = document("dashboard/ConsignmentProgress")
        yield await socket.subscribe(text, consignmentId=consignment_id)


async def test_a_conflict_holds_all_until_a_new_version_settles_it(
    story: Story, live_server: LiveServer, environment: Environment
) -> None:
    """R16, N3: nothing is produced or dispatched while a vendor asks for a revision; no product has two artworks."""
    await _upload(story, shade=1)
    assert (await story.stages())["ARTWORK"]["statusLabel"] == "Artwork approval pending"
    assert (await story.stages())["ARTWORK"]["owner"] == "VENDOR"
    first = await story.allocate(1000, approved=False)
    assert (await story.read(CONSIGNMENT, first))["status"] == "AWAITING_ARTWORK"
    async with follow(story, live_server, first) as live:
        await _approve(story, version=1)
        await _wait_for(live, "READY")
        assert (await story.stages())["ARTWORK"]["state"] == "DONE"
        await story.produce(first, quantity=900, artworkVersion=1)
        sent = await story.dispatch("PRN-1", first, quantity=400)
        await _ask_for_a_revision(story, first, live)
        # What is on the road arrives.
        await story.receive("PCK-1", sent, accepted=400)
        await _upload(story, shade=2)
        await _approve(story, version=2)
        await _wait_for(live, "IN_PRODUCTION")
    await _settle(story, first)
    second = await _replace(story)
    await _bring_packs_to_the_factory(story, first, second)

    stage = (await story.stages())["PRODUCTION"]
    assert (stage["state"], stage["status"], stage["waitingOn"]) == ("DONE", "DELIVERED", None)
    operation = environment.operation(None)
    assert await findings_of(operation, operation.now) == []
    await operation.close()


async def _ask_for_a_revision(story: Story, first: str, live: Stream) -> None:
    """The factory asks, and everybody who has coupons of the variant is held, with the reason."""
    (artwork,) = (await story.read(ARTWORK, story.scheme_id))["artworks"]
    await _decide(story, "FAC-1", "RequestArtworkRevision", artworkId=artwork["id"], version=1, comment=HELD)
    await _wait_for(live, "ARTWORK_BLOCKED")
    (artwork,) = (await story.read(ARTWORK, story.scheme_id))["artworks"]
    assert artwork["blocks"] == [
        {
            "requestedBy": {"name": "Third Factory"},
            "comment": HELD,
            "heldVendors": [{"name": "First Print"}, {"name": "Second Pack"}, {"name": "Third Factory"}],
            "heldConsignments": [{"code": "CON-2026-000001"}],
            "heldQuantity": 1000,
        }
    ]
    before = await story.read(CONSIGNMENT, first)
    for name, given in (("RecordProduction", {"quantity": 100}), ("DispatchBatch", {"quantity": 100})):
        lines = [story.line(**given)]
        values = {"consignmentId": first, "lines": lines, "idempotencyKey": f"held {name}"}
        (payload,) = (await story.clients["PRN-1"].send(document(f"vendor/{name}"), input=values)).data.values()
        (error,) = payload["errors"]
        assert error["code"] == "ARTWORK_BLOCKED"
        assert "Third Factory asked for a revision" in error["message"]
        assert HELD in error["message"]
    assert await story.read(CONSIGNMENT, first) == before
    stages = await story.stages()
    assert stages["ARTWORK"]["statusLabel"] == "Artwork revision requested"
    assert (stages["ARTWORK"]["owner"], stages["ARTWORK"]["waitingOn"]) == ("DESIGNER", "Designer: AMB-1L")
    # The packer can receive what is on the road.
    assert stages["PRODUCTION"]["waitingOn"] == "Second Pack"
    assert stages["PRODUCTION"]["blockedBy"] == [f"Third Factory asked for a revision of the artwork of AMB-1L: {HELD}"]


async def _settle(story: Story, first: str) -> None:
    """What carries the old artwork is held. Operations accept what is with the packer, and scrap the rest."""
    (held,) = (await story.read(CONSIGNMENT, first))["discrepancies"]
    assert held["openQuantity"] == 900
    values = {"consignmentId": first, "lines": [story.line(serials=[serials(0, 9)])], "idempotencyKey": "held"}
    (payload,) = (await story.clients["PCK-1"].send(document("vendor/DispatchBatch"), input=values)).data.values()
    (error,) = payload["errors"]
    assert (error["__typename"], error["code"]) == ("SerialsHeld", "CONFLICT")
    outcome = {"accepted": [serials(0, 399)], "scrapped": [serials(400, 899)], "note": "Only 400 were used already."}
    await story.act("OPERATIONS", "ResolveDiscrepancy", discrepancyId=held["id"], **outcome)
    found = await story.read(CONSIGNMENT, first)
    assert [each["openQuantity"] for each in found["discrepancies"]] == [0]
    assert found["progress"]["void"] == 500


async def _replace(story: Story) -> str:
    """A second run replaces what was scrapped, and is printed with the new artwork."""
    assert (await story.stages())["COUPON_GENERATION"]["statusLabel"] == "500 coupons not generated"
    await story.act("OPERATIONS", "GenerateCoupons", schemeId=story.scheme_id)
    second = await story.allocate(500, approved=False)
    await story.produce(second, quantity=500, artworkVersion=2)
    return second


async def _bring_packs_to_the_factory(story: Story, first: str, second: str) -> None:
    """The printer packs the replacement in two cartons, which go through the chain by their codes."""
    await story.produce(first, quantity=100)
    rest = await story.dispatch("PRN-1", first, quantity=100)
    await story.receive("PCK-1", rest, accepted=100)
    last = await story.dispatch("PCK-1", first, quantity=500)
    await story.receive("FAC-1", last, accepted=500)
    await story.act("FAC-1", "CommissionCoupons", consignmentId=first, batchId=last["id"])

    codes = [sscc(1), sscc(2)]
    (produced,) = await _on_hand(story, second)
    middle = produced["first"] + 250
    halves = [serials(produced["first"], middle - 1), serials(middle, produced["last"])]
    packs = [
        {"variantId": story.variant_id, "sscc": code, "serials": [half]}
        for code, half in zip(codes, halves, strict=True)
    ]
    await story.act("PRN-1", "DeclarePacks", consignmentId=second, packs=packs)
    batch = await story.dispatch("PRN-1", second, packs=codes)
    await story.receive("PCK-1", batch, acceptedPacks=codes)
    for code in codes:
        batch = await story.dispatch("PCK-1", second, packs=[code])
        assert [pack["sscc"] for pack in batch["packs"]] == [code]
        await story.receive("FAC-1", batch, acceptedPacks=[code])
        await story.act("FAC-1", "CommissionCoupons", consignmentId=second, lines=[story.line(packs=[code])])


async def _on_hand(story: Story, consignment_id: str) -> Any:
    text = """query ($id: ID!) { node(id: $id) { ... on Consignment { lines { serials { first last } } } } }"""
    (line,) = (await story.read(text, consignment_id))["lines"]
    return line["serials"]


async def _upload(story: Story, *, shade: int) -> None:
    """The designer uploads a picture and makes it the current version."""
    designer: Client = story.clients["DESIGNER"]
    upload_id = await upload(designer, png(shade=shade), fileName="label.png", purpose="ARTWORK")
    given = {"schemeId": story.scheme_id, "variantId": story.variant_id, "uploadId": upload_id}
    await _decide(story, "DESIGNER", "UploadArtwork", **given)


async def _approve(story: Story, *, version: int) -> None:
    (artwork,) = (await story.read(ARTWORK, story.scheme_id))["artworks"]
    for vendor in CHAIN:
        await _decide(story, vendor, "ApproveArtwork", artworkId=artwork["id"], version=version)


async def _decide(story: Story, who: str, name: str, **given: Any) -> None:
    """Send a mutation that has no idempotency key, and must succeed."""
    folder = "portal" if who == "DESIGNER" else "vendor"
    (payload,) = (await story.clients[who].send(document(f"{folder}/{name}"), input=given)).data.values()
    assert payload["errors"] == []


async def _wait_for(live: Stream, status: str) -> None:
    """Receive what the screen shows until the consignment has a status."""
    async with asyncio.timeout(10):
        while (await live.next()).data["consignmentProgress"]["consignment"]["status"] != status:
            pass
