"""The story of one scheme, over HTTP: from the generation of its coupons through three vendors to the factory."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from tests.fixtures import LiveServer
from tests.support.client import Clients, gid
from tests.support.custody import findings_of
from tests.support.custody_story import CHAIN, CONSIGNMENT, SCHEME, Dashboard, Story, serials
from tests.support.factories.schemes import SchemeFactory
from tests.support.sockets import SseStream, Stream
from tests.support.vendors import vendor_client


@pytest.fixture
async def story(clients: Clients, factory: SchemeFactory, environment: Environment) -> Story:
    """An approved scheme of 1,000 coupons of one variant."""
    scheme_id = await factory.approved(await factory.complete(skus=("AMB-1L",)))
    people = {"OPERATIONS": clients[Role.OPERATIONS], "ANALYST": clients[Role.ANALYST]}
    people["PRN-1"] = clients[Role.VENDOR]
    for code in CHAIN[1:]:
        people[code] = await vendor_client(clients, environment.database, code)
    return Story(people, gid(NodeKind.SCHEME, scheme_id), environment.database)


async def test_from_coupons_to_the_factory(story: Story, live_server: LiveServer, environment: Environment) -> None:
    """R8, R11 to R15, R17, N3: with spoilage and a second run, a voided dispatch, a short receipt, and a recall.

    A live dashboard is cut off twice, comes back over another transport, and misses nothing.
    """
    board = Dashboard(live_server, story.clients["ANALYST"], story.scheme_id)
    assert await board.load() == []

    assert (await story.stages())["COUPON_GENERATION"]["statusLabel"] == "Coupons not generated"
    await story.act("OPERATIONS", "GenerateCoupons", schemeId=story.scheme_id)
    assert (await story.stages())["VENDOR_ALLOCATION"]["statusLabel"] == "Vendor not assigned"
    first = await story.allocate(1000)
    async with board.by_socket() as live:
        second = await _produce_and_spoil(story, board, live, first)
        sent = await _void_a_dispatch(story, board, live, first)
    # The connection is cut: the short receipt and its resolution happen meanwhile.
    await _receive_short(story, first, sent)
    async with board.by_events() as live:
        await board.take(live, "RECEIVED", "DAMAGED", "SHORT", "DISCREPANCY_RESOLVED", "DISCREPANCY_RESOLVED")
        batches = await _send_to_the_factory(story, board, live, (first, second))
        await _recall(story, board, live, first)
    await _commission(story, batches, (first, second))
    async with board.by_socket() as live:
        # The recalled coupons of the first batch arrive by a movement of their own.
        await board.take(live, "RECEIVED", "RECEIVED", "COMMISSIONED")
        await board.take(live, "RECEIVED", "COMMISSIONED", "RECEIVED", "COMMISSIONED")

    await _check_the_end(story, (first, second))
    assert await board.load() == board.movements
    operation = environment.operation(None)
    assert await findings_of(operation, operation.now) == []
    await operation.close()


async def _produce_and_spoil(story: Story, board: Dashboard, live: Stream, first: str) -> str:
    """Ten coupons are spoiled. A second run replaces them, for a second consignment."""
    await story.produce(first, quantity=900, spoiledSerials=[serials(0, 9)])
    await board.take(live, "SPOILED", "PRODUCED")
    stages = await story.stages()
    assert stages["COUPON_GENERATION"]["statusLabel"] == "10 coupons not generated"
    assert stages["VENDOR_ALLOCATION"]["blockedBy"] == ["10 coupons of AMB-1L are not generated."]
    assert stages["PRODUCTION"]["waitingOn"] == "First Print"
    await story.act("OPERATIONS", "GenerateCoupons", schemeId=story.scheme_id)
    assert (await story.stages())["VENDOR_ALLOCATION"]["statusLabel"] == "10 coupons not allocated"
    second = await story.allocate(10)
    assert (await story.read(SCHEME, story.scheme_id))["allocation"] == {
        "plannedQuantity": 1000,
        "generatedQuantity": 1010,
        "shortfallQuantity": 0,
        "allocatedQuantity": 1000,
        "pendingQuantity": 0,
    }
    await story.produce(second, quantity=10)
    await board.take(live, "PRODUCED")
    return second


async def _void_a_dispatch(story: Story, board: Dashboard, live: Stream, first: str) -> Any:
    """The truck does not leave, and its coupons are the lowest on hand again: the next batch has them, too."""
    voided = await story.dispatch("PRN-1", first, quantity=400)
    assert voided["lines"][0]["serials"] == [serials(10, 409)]
    await story.act("PRN-1", "VoidDispatch", batchId=voided["id"], reason="The truck did not leave.")
    leg = (await story.read(CONSIGNMENT, first))["legs"][0]
    assert leg["custody"] == [{"held": 900, "dispatched": 0}]
    sent = await story.dispatch("PRN-1", first, quantity=500)
    assert sent["lines"][0]["serials"] == [serials(10, 509)]
    await board.take(live, "DISPATCHED", "DISPATCH_VOIDED", "DISPATCHED")
    return sent


async def _receive_short(story: Story, first: str, sent: Any) -> None:
    """Two coupons are damaged and ten are missing: five are found, and five are lost."""
    await story.receive("PCK-1", sent, acceptedSerials=[serials(10, 497)], damagedSerials=[serials(498, 499)])
    stage = (await story.stages())["PRODUCTION"]
    assert stage["blockedBy"] == ["Operations must resolve a discrepancy of CON-2026-000001."]
    (discrepancy,) = (await story.read(CONSIGNMENT, first))["discrepancies"]
    assert discrepancy["openQuantity"] == 10
    for outcome in ({"found": [serials(500, 504)]}, {"lost": [serials(505, 509)]}):
        given = {**outcome, "note": "The carton was looked for."}
        await story.act("OPERATIONS", "ResolveDiscrepancy", discrepancyId=discrepancy["id"], **given)
    assert (await story.stages())["PRODUCTION"]["blockedBy"] == []


async def _send_to_the_factory(
    story: Story, board: Dashboard, live: SseStream, consignments: tuple[str, str]
) -> list[Any]:
    """The rest is produced and sent, and everything goes on to the factory in three batches."""
    first, second = consignments
    await story.produce(first, quantity=90)
    rest = await story.dispatch("PRN-1", first, quantity=490)
    await story.receive("PCK-1", rest, accepted=490)
    small = await story.dispatch("PRN-1", second, quantity=10)
    await story.receive("PCK-1", small, accepted=10)
    await board.take(live, "PRODUCED", "DISPATCHED", "RECEIVED", "DISPATCHED", "RECEIVED")
    batches = [
        await story.dispatch("PCK-1", first, serials=[serials(10, 497), serials(500, 504)]),
        await story.dispatch("PCK-1", first, quantity=400),
        await story.dispatch("PCK-1", second, quantity=10),
    ]
    await board.take(live, "DISPATCHED", "DISPATCHED", "DISPATCHED")
    return batches


async def _recall(story: Story, board: Dashboard, live: SseStream, first: str) -> None:
    """Coupons on the way to the factory and with the packer are void. Operations decide not to replace them."""
    recall = await story.act(
        "OPERATIONS",
        "VoidCoupons",
        schemeId=story.scheme_id,
        serials=[serials(20, 29), serials(990, 999)],
        reason="The ink fades.",
    )
    assert (recall["quantity"], recall["alreadyVoid"]) == (20, 0)
    holders = {(one["vendor"]["code"], one["inTransit"], one["quantity"]) for one in recall["holders"]}
    assert holders == {("FAC-1", True, 10), ("PCK-1", False, 10)}
    await board.take(live, "VOIDED", "VOIDED")
    assert (await story.stages())["COUPON_GENERATION"]["statusLabel"] == "20 coupons not generated"
    reason = "There are enough without them."
    await story.act("OPERATIONS", "CloseShortfall", schemeId=story.scheme_id, variantId=story.variant_id, reason=reason)
    assert (await story.stages())["COUPON_GENERATION"]["state"] == "DONE"
    # 80 coupons are still with the packer.
    last = await story.dispatch("PCK-1", first, quantity=80)
    await board.take(live, "DISPATCHED")
    await story.receive("FAC-1", last, accepted=80)
    await story.act("FAC-1", "CommissionCoupons", consignmentId=first, batchId=last["id"])
    await board.take(live, "RECEIVED", "COMMISSIONED")


async def _commission(story: Story, batches: list[Any], consignments: tuple[str, str]) -> None:
    """The recalled coupons arrive with their batch and stay void."""
    first, second = consignments
    whole, many, small = batches
    await story.receive("FAC-1", whole, accepted=483)
    await story.act("FAC-1", "CommissionCoupons", consignmentId=first, batchId=whole["id"])
    await story.receive("FAC-1", many, accepted=400)
    await story.act("FAC-1", "CommissionCoupons", consignmentId=first, batchId=many["id"])
    await story.receive("FAC-1", small, accepted=10)
    await story.act("FAC-1", "CommissionCoupons", consignmentId=second, batchId=small["id"])


async def _check_the_end(story: Story, consignments: tuple[str, str]) -> None:
    """Everything is delivered, and every serial is accounted for."""
    stage = (await story.stages())["PRODUCTION"]
    assert (stage["state"], stage["status"], stage["waitingOn"]) == ("DONE", "DELIVERED", None)
    expected = [
        {"planned": 1000, "produced": 990, "commissioned": 963, "damaged": 2, "lost": 5, "unresolved": 0, "void": 30},
        {"planned": 10, "produced": 10, "commissioned": 10, "damaged": 0, "lost": 0, "unresolved": 0, "void": 0},
    ]
    for consignment_id, counts in zip(consignments, expected, strict=True):
        found = await story.read(CONSIGNMENT, consignment_id)
        assert found["status"] == "DELIVERED"
        assert found["progress"] == {**counts, "percent": 100}
        assert sum(counts[name] for name in ("commissioned", "damaged", "lost", "void")) == counts["planned"]
    assert (await story.board())["waitingOn"] == []
