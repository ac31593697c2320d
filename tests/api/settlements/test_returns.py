"""The bank sends money back after a payment was reported as paid (R22): once, and into the next settlement."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import query
from tests.support.ledger_verification import find_faults
from tests.support.mutations.settlements import balances, mutate, payouts_of, read_lines, settle
from tests.support.settlements import Payees, line_ids, paying, run_settlements, scheme_with_points
from tests.support.unchanged import nothing_changes

POINTS = {"own": 750, "Binod Thapa": 400, "Chitra Das": 99}
NOTIFICATIONS = "{ viewer { notifications(first: 20) { nodes { kind message } } } }"
LEDGER = "{ viewer { ecp { ledger(first: 2) { nodes { kind points balanceAfter sentence } } } } }"
MISSING = "This line was not reported as paid, so no money can come back. Report it as paid first, or as failed."


@pytest.fixture
def bank(clients: Clients) -> Client:
    """A connected payment system."""
    return clients[Role.INTEGRATION]


@pytest.fixture
async def payees(factory: SchemeFactory) -> Payees:
    """A scheme that has ended, with three ECPs."""
    return await scheme_with_points(factory, POINTS)


async def paid_settlement(factory: SchemeFactory, payees: Payees, bank: Client) -> tuple[str, dict[str, str]]:
    """A settlement whose payable lines are reported as paid, and the global IDs of its lines by name."""
    settlement_id = await paying(factory, payees.scheme_id)
    found = await line_ids(factory, settlement_id)
    lines = {name: gid(NodeKind.SETTLEMENT_LINE, found[ecp_id]) for name, ecp_id in payees.ecps.items()}
    key = gid(NodeKind.SETTLEMENT, settlement_id)
    await payouts_of(bank, key, (lines["own"], "PAID", "T-1"), (lines["Binod Thapa"], "PAID", "T-2"))
    return key, lines


async def newest_message(client: Client) -> tuple[str, str]:
    """The newest notification."""
    node = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"][0]
    return node["kind"], node["message"]


def of_line(line: Any) -> tuple[Any, ...]:
    """What a line says about its payment."""
    assert (line["reportedAt"] is None, line["returnedAt"] is None) == (
        line["reference"] is None,
        line["returnReference"] is None,
    )
    return line["status"], line["reference"], line["returnReference"], line["sentence"]


async def test_returned_points_are_available_once_and_in_the_next_settlement(
    clients: Clients, factory: SchemeFactory, payees: Payees, database: Database, database_url: str
) -> None:
    """The settlement stays settled; the line keeps both references."""
    bank = clients[Role.INTEGRATION]
    key, lines = await paid_settlement(factory, payees, bank)
    report = (lines["own"], "RETURNED", " R-1 ")
    payload = await payouts_of(bank, key, report, idempotencyKey="tuesday")
    assert (payload["recorded"], payload["results"][0]["line"]["status"]) == (1, "RETURNED")
    counted = ["status", "paidLines", "paidPoints", "failedLines", "failedPoints", "returnedLines", "returnedPoints"]
    assert [payload["settlement"][name] for name in counted] == ["SETTLED", 1, 400, 0, 0, 1, 750]
    assert payload["settlement"]["paidAmount"] == "100.00"
    assert await balances(database_url) == [(750, 0, 0, 0), (0, 0, 400, 0), (99, 0, 0, 0)]
    back = "The points are available again, and in the next settlement."
    (line, *_) = await read_lines(clients[Role.APPROVER], key)
    assert of_line(line) == (
        "RETURNED",
        "T-1",
        "R-1",
        f"The bank sent back the payment of 750 points (187.50 INR). {back}",
    )
    async with nothing_changes(database_url):
        again = await payouts_of(bank, key, report, idempotencyKey="tuesday")
        assert [one["result"] for one in again["results"]] == ["DUPLICATE"]
    other = await payouts_of(bank, key, report, (lines["own"], "PAID", "T-1"), (lines["own"], "RETURNED", "R-2"))
    assert [one["result"] for one in other["results"]] == ["DUPLICATE", "DUPLICATE", "CONFLICT"]
    assert await balances(database_url) == [(750, 0, 0, 0), (0, 0, 400, 0), (99, 0, 0, 0)]
    made = await settle(clients[Role.PROGRAM_MANAGER], payees.scheme_id)
    await run_settlements(factory)
    found = [(one["ecpCode"], one["points"]) for one in await read_lines(clients[Role.APPROVER], made["id"])]
    assert found == [("ECP-2026-000001", 750), ("ECP-2026-000003", 0)]
    await mutate(clients[Role.APPROVER], "approveSettlement", settlementId=made["id"])
    await run_settlements(factory)
    assert await balances(database_url) == [(0, 750, 0, 0), (0, 0, 400, 0), (99, 0, 0, 0)]
    assert await find_faults(database) == []


async def test_people_are_notified_of_returned_payments(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees
) -> None:
    """The ECP, and the maker and the second person, who must settle again."""
    key, lines = await paid_settlement(factory, payees, bank)
    await payouts_of(bank, key, (lines["own"], "RETURNED", "R-1"), (lines["Binod Thapa"], "RETURNED", "R-2"))
    again = (
        "2 payments of settlement 1 of “Monsoon Care” came back: 1,150 points are available again. Settle the scheme "
    )
    for role in (Role.PROGRAM_MANAGER, Role.APPROVER):
        assert await newest_message(clients[role]) == ("PAYOUTS_RECORDED", f"{again}again to pay them.")
    back = "They are available again, and in the next settlement."
    message = f"The bank sent back the payment of 750 points in “Monsoon Care”. {back}"
    assert await newest_message(clients[Role.ECP]) == ("PAYOUTS_RECORDED", message)
    returned, paid = (await clients[Role.ECP].send(LEDGER)).data["viewer"]["ecp"]["ledger"]["nodes"]
    assert returned == {
        "kind": "SETTLEMENT",
        "points": 750,
        "balanceAfter": 750,
        "sentence": "The payment of 750 points of settlement 1 came back with the reference “R-1”, so the balance has "
        "them again.",
    }
    assert paid["sentence"] == "750 points of settlement 1 were paid with the reference “T-1”."


async def test_money_comes_back_only_for_lines_that_were_paid(
    bank: Client, factory: SchemeFactory, payees: Payees, database: Database, database_url: str
) -> None:
    """Neither for a line that is not reported, nor for one that failed or is carried over; the others are recorded."""
    settlement_id = await paying(factory, payees.scheme_id)
    found = await line_ids(factory, settlement_id)
    lines = {name: gid(NodeKind.SETTLEMENT_LINE, found[ecp_id]) for name, ecp_id in payees.ecps.items()}
    key, unknown = gid(NodeKind.SETTLEMENT, settlement_id), gid(NodeKind.SETTLEMENT_LINE, UUID(int=7))
    returned = [(line, "RETURNED", "R-1") for line in (lines["own"], lines["Chitra Das"], unknown)]
    await payouts_of(bank, key, *returned, idempotencyKey="early")
    async with nothing_changes(database_url):
        payload = await payouts_of(bank, key, *returned, idempotencyKey="early")
        assert [(one["result"], one["message"]) for one in payload["results"]] == [
            ("REJECTED", MISSING),
            ("REJECTED", "The points of this line are carried over, so nothing is paid for it."),
            (
                "REJECTED",
                "This settlement has no line with this ID. Take IDs from its lines, or from its payable file.",
            ),
        ]
    # The payment and its return in one report; the last report settles the settlement.
    both = [(lines["own"], "PAID", "T-1"), (lines["own"], "RETURNED", "R-1"), (lines["Binod Thapa"], "FAILED", "T-2")]
    payload = await payouts_of(bank, key, *both)
    assert (payload["recorded"], payload["settlement"]["status"]) == (3, "SETTLED")
    assert await balances(database_url) == [(750, 0, 0, 0), (400, 0, 0, 0), (99, 0, 0, 0)]
    payload = await payouts_of(bank, key, (lines["Binod Thapa"], "RETURNED", "R-2"))
    assert [one["result"] for one in payload["results"]] == ["CONFLICT"]
    assert await find_faults(database) == []


async def test_what_comes_back_to_an_erased_ecp_is_forfeited(
    bank: Client, factory: SchemeFactory, payees: Payees, database: Database, database_url: str
) -> None:
    """R18: nobody can receive it any more."""
    key, lines = await paid_settlement(factory, payees, bank)
    await EnrollmentFactory(factory).erase(payees.ecps["Binod Thapa"])
    payload = await payouts_of(bank, key, (lines["Binod Thapa"], "RETURNED", "R-2"))
    assert payload["recorded"] == 1
    assert await balances(database_url) == [(0, 0, 750, 0), (0, 0, 0, 0), (99, 0, 0, 0)]
    forfeits = "SELECT points, status, decided_by FROM adjustment WHERE forfeits"
    assert await query(factory.environment, forfeits) == [(-400, "APPROVED", None)]
    assert await find_faults(database) == []
