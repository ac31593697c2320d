"""Payouts that a payment system reports: once each, with a result of its own (R22)."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.settlements import balances, expect_errors, mutate, payouts_of, settle
from tests.support.settlements import (
    ENDING,
    SETTLES_AT,
    Payees,
    approved,
    line_ids,
    paying,
    proposed,
    rejected,
    run_settlements,
    scheme_with_points,
)
from tests.support.unchanged import nothing_changes

POINTS = {"own": 750, "Binod Thapa": 400, "Chitra Das": 99}
NOTIFICATIONS = "{ viewer { notifications(first: 20) { nodes { kind message actor { displayName } } } } }"
LEDGER = """{ viewer { ecp { balance { total byScheme { available settling paid expired } }
    ledger(first: 10) { nodes { kind points balanceAfter sentence
        source { __typename ... on SettlementLine { status points sentence settlement { id } } } } } } } }"""
STATEMENT = """query ($scheme: ID!) { viewer { ecp { statement(schemeId: $scheme, month: "2026-03") {
    sections { kind points } closingBalance } } } }"""


@pytest.fixture
def bank(clients: Clients) -> Client:
    """A connected payment system."""
    return clients[Role.INTEGRATION]


@pytest.fixture
async def payees(factory: SchemeFactory) -> Payees:
    """A scheme that has ended, with three ECPs."""
    return await scheme_with_points(factory, POINTS)


async def lines_of(factory: SchemeFactory, payees: Payees, settlement_id: UUID) -> dict[str, str]:
    """The global IDs of the lines, by the names of the ECPs."""
    lines = await line_ids(factory, settlement_id)
    return {name: gid(NodeKind.SETTLEMENT_LINE, lines[ecp_id]) for name, ecp_id in payees.ecps.items()}


async def messages(client: Client) -> list[tuple[str, str]]:
    """Notifications about settlements, newest first; none names a person."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    found = [node for node in nodes if node["kind"].startswith(("SETTLEMENT", "PAYOUTS"))]
    assert all(node["actor"] is None for node in found)
    return [(node["kind"], node["message"]) for node in found]


async def test_each_payout_has_its_own_result(
    bank: Client, factory: SchemeFactory, payees: Payees, clock: TestClock, database_url: str
) -> None:
    """Unknown lines, lines of another settlement, and carried-over lines beside good ones."""
    later = SETTLES_AT.date()
    other = await scheme_with_points(
        factory, {"Dev Rao": 300}, title="Other", dates=(ENDING[0], later, ENDING[2], later)
    )
    clock.advance(days=1)
    foreign = (await lines_of(factory, other, await paying(factory, other.scheme_id)))["Dev Rao"]
    settlement_id = await paying(factory, payees.scheme_id)
    lines = await lines_of(factory, payees, settlement_id)
    key, unknown = gid(NodeKind.SETTLEMENT, settlement_id), gid(NodeKind.SETTLEMENT_LINE, UUID(int=7))
    payload = await payouts_of(
        bank,
        key,
        (unknown, "PAID", "T-1"),
        (foreign, "PAID", "T-2"),
        (lines["Chitra Das"], "PAID", "T-3"),
        (lines["own"], "PAID", " T-4 "),
        (lines["own"], "PAID", "T-4"),
        (lines["own"], "FAILED", "T-5"),
    )
    missing = "This settlement has no line with this ID. Take IDs from its lines, or from its payable file."
    conflict = (
        "This line was reported as paid with the reference “T-4”. If the bank sent the money back, report it as "
        "returned."
    )
    found = [(one["result"], one["message"], one["line"] and one["line"]["status"]) for one in payload["results"]]
    assert found == [
        ("REJECTED", missing, None),
        ("REJECTED", missing, None),
        ("REJECTED", "The points of this line are carried over, so nothing is paid for it.", "CARRIED_OVER"),
        ("RECORDED", None, "PAID"),
        ("DUPLICATE", None, "PAID"),
        ("CONFLICT", conflict, "PAID"),
    ]
    counted = [payload[name] for name in ("recorded", "duplicates", "conflicts", "rejected")]
    assert counted == [1, 1, 1, 3]
    assert payload["settlement"]["status"] == "PAYING"
    assert await balances(database_url) == [(0, 0, 750, 0), (0, 400, 0, 0), (99, 0, 0, 0), (0, 300, 0, 0)]


