"""Who reads the ledger, adjustments and coupons in it, and what is not final yet (R22)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.adjustments import adjusted
from tests.support.application import application_url
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_story import LedgerStory, day
from tests.support.redemptions import code_of, open_scene
from tests.support.world import World

LEDGER = "query ($id: ID!) { node(id: $id) { ... on Ecp { balance { total } ledger { totalCount nodes { id } } } } }"


@pytest.fixture
async def story(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> LedgerStory:
    """The scheme and the ECP, with the sales of May."""
    made = LedgerStory(enrollments, clock, world)
    await made.begin()
    await made.may()
    return made


async def latest(client: Client, fields: str) -> Any:
    """The balance by scheme, and fields of the latest entry."""
    balance = "balance { total byScheme { available notice } }"
    text = f"{{ viewer {{ ecp {{ {balance} ledger(first: 1) {{ nodes {{ {fields} }} }} }} }} }}"
    found = (await client.send(text)).data["viewer"]["ecp"]
    return found["balance"], found["ledger"]["nodes"][0]


async def test_staff_and_the_ecp_itself_read_a_ledger(clients: Clients, story: LedgerStory) -> None:
    """Everybody else gets what they get for an ECP or an entry that does not exist."""
    ids = {"id": gid(NodeKind.ECP, story.ecp_id)}
    own = (await clients[Role.ECP].send(LEDGER, **ids)).data["node"]
    assert (own["balance"]["total"], own["ledger"]["totalCount"]) == (177, 7)
    for role in (Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST):
        assert (await clients[role].send(LEDGER, **ids)).data["node"] == own
        found = await clients[role].send(document("portal/EcpLedger"), code="ECP-2026-000001")
        assert [entry["id"] for entry in found.data["ecp"]["ledger"]["nodes"]] == [
            entry["id"] for entry in own["ledger"]["nodes"]
        ]
    await story.enrollments.ecps.verified("Binod Thapa")
    (stranger,) = [account for account, found in story.world.ecps.items() if found != story.ecp_id]
    entry = own["ledger"]["nodes"][0]["id"]
    others = [clients.of(stranger), *(clients[role] for role in (Role.VENDOR, Role.INTEGRATION, Role.OPERATIONS))]
    for client in others:
        assert (await client.send(LEDGER, **ids)).data["node"] is None
        assert (await client.send(document("mobile/Why"), entryId=entry)).data["node"] is None
    missing = gid(NodeKind.POINTS_ENTRY, UUID(int=(1 << 127) + 5))
    assert (await clients[Role.ECP].send(document("mobile/Why"), entryId=missing)).data["node"] is None


async def test_an_adjustment_may_make_the_balance_negative(clients: Clients, story: LedgerStory) -> None:
    """R22: the balance and the statement say what that means, and the entry names its adjustment."""
    made = await adjusted(story.enrollments.schemes, story.ecp_id, story.scheme_id, -200)
    fields = "kind points balanceAfter sentence source { __typename ... on Adjustment { id reason } }"
    balance, entry = await latest(clients[Role.ECP], fields)
    notice = "The balance is negative, because more was taken back than was left. The next 23 points offset it."
    assert balance == {"total": -23, "byScheme": [{"available": -23, "notice": notice}]}
    assert entry == {
        "kind": "ADJUSTMENT",
        "points": -200,
        "balanceAfter": -23,
        "sentence": "An adjustment took 200 points: A sale was missed.",
        "source": {"__typename": "Adjustment", "id": gid(NodeKind.ADJUSTMENT, made), "reason": "A sale was missed."},
    }
    given = {"month": "2026-05", "schemeId": gid(NodeKind.SCHEME, story.scheme_id)}
    answer = await clients[Role.ECP].send(document("mobile/Statement"), **given)
    statement = answer.data["viewer"]["ecp"]["statement"]
    assert (statement["closingBalance"], statement["notice"]) == (-23, notice)
    assert [section["points"] for section in statement["sections"]] == [177, 0, -200, 0, 0, 0]


async def test_a_scheme_is_in_the_balance_once_the_ecp_was_enrolled(
    clients: Clients, enrollments: EnrollmentFactory, clock: TestClock, world: World
) -> None:
    """R22: an applicant's sale earns nothing, and shows no scheme; an enrolled ECP without points sees theirs."""
    applicant, enrolled = await enrollments.ecps.verified(), await enrollments.ecps.verified("Binod Thapa")
    scheme_id = await enrollments.open_scheme()
    await enrollments.rejected(scheme_id, applicant)
    await enrollments.enrolled(scheme_id, enrolled)
    clock.now = day(6, 1)
    desk = LedgerDesk(enrollments.environment, world)
    for ecp_id in (applicant, enrolled):
        await desk.sell(ecp_id, f"of {ecp_id}", day(4, 30), Line("AMB-1L", 1))
    balance = "balance { total byScheme { scheme { title } available } }"
    text = f"query ($id: ID!) {{ node(id: $id) {{ ... on Ecp {{ {balance} }} }} }}"
    found = [
        (await clients[Role.ANALYST].send(text, id=gid(NodeKind.ECP, ecp_id))).data["node"]["balance"]
        for ecp_id in (applicant, enrolled)
    ]
    assert found == [
        {"total": 0, "byScheme": []},
        {"total": 0, "byScheme": [{"scheme": {"title": "Monsoon Care"}, "available": 0}]},
    ]


