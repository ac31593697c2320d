"""Settlements that are rejected: too early, twice, with open work, by the wrong person (R22). Each changes nothing."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.adjustments import adjusted
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.databases import owner_connection
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.settlements import InputError, expect_errors, mutate, payload_of, settle
from tests.support.sales import Till, sale
from tests.support.settlements import (
    TERMS,
    VALUE,
    Payees,
    paying,
    proposed,
    run_settlements,
    scheme_with_points,
    settled,
)
from tests.support.short_receipt import short_receipt
from tests.support.unchanged import nothing_changes

POINTS = {"own": 750, "Binod Thapa": 400}


@pytest.fixture
async def payees(factory: SchemeFactory) -> Payees:
    """A scheme that has ended, with two ECPs."""
    return await scheme_with_points(factory, POINTS)


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
def approver(clients: Clients) -> Client:
    """The approver."""
    return clients[Role.APPROVER]


def of_scheme(scheme_id: UUID, **given: Any) -> dict[str, Any]:
    """The input that settles a scheme."""
    return {"schemeId": gid(NodeKind.SCHEME, scheme_id), **given}


def of_settlement(settlement_id: UUID) -> str:
    """The global ID of a settlement."""
    return gid(NodeKind.SETTLEMENT, settlement_id)


async def test_a_scheme_is_not_settled_before_its_grace_period_is_over(
    manager: Client, factory: SchemeFactory, clock: TestClock, database_url: str
) -> None:
    """The error names the first day; without a grace period of its own, the scheme has 30 days."""
    payees = await scheme_with_points(factory, {"own": 500}, terms=(VALUE,))
    async with nothing_changes(database_url):
        payload = await payload_of(manager, "settleScheme", **of_scheme(payees.scheme_id))
    message = "Sales and coupons of this scheme count until its grace period is over. Settle it from 10 April 2026 on."
    assert payload == {
        "settlement": None,
        "errors": [
            {
                "__typename": "SettlementTooEarly",
                "code": "OUT_OF_WINDOW",
                "message": message,
                "path": ["input", "schemeId"],
                "settlesOn": "2026-04-10",
            }
        ],
    }
    clock.advance(days=29)
    assert (await expect_errors(manager, "settleScheme", **of_scheme(payees.scheme_id)))[0][0] == "OUT_OF_WINDOW"
    clock.advance(days=1)
    assert (await settle(manager, payees.scheme_id))["number"] == 1


async def test_only_an_approved_scheme_is_settled(manager: Client, factory: SchemeFactory, database_url: str) -> None:
    """Not a draft, not an unknown scheme, and not something else."""
    draft = await factory.created()
    cases: list[tuple[str, InputError]] = [
        (
            gid(NodeKind.SCHEME, draft),
            ("ILLEGAL_STATE", "schemeId", "The scheme is not approved, so nobody has earned points in it."),
        ),
        (gid(NodeKind.SCHEME, UUID(int=7)), ("NOT_FOUND", "schemeId", "This scheme does not exist.")),
        (gid(NodeKind.ECP, draft), ("INVALID", "schemeId", "This is the ID of an ECP, not of a scheme.")),
    ]
    async with nothing_changes(database_url):
        for key, expected in cases:
            assert await expect_errors(manager, "settleScheme", schemeId=key) == [expected]


async def test_a_scheme_has_one_open_settlement(
    manager: Client, clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """Whatever its status is; the same key answers as the first time."""
    made = await settle(manager, payees.scheme_id, idempotencyKey="once")
    second, approver = clients["second manager"], clients[Role.APPROVER]

    async def expect_underway(label: str) -> None:
        async with nothing_changes(database_url):
            again = await expect_errors(second, "settleScheme", **of_scheme(payees.scheme_id))
        wait = "Wait until it is posted, or until it is rejected or withdrawn."
        message = f"Settlement 1 of this scheme is open ({label}). {wait}"
        assert again == [("ILLEGAL_STATE", "schemeId", message)]

    await expect_underway("being prepared")
    await run_settlements(factory)
    await expect_underway("approval pending")
    await mutate(approver, "approveSettlement", settlementId=made["id"])
    await expect_underway("approved, being posted")
    await run_settlements(factory)
    assert (await settle(manager, payees.scheme_id, idempotencyKey="once"))["id"] == made["id"]
    # Its points are posted, so what changed since may be settled beside its payments.
    await adjusted(factory, payees.ecps["own"], payees.scheme_id, 100)
    supplementary = await settle(second, payees.scheme_id)
    assert (supplementary["number"], supplementary["isSupplementary"]) == (2, True)


async def test_open_work_must_be_acknowledged(
    clients: Clients,
    factory: SchemeFactory,
    consignments: ConsignmentFactory,
    payees: Payees,
    database_url: str,
) -> None:
    """Discrepancies, parked sales, pending adjustments, and waiting valuations: said, and then acknowledged."""
    manager, reported = clients[Role.PROGRAM_MANAGER], sale(ecpCode="ECP-2026-999999", soldAt="2026-03-05T09:00:00Z")
    await short_receipt(consignments, payees.scheme_id)
    parked = await Till(clients[Role.INTEGRATION]).results(reported, park=True)
    assert parked[0]["outcome"] == "PARKED"
    await adjusted(factory, payees.ecps["own"], payees.scheme_id, 5_000)
    async with owner_connection(database_url) as connection:
        await connection.execute(
            "UPDATE points_account SET revalue_from = '2026-03-05T00:00:00Z' WHERE available = 400"
        )
    async with nothing_changes(database_url):
        payload = await payload_of(manager, "settleScheme", **of_scheme(payees.scheme_id))
    (error,) = payload["errors"]
    assert error == {
        "__typename": "OpenWorkRemains",
        "code": "ILLEGAL_STATE",
        "message": "Points of this scheme may still change: 1 open discrepancy, 1 parked sale, 1 adjustment to decide "
        "and 1 ECP whose sales are being valued. Finish this work first, or acknowledge it and settle; what changes "
        "later goes into a supplementary settlement. A parked sale may belong to any scheme of the program.",
        "path": ["input", "schemeId"],
        "discrepancies": 1,
        "parkedSales": 1,
        "pendingAdjustments": 1,
        "waitingAccounts": 1,
    }
    made = await settle(manager, payees.scheme_id, acknowledgeOpen=True)
    acknowledged = [
        made[name] for name in ("openDiscrepancies", "openParkedSales", "openAdjustments", "openValuations")
    ]
    assert acknowledged == [1, 1, 1, 1]
    await run_settlements(factory)
    found = (await manager.run("Settlement", id=made["id"]))["node"]
    assert [(line["points"], line["carryReason"]) for line in found["lines"]["nodes"]] == [
        (750, None),
        (0, "AWAITING_VALUATION"),
    ]


async def test_two_persons_settle(
    clients: Clients, approver: Client, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """Neither the maker nor somebody with a line decides, and nobody decides twice."""
    both = clients["manager and approver"]
    settlement_id = await proposed(factory, payees.scheme_id, by="manager and approver")
    key = of_settlement(settlement_id)
    own = ("SELF_APPROVAL", "settlementId", "This is your own settlement. Another person must decide on it.")
    async with nothing_changes(database_url):
        assert await expect_errors(both, "approveSettlement", settlementId=key) == [own]
        assert await expect_errors(both, "rejectSettlement", settlementId=key, reason="Mine.") == [own]
        assert await expect_errors(approver, "rejectSettlement", settlementId=key, reason=" ") == [
            ("REQUIRED", "reason", "The reason is missing.")
        ]
    rejected = await mutate(approver, "rejectSettlement", settlementId=key, reason="The minimum is wrong.")
    assert (rejected["status"], rejected["decisionReason"]) == ("REJECTED", "The minimum is wrong.")
    again = "Settlement 1 was rejected. Settle the scheme again for a new one."
    async with nothing_changes(database_url):
        for field in ("approveSettlement", "withdrawSettlement"):
            client = approver if field == "approveSettlement" else both
            assert await expect_errors(client, field, settlementId=key) == [("ILLEGAL_STATE", "settlementId", again)]


async def test_a_settlement_is_decided_once(
    manager: Client, clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """What is approved is neither approved again, nor rejected, nor withdrawn."""
    key = of_settlement(await proposed(factory, payees.scheme_id))
    await mutate(clients[Role.APPROVER], "approveSettlement", settlementId=key)
    expected = [("ILLEGAL_STATE", "settlementId", "Settlement 1 is already approved.")]
    other = clients["manager and approver"]
    async with nothing_changes(database_url):
        assert await expect_errors(other, "approveSettlement", settlementId=key) == expected
        assert await expect_errors(other, "rejectSettlement", settlementId=key, reason="Too much.") == expected
        assert await expect_errors(manager, "withdrawSettlement", settlementId=key) == expected


async def test_nobody_approves_their_own_line(
    clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """An approver that is an ECP with a line is neither asked nor allowed."""
    async with owner_connection(database_url) as connection:
        sql = "UPDATE ecp SET account_id = (SELECT id FROM account WHERE display_name = 'Approver') WHERE id = $1"
        await connection.execute(sql, payees.ecps["Binod Thapa"])
    key = of_settlement(await proposed(factory, payees.scheme_id))
    queues = (await clients[Role.APPROVER].run("SettlementsToApprove"))["workQueues"]
    assert [(queue["key"], queue["count"]) for queue in queues][-1] == ("SETTLEMENTS_TO_APPROVE", 0)
    async with nothing_changes(database_url):
        assert await expect_errors(clients[Role.APPROVER], "approveSettlement", settlementId=key) == [
            (
                "SELF_APPROVAL",
                "settlementId",
                "This settlement has a line of yours. Another person must decide on it.",
            )
        ]
    found = (await clients[Role.APPROVER].run("Settlement", id=key))["node"]
    assert found["viewerActions"] == []
    assert (await mutate(clients["manager and approver"], "approveSettlement", settlementId=key))[
        "status"
    ] == "APPROVED"


async def test_only_its_maker_withdraws_a_settlement(
    manager: Client, clients: Clients, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """While it is prepared, too; nothing was posted, and the scheme can be settled again."""
    key = of_settlement(await settled(factory, payees.scheme_id))
    other = "was made by another person, and only that person can withdraw it. An approver can reject it."
    async with nothing_changes(database_url):
        assert await expect_errors(clients["second manager"], "withdrawSettlement", settlementId=key) == [
            ("ILLEGAL_STATE", "settlementId", f"Settlement 1 {other}")
        ]
        assert await expect_errors(manager, "withdrawSettlement", settlementId=of_settlement(UUID(int=7))) == [
            ("NOT_FOUND", "settlementId", "This settlement does not exist.")
        ]
    assert (await mutate(manager, "withdrawSettlement", settlementId=key))["status"] == "WITHDRAWN"
    assert await run_settlements(factory) == 1
    found = (await manager.run("Settlement", id=key))["node"]
    assert (found["status"], found["ecps"]) == ("WITHDRAWN", 0)
    assert (await settle(manager, payees.scheme_id))["number"] == 2


async def test_an_ecp_is_not_erased_while_points_are_being_paid(
    manager: Client, factory: SchemeFactory, payees: Payees, database_url: str
) -> None:
    """R18: they would come back to nobody."""
    await paying(factory, payees.scheme_id)
    document = """mutation ($input: EraseEcpInput!) { eraseEcp(input: $input) {
        ecp { code } errors { __typename code message path ... on PointsSettling { points } } } }"""
    given = {"ecpId": gid(NodeKind.ECP, payees.ecps["Binod Thapa"]), "reason": "A letter."}
    async with nothing_changes(database_url):
        payload = (await manager.send(document, input=given)).data["eraseEcp"]
    assert payload == {
        "ecp": None,
        "errors": [
            {
                "__typename": "PointsSettling",
                "code": "ILLEGAL_STATE",
                "message": "400 points of ECP-2026-000002 are being paid out. Report the payment with `recordPayouts` "
                "first, paid or failed, and then erase the ECP.",
                "path": ["input", "ecpId"],
                "points": 400,
            }
        ],
    }


@pytest.mark.parametrize("terms", [(("grace_days", 0),), TERMS], ids=["no value", "all terms"])
async def test_the_terms_are_those_of_the_scheme(
    manager: Client, factory: SchemeFactory, terms: tuple[tuple[str, Any], ...]
) -> None:
    """Without a value of a point, a settlement has points and no amounts, and everybody is paid."""
    payees = await scheme_with_points(factory, {"own": 750, "Binod Thapa": 1}, terms=terms)
    key = of_settlement(await proposed(factory, payees.scheme_id))
    found = (await manager.run("Settlement", id=key))["node"]
    if terms is TERMS:
        assert (found["pointValue"], found["minimumPayout"], found["amount"]) == ("0.25", 100, "187.50")
        assert (found["payableLines"], found["carriedOver"]) == (1, 1)
    else:
        assert (found["pointValue"], found["minimumPayout"], found["amount"]) == (None, None, None)
        assert (found["payableLines"], found["carriedOver"]) == (2, 0)