async def test_a_report_that_is_sent_again_changes_nothing(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """With its key or with another one; another input under the same key is rejected."""
    settlement_id = await paying(factory, payees.scheme_id)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    report = ((lines["own"], "PAID", "T-1"), (lines["Binod Thapa"], "FAILED", "T-2"))
    first = await payouts_of(bank, key, *report, idempotencyKey="monday")
    assert (first["recorded"], first["settlement"]["status"]) == (2, "SETTLED")
    async with nothing_changes(database_url):
        again = await payouts_of(bank, key, *report, idempotencyKey="monday")
        assert [one["result"] for one in again["results"]] == ["DUPLICATE", "DUPLICATE"]
        listed = [{"lineId": lines["own"], "outcome": "FAILED", "reference": "T-1"}]
        given = {"settlementId": key, "payouts": listed, "idempotencyKey": "monday"}
        payload = (await bank.send(document("vendor/RecordPayouts"), input=given)).data["recordPayouts"]
        assert (payload["results"], payload["errors"][0]["code"]) == (None, "IDEMPOTENCY_MISMATCH")
    other = await payouts_of(clients[Role.PROGRAM_MANAGER], key, *report)
    assert (other["recorded"], other["duplicates"]) == (0, 2)
    assert await balances(database_url) == [(0, 0, 750, 0), (400, 0, 0, 0), (99, 0, 0, 0)]


async def test_a_failed_payout_is_in_the_next_settlement(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """Its points return exactly once; a supplementary settlement has what is there then, and nothing else."""
    settlement_id = await paying(factory, payees.scheme_id)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    await payouts_of(bank, key, (lines["own"], "PAID", "T-1"), (lines["Binod Thapa"], "FAILED", "T-2"))
    made = await settle(clients[Role.PROGRAM_MANAGER], payees.scheme_id)
    await run_settlements(factory)
    found = (await clients[Role.APPROVER].run("Settlement", id=made["id"]))["node"]
    assert (found["number"], found["isSupplementary"]) == (2, True)
    assert [(line["ecpCode"], line["points"], line["carriedOver"]) for line in found["lines"]["nodes"]] == [
        ("ECP-2026-000002", 400, 0),
        ("ECP-2026-000003", 0, 99),
    ]
    await mutate(clients[Role.APPROVER], "approveSettlement", settlementId=made["id"])
    await run_settlements(factory)
    assert await balances(database_url) == [(0, 0, 750, 0), (0, 400, 0, 0), (99, 0, 0, 0)]


async def test_payouts_wait_for_the_approval_and_the_posting(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """A connected system does not even see a settlement that is not approved."""
    manager, settlement_id = clients[Role.PROGRAM_MANAGER], await proposed(factory, payees.scheme_id)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    payout = {"lineId": lines["own"], "outcome": "PAID", "reference": "T-1"}
    report = {"settlementId": key, "payouts": [payout]}

    async def expect(client: Client, code: str, message: str, **changed: Any) -> None:
        async with nothing_changes(database_url):
            found = await expect_errors(client, "recordPayouts", **{**report, **changed})
        assert found[0][::2] == (code, message)

    await expect(bank, "NOT_FOUND", "This settlement does not exist.")
    await expect(manager, "ILLEGAL_STATE", "Settlement 1 is not approved yet, so nothing can have been paid.")
    await approved(factory, settlement_id)
    posting = "Settlement 1 is approved, and its points are being posted. Report payouts in a moment."
    await expect(bank, "ILLEGAL_STATE", posting)
    await run_settlements(factory)
    await expect(bank, "REQUIRED", "Report at least one payout.", payouts=[])
    await expect(bank, "REQUIRED", "The reference is missing.", payouts=[{**payout, "reference": " "}])
    wrong = "This is the ID of a settlement, not of a settlement line."
    await expect(bank, "INVALID", wrong, payouts=[{**payout, "lineId": key}])
    assert (await payouts_of(bank, key, (lines["own"], "PAID", "T-1")))["recorded"] == 1


async def test_nothing_is_paid_for_a_rejected_settlement(
    clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """A rejection posts nothing."""
    settlement_id = await proposed(factory, payees.scheme_id)
    await rejected(factory, settlement_id)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    payouts = [{"lineId": lines["own"], "outcome": "PAID", "reference": "T-1"}]
    async with nothing_changes(database_url):
        found = await expect_errors(clients[Role.PROGRAM_MANAGER], "recordPayouts", settlementId=key, payouts=payouts)
    message = "Settlement 1 was rejected, so nothing can have been paid."
    assert found == [("ILLEGAL_STATE", "settlementId", message)]
    assert await balances(database_url) == [(750, 0, 0, 0), (400, 0, 0, 0), (99, 0, 0, 0)]


async def test_an_ecp_follows_its_payout(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees
) -> None:
    """R22, R25: the own line, the entries, the statement, and a notification, and nothing of others."""
    own = clients[Role.ECP]
    settlement_id = await proposed(factory, payees.scheme_id)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    payouts = document("mobile/Payouts")
    assert (await own.send(payouts)).data["viewer"]["ecp"]["settlementLines"]["totalCount"] == 0
    await approved(factory, settlement_id)
    await run_settlements(factory)
    (line,) = (await own.send(payouts)).data["viewer"]["ecp"]["settlementLines"]["nodes"]
    assert (line["points"], line["status"], line["settlementNumber"]) == (750, "PENDING", 1)
    assert line["sentence"] == "750 points (187.50 INR) are being paid."
    await payouts_of(bank, key, (lines["own"], "PAID", "T-1"), (lines["Binod Thapa"], "FAILED", "T-2"))
    ecp = (await own.send(LEDGER)).data["viewer"]["ecp"]
    assert ecp["balance"] == {
        "total": 0,
        "byScheme": [{"available": 0, "settling": 0, "paid": 750, "expired": 0}],
    }
    source = {
        "__typename": "SettlementLine",
        "status": "PAID",
        "points": 750,
        "sentence": "750 points (187.50 INR) were paid.",
        "settlement": None,
    }
    paid, settled, _ = ecp["ledger"]["nodes"]
    assert paid == {
        "kind": "SETTLEMENT",
        "points": 0,
        "balanceAfter": 0,
        "sentence": "750 points of settlement 1 were paid with the reference “T-1”.",
        "source": source,
    }
    assert (settled["points"], settled["sentence"]) == (-750, "750 points went into settlement 1.")
    statement = (await own.send(STATEMENT, scheme=gid(NodeKind.SCHEME, payees.scheme_id))).data["viewer"]["ecp"]
    sections = {section["kind"]: section["points"] for section in statement["statement"]["sections"]}
    assert (sections["ADJUSTED"], sections["SETTLED"]) == (750, -750)
    assert statement["statement"]["closingBalance"] == 0
    assert await messages(own) == [("PAYOUTS_RECORDED", "750 points of yours in “Monsoon Care” were paid.")]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    asked = [key, lines["Binod Thapa"], lines["own"]]
    assert (await own.send(nodes, ids=asked)).data["nodes"] == [None, None, {"id": lines["own"]}]


async def test_people_are_notified_of_what_they_must_do(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees
) -> None:
    """Approvers of what waits, and the maker and the second person of what came of it."""
    manager, approver = clients[Role.PROGRAM_MANAGER], clients[Role.APPROVER]
    settlement_id = await proposed(factory, payees.scheme_id)
    waits = "Settlement 1 of “Monsoon Care” waits for the approval of a second person: 1,150 points in 3 lines."
    assert await messages(approver) == [("SETTLEMENT_PROPOSED", waits)]
    assert await messages(manager) == []
    queues = {queue["key"]: queue for queue in (await approver.run("SettlementsToApprove"))["workQueues"]}
    waiting = queues["SETTLEMENTS_TO_APPROVE"]
    assert (waiting["count"], [node["number"] for node in waiting["settlements"]["nodes"]]) == (1, [1])
    await approved(factory, settlement_id)
    await run_settlements(factory)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    await payouts_of(bank, key, (lines["own"], "PAID", "T-1"), (lines["Binod Thapa"], "FAILED", "T-2"))
    settled = "Settlement 1 of “Monsoon Care” is settled: 750 points were paid. 1 payment failed. "
    settled += "Settle the scheme again to pay what is available again."
    assert await messages(manager) == [
        ("SETTLEMENT_SETTLED", settled),
        (
            "SETTLEMENT_APPROVED",
            "Settlement 1 of “Monsoon Care” was approved: 1,150 points will be paid. 99 points are carried over.",
        ),
    ]
    assert (await messages(approver))[0] == ("SETTLEMENT_SETTLED", settled)


async def test_the_last_stage_follows_the_settlement(
    bank: Client, clients: Clients, factory: SchemeFactory, payees: Payees
) -> None:
    """R8: pending, waiting for an approver, waiting for payments, and settled; a rejection makes it pending again."""

    async def stage() -> tuple[Any, ...]:
        key = gid(NodeKind.SCHEME, payees.scheme_id)
        scheme = (await clients[Role.PROGRAM_MANAGER].run("SchemeSettlements", id=key))["node"]
        found = scheme["stages"][-1]
        # One settlement that is not posted at a time.
        assert ("SETTLE" in scheme["viewerActions"]) is (found["status"] != "SETTLEMENT_PROPOSED")
        return found["state"], found["statusLabel"], found["owner"], found["waitingOn"]

    assert await stage() == ("PENDING", "Settlement pending", "PROGRAM_MANAGER", "Program manager")
    settlement_id = await proposed(factory, payees.scheme_id)
    proposal = ("IN_PROGRESS", "Settlement proposed", "APPROVER", "Approver")
    assert await stage() == proposal
    await rejected(factory, settlement_id)
    assert await stage() == ("PENDING", "Settlement pending", "PROGRAM_MANAGER", "Program manager")
    settlement_id = await proposed(factory, payees.scheme_id)
    await approved(factory, settlement_id)
    await run_settlements(factory)
    assert await stage() == ("IN_PROGRESS", "Payouts pending", "PROGRAM_MANAGER", None)
    lines, key = await lines_of(factory, payees, settlement_id), gid(NodeKind.SETTLEMENT, settlement_id)
    await payouts_of(bank, key, (lines["own"], "PAID", "T-1"), (lines["Binod Thapa"], "FAILED", "T-2"))
    assert await stage() == ("DONE", "Settled", "PROGRAM_MANAGER", None)
    await proposed(factory, payees.scheme_id)
    assert await stage() == proposal