async def test_a_redeemed_coupon_is_explained(
    clients: Clients, clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory
) -> None:
    """R22: its entry names it without its code, and a wrong code tells nothing."""
    scene = await open_scene(clients, clock, consignments, enrollments)
    await scene.redeem(0)
    fields = "points sentence source { __typename ... on Coupon { code status redeemedAt variant { sku } } }"
    balance, entry = await latest(clients[Role.ECP], fields)
    assert balance["total"] == entry["points"] == 10
    moment = "10 May 2026 at 09:00 UTC"
    assert entry["sentence"] == f"10 base points for the coupon of AMB-1L that was redeemed on {moment}."
    assert entry["source"]["code"].startswith("•") or "*" in entry["source"]["code"]
    assert (entry["source"]["status"], entry["source"]["variant"]["sku"]) == ("REDEEMED", "AMB-1L")
    ask = {"ecpId": gid(NodeKind.ECP, scene.ecp_id), "ruleId": gid(NodeKind.BONUS_RULE, scene.scheme_id)}
    unknown = "This ECP has redeemed no coupon with this code."
    for serial, message in ((0, "This bonus rule does not exist."), (1, unknown)):
        answer = await clients[Role.ECP].send(document("mobile/WhyNot"), **ask, couponCode=code_of(serial))
        assert [error["message"] for error in answer.errors] == [message]


async def test_what_running_transactions_may_still_record_is_not_final(
    clients: Clients, story: LedgerStory, clock: TestClock, database_url: str
) -> None:
    """R22: a time is refused while a transaction runs that began before it."""
    text = "query ($at: DateTime) { viewer { ecp { balance(asKnownAt: $at) { total } } } }"
    ecp = clients[Role.ECP]
    connection = await asyncpg.connect(application_url(database_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM points_ledger FOR UPDATE")
            began = await connection.fetchval("SELECT xact_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
            clock.now = datetime.now(UTC)
            refused = await ecp.send(text, at=clock.now.isoformat())
            (error,) = refused.errors
            assert error["message"].startswith("What was known at this time is not final yet, because the time is not")
            assert error["extensions"]["argument"] == "asKnownAt"
            assert (await ecp.send(text, at=day(5, 21).isoformat())).data["viewer"]["ecp"]["balance"]["total"] == 177
            assert clock.now > began
        after = await ecp.send(text, at=clock.now.isoformat())
        assert after.data["viewer"]["ecp"]["balance"]["total"] == 177
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"month": "2026-13"}, "A month is a year and a month, like “2026-03”."),
        ({"month": "May"}, "A month is a year and a month, like “2026-03”."),
        ({"month": "2026-07"}, "July 2026 has not begun yet. Ask for a month that has begun."),
        ({"schemeId": gid(NodeKind.SCHEME, UUID(int=7))}, "This scheme does not exist."),
        ({"schemeId": "nonsense"}, "This scheme does not exist."),
    ],
)
async def test_bad_arguments_of_statements(
    clients: Clients, story: LedgerStory, given: dict[str, Any], message: str
) -> None:
    wanted = {"month": "2026-05", "schemeId": gid(NodeKind.SCHEME, story.scheme_id), **given}
    answer = await clients[Role.ECP].send(document("mobile/Statement"), **wanted)
    assert [error["message"] for error in answer.errors] == [message]
