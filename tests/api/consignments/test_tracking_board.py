"""The tracking board: what is under way, what moved last, and what is stuck on whom since when (R15, R17)."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.custody import query
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.vendors import vendor_client

BOARD = """query ($filter: TrackingFilter) { trackingBoard(filter: $filter) { consignmentCount
    consignments { code waitingOn } movedLast { message }
    waitingOn { vendor { name } consignments quantity since } } }"""


async def board(client: Client, **chosen: Any) -> Any:
    """The board, with a filter."""
    return (await client.send(BOARD, filter=chosen)).data["trackingBoard"]


def codes(found: Any) -> list[tuple[str, str | None]]:
    """The last digits of the consignments, with who must act."""
    return [(node["code"][-2:], node["waitingOn"]) for node in found["consignments"]]


@pytest.fixture
async def two(consignments: ConsignmentFactory, clock: TestClock) -> tuple[UUID, UUID]:
    """Two consignments of one scheme: one stuck for a week at its second vendor, and one that moved an hour ago."""
    scheme_id = await consignments.generated()
    first = await consignments.created(scheme_id, quantities={"AMB-1L": 400})
    await consignments.produce(first, quantity=400)
    await consignments.receive(await consignments.dispatch(first, quantity=400), accepted=400)
    clock.advance(days=7)
    second = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"), quantities={"AMB-1L": 500})
    await consignments.produce(second, quantity=100)
    await consignments.dispatch(second, quantity=60)
    clock.advance(hours=1)
    return first, second


async def test_a_board_shows_what_is_stuck_on_whom_since_when(clients: Clients, two: tuple[UUID, UUID]) -> None:
    """R15: longest waiting first, for anybody who follows consignments."""
    for role in (Role.ANALYST, Role.OPERATIONS, Role.PROGRAM_MANAGER):
        found = await board(clients[role])
        assert found["consignmentCount"] == 2
        assert codes(found) == [("01", "Second Pack"), ("02", "First Print and Third Factory")]
        assert [node["message"] for node in found["movedLast"]] == [
            "First Print dispatched 60 coupons of AMB-1L in BAT-2026-000002.",
            "First Print produced 100 coupons of AMB-1L.",
            "Second Pack received 400 coupons of AMB-1L in BAT-2026-000001.",
            "First Print dispatched 400 coupons of AMB-1L in BAT-2026-000001.",
            "First Print produced 400 coupons of AMB-1L.",
        ]
        waiting = [(each["vendor"]["name"], each["consignments"], each["quantity"]) for each in found["waitingOn"]]
        assert waiting[0] == ("Second Pack", 1, 400)
        # What is to be produced and on hand, and what is on its way.
        assert sorted(waiting[1:]) == [("First Print", 1, 440), ("Third Factory", 1, 60)]
        assert found["waitingOn"][0]["since"].startswith("2026-03-10T09:00")


async def test_a_board_is_filtered(clients: Clients, two: tuple[UUID, UUID], consignments: ConsignmentFactory) -> None:
    """R15: by what is stuck, by vendor, and by scheme; all conditions hold together."""
    analyst, world = clients[Role.ANALYST], consignments.world
    stuck = await board(analyst, stuckForDays=7)
    assert codes(stuck) == [("01", "Second Pack")]
    assert [each["vendor"]["name"] for each in stuck["waitingOn"]] == ["Second Pack"]
    assert codes(await board(analyst, stuckForDays=8)) == []
    packer = gid(NodeKind.VENDOR, world.vendors["PCK-1"].id)
    found = await board(analyst, vendorIds=[packer])
    assert (codes(found), len(found["movedLast"])) == ([("01", "Second Pack")], 3)
    other = gid(NodeKind.SCHEME, await consignments.generated())
    empty = {"consignmentCount": 0, "consignments": [], "movedLast": [], "waitingOn": []}
    assert await board(analyst, schemeIds=[other]) == empty
    assert await board(analyst, schemeIds=[other], vendorIds=[packer]) == empty


async def test_delivered_and_canceled_consignments_are_no_more_on_the_board(
    clients: Clients, consignments: ConsignmentFactory
) -> None:
    """R15: their movements are still among the latest."""
    made = await consignments.created(chain=("PRN-1",))
    await consignments.produce(made, quantity=1000)
    await consignments.commission(made, Span(0, 998), by="PRN-1")
    assert codes(await board(clients[Role.ANALYST])) == [("01", "First Print")]
    await consignments.commission(made, Span(999, 999), by="PRN-1")
    found = await board(clients[Role.ANALYST])
    assert (found["consignments"], found["waitingOn"], found["consignmentCount"]) == ([], [], 0)
    assert found["movedLast"][0] == {"message": "First Print commissioned 1 coupon of AMB-1L."}


async def test_new_consignments_hide_no_movements(
    clients: Clients, two: tuple[UUID, UUID], consignments: ConsignmentFactory, database: Database
) -> None:
    """R15: consignments of which nothing has moved have no latest movement, however many there are."""
    (scheme_id,) = (await query(database, "SELECT DISTINCT scheme_id FROM consignment"))[0]
    before = (await board(clients[Role.OPERATIONS]))["movedLast"]
    for _ in range(41):
        await consignments.created(scheme_id, quantities={"AMB-1L": 1})
    found = await board(clients[Role.OPERATIONS])
    assert (found["consignmentCount"], found["movedLast"]) == (43, before)
    assert len(before) == 5


async def test_a_vendor_has_a_board_of_its_own_chains(
    clients: Clients, two: tuple[UUID, UUID], database: Database
) -> None:
    """R14: it is the only vendor that it reads numbers of."""
    found = await board(await vendor_client(clients, database, "PCK-1"))
    assert codes(found) == [("01", "Second Pack")]
    assert [(each["vendor"]["name"], each["quantity"]) for each in found["waitingOn"]] == [("Second Pack", 400)]
    assert [node["message"][:24] for node in found["movedLast"]] == [
        "Second Pack received 400",
        "First Print dispatched 4",
    ]
    printer = await board(clients[Role.VENDOR])
    assert [(each["vendor"]["name"], each["quantity"]) for each in printer["waitingOn"]] == [("First Print", 440)]


@pytest.mark.parametrize(("days", "message"), [(-1, "not -1."), (3_651, "not 3,651.")])
async def test_a_consignment_is_stuck_for_a_sensible_time(clients: Clients, days: int, message: str) -> None:
    """R26."""
    answer = await clients[Role.ANALYST].send(BOARD, filter={"stuckForDays": days})
    (error,) = answer.errors
    assert error["message"] == f"A consignment is stuck for 0 to 3,650 days, {message}"
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "stuckForDays"}


@pytest.mark.parametrize("role", [Role.ECP, Role.INTEGRATION])
async def test_other_roles_have_no_board(clients: Clients, role: Role) -> None:
    """R25."""
    answer = await clients[role].send(BOARD, filter={})
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"] == {"trackingBoard": None}
