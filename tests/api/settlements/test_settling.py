"""Settling a scheme over HTTP: from the frozen lines over a second person to reported payouts (R22)."""

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Clients, document, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.settlements import balances, expect_errors, mutate, payouts_of, read_lines, settle
from tests.support.settlements import paying, proposed, rejected, run_settlements, scheme_with_points
from tests.support.unchanged import nothing_changes


async def test_a_scheme_is_settled_from_its_lines_to_its_payouts(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R22: frozen, approved by a second person, posted, and paid; a failed payout comes back."""
    payees = await scheme_with_points(factory, {"own": 750, "Binod Thapa": 400, "Chitra Das": 99, "Dev Rao": -20})
    manager, approver, bank = (clients[role] for role in (Role.PROGRAM_MANAGER, Role.APPROVER, Role.INTEGRATION))
    made = await settle(manager, payees.scheme_id)
    assert (made["number"], made["status"], made["ecps"], made["viewerActions"]) == (1, "PREPARING", 0, ["WITHDRAW"])
    assert await run_settlements(factory) == 1
    found = (await approver.run("Settlement", id=made["id"]))["node"]
    assert (found["status"], found["ecps"], found["payableLines"], found["points"]) == ("PROPOSED", 4, 2, 1_150)
    assert (found["amount"], found["currency"], found["carriedOver"]) == ("287.50", "INR", 79)
    assert found["viewerActions"] == ["APPROVE", "REJECT"]
    assert await balances(database_url) == [(750, 0, 0, 0), (400, 0, 0, 0), (99, 0, 0, 0), (-20, 0, 0, 0)]
    approved = await mutate(approver, "approveSettlement", settlementId=made["id"])
    assert (approved["status"], approved["viewerActions"]) == ("APPROVED", [])
    assert await run_settlements(factory) == 1
    assert await balances(database_url) == [(0, 750, 0, 0), (0, 400, 0, 0), (99, 0, 0, 0), (-20, 0, 0, 0)]
    (payable,) = (await bank.send(document("vendor/SettlementsToPay"))).data["settlements"]["nodes"]
    first, second = payable["lines"]["nodes"]
    assert [(line["ecpCode"], line["points"], line["amount"]) for line in (first, second)] == [
        ("ECP-2026-000001", 750, "187.50"),
        ("ECP-2026-000002", 400, "100.00"),
    ]
    payload = await payouts_of(bank, made["id"], (first["id"], "PAID", "T-1"), (second["id"], "FAILED", "T-2"))
    assert [one["result"] for one in payload["results"]] == ["RECORDED", "RECORDED"]
    assert (payload["settlement"]["status"], payload["settlement"]["paidPoints"]) == ("SETTLED", 750)
    assert await balances(database_url) == [(0, 0, 750, 0), (400, 0, 0, 0), (99, 0, 0, 0), (-20, 0, 0, 0)]
    assert [(line["status"], line["carryReason"]) for line in await read_lines(manager, made["id"])] == [
        ("PAID", None),
        ("FAILED", None),
        ("CARRIED_OVER", "BELOW_MINIMUM"),
        ("CARRIED_OVER", "NEGATIVE"),
    ]


async def test_a_settlement_after_one_that_was_rejected_is_the_first(clients: Clients, factory: SchemeFactory) -> None:
    """R22: the lines of the rejected one are not paid, and say so."""
    payees = await scheme_with_points(factory, {"own": 750})
    made = await proposed(factory, payees.scheme_id)
    await rejected(factory, made)
    document = "query ($id: ID!) { node(id: $id) { ... on Settlement { lines { nodes { statusLabel sentence } } } } }"
    answer = await clients[Role.APPROVER].send(document, id=gid(NodeKind.SETTLEMENT, made))
    assert answer.data["node"]["lines"]["nodes"][0] == {
        "statusLabel": "Not paid",
        "sentence": "750 points (187.50 INR) are not paid: the settlement was rejected.",
    }
    again = await settle(clients[Role.PROGRAM_MANAGER], payees.scheme_id)
    assert (again["number"], again["isSupplementary"]) == (2, False)


async def test_a_settled_scheme_without_points_is_not_settled_again(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    payees = await scheme_with_points(factory, {"own": 750})
    await paying(factory, payees.scheme_id)
    message = (
        "Nothing is left to settle: the scheme was settled, and no ECP has points of it. Later points go into a "
        "supplementary settlement."
    )
    async with nothing_changes(database_url):
        again = await expect_errors(
            clients[Role.PROGRAM_MANAGER], "settleScheme", schemeId=gid(NodeKind.SCHEME, payees.scheme_id)
        )
    assert again == [("ILLEGAL_STATE", "schemeId", message)]
