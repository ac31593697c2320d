"""Adjusting points: what is posted at once, what waits for a second person, and what is rejected (R22)."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.adjustments import adjusted, enrolled_ecp
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.adjustments import adjust, adjusting, expect_errors, ledger, mutate, payload_of
from tests.support.unchanged import nothing_changes
from tests.support.world import key

NOTIFICATIONS = "{ viewer { notifications(first: 50) { nodes { kind message actor { displayName } } } } }"
TOO_LARGE = "The balance would be 9,007,199,254,740,992 points"


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
def second(clients: Clients) -> Client:
    """Another program manager."""
    return clients["second manager"]


async def messages(client: Client) -> list[tuple[str, str]]:
    """Notifications about adjustments, newest first."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    assert all(node["actor"] is None for node in nodes if node["kind"].startswith("ADJUSTMENT"))
    return [(node["kind"], node["message"]) for node in nodes if node["kind"].startswith("ADJUSTMENT")]


async def test_an_adjustment_up_to_the_threshold_is_posted_at_once(
    clients: Clients, manager: Client, second: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: with its sign and its reason; 1,000 points need no second person."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    made = await adjust(manager, ecp_id, scheme_id, 700, "A sale of 3 March was missed.")
    assert (made["status"], made["statusLabel"], made["points"]) == ("APPROVED", "Approved", 700)
    assert made["reason"] == "A sale of 3 March was missed."
    assert (made["approvedBy"], made["isForfeit"], made["viewerActions"]) == (None, False, [])
    assert made["recordedAt"] > made["decidedAt"] == made["madeAt"]
    await adjust(manager, ecp_id, scheme_id, -300)
    assert await ledger(database_url) == [(700, 700), (-300, 400)]
    assert await messages(second) == []
    adjusted_by = "Your points in “Monsoon Care” were adjusted: {} points. The adjustment states the reason."
    expected = [("ADJUSTMENT_MADE", adjusted_by.format(points)) for points in ("-300", "+700")]
    assert await messages(clients[Role.ECP]) == expected


async def test_an_adjustment_above_the_threshold_waits_for_a_second_person(
    clients: Clients, manager: Client, second: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: it posts nothing until another manager approves it, and the maker is notified."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    made = await adjust(manager, ecp_id, scheme_id, 1_001)
    assert (made["status"], made["recordedAt"], made["viewerActions"]) == ("PENDING", None, ["WITHDRAW"])
    assert await ledger(database_url) == []
    waiting = "An adjustment of +1,001 points for ECP-2026-000001 in “Monsoon Care” is waiting for the decision of a "
    assert await messages(second) == [("ADJUSTMENT_MADE", f"{waiting}second person.")]
    (node,) = (await second.run("Adjustments"))["adjustments"]["nodes"]
    assert node["viewerActions"] == ["APPROVE", "REJECT"]
    decided = await mutate(second, "decideAdjustment", adjustmentId=made["id"], accept=True, reason="Checked.")
    assert (decided["status"], decided["approvedBy"], decided["rejectedBy"]) == (
        "APPROVED",
        {"displayName": factory.world.accounts["second manager"].display_name},
        None,
    )
    assert (decided["decisionReason"], decided["viewerActions"]) == ("Checked.", [])
    assert await ledger(database_url) == [(1_001, 1_001)]
    outcome = "The adjustment of +1,001 points for ECP-2026-000001 in “Monsoon Care” was approved and posted."
    assert await messages(manager) == [("ADJUSTMENT_DECIDED", outcome)]
    posted = "Your points in “Monsoon Care” were adjusted: +1,001 points. The adjustment states the reason."
    assert await messages(clients[Role.ECP]) == [("ADJUSTMENT_DECIDED", posted)]


async def test_a_rejected_adjustment_posts_nothing(
    clients: Clients, manager: Client, second: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: a rejection has a reason, and is final."""
    made = await adjust(manager, *await enrolled_ecp(factory), -2_000)
    async with nothing_changes(database_url):
        missing = await expect_errors(second, "decideAdjustment", adjustmentId=made["id"], accept=False)
    assert missing == [("REQUIRED", "reason", "The reason is missing.")]
    given = {"adjustmentId": made["id"], "accept": False, "reason": "Nobody knows why."}
    rejected = await mutate(second, "decideAdjustment", **given)
    name = factory.world.accounts["second manager"].display_name
    assert (rejected["status"], rejected["approvedBy"], rejected["rejectedBy"]) == (
        "REJECTED",
        None,
        {"displayName": name},
    )
    async with nothing_changes(database_url):
        again = await expect_errors(second, "decideAdjustment", adjustmentId=made["id"], accept=True)
    assert again == [("ILLEGAL_STATE", "adjustmentId", "This adjustment was already rejected.")]
    assert await ledger(database_url) == []
    outcome = "The adjustment of -2,000 points for ECP-2026-000001 in “Monsoon Care” was rejected. Nothing was posted."
    assert await messages(manager) == [("ADJUSTMENT_DECIDED", outcome)]
    assert await messages(clients[Role.ECP]) == []


async def test_splitting_an_adjustment_is_no_way_around_the_second_person(
    manager: Client, second: Client, factory: SchemeFactory, clock: TestClock
) -> None:
    """R22: points count without signs, over all schemes, for one maker, one ECP, and 24 hours."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    _, other_id = await enrolled_ecp(factory, "Other")
    assert (await adjust(manager, ecp_id, scheme_id, 600))["status"] == "APPROVED"
    assert (await adjust(manager, ecp_id, other_id, -400))["status"] == "APPROVED"
    made = await adjust(manager, ecp_id, scheme_id, 1)
    assert made["status"] == "PENDING"
    # What was rejected no longer counts; another maker and another ECP have sums of their own.
    assert (await adjust(second, ecp_id, scheme_id, 1_000))["status"] == "APPROVED"
    enrollments = EnrollmentFactory(factory)
    another = await enrollments.ecps.verified("Binod Thapa")
    await enrollments.enrolled(scheme_id, another)
    assert (await adjust(manager, another, scheme_id, 1_000))["status"] == "APPROVED"
    clock.advance(hours=24)
    assert (await adjust(manager, ecp_id, scheme_id, 1_000))["status"] == "APPROVED"


async def test_parallel_adjustments_do_not_pass_the_threshold_together(
    manager: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: of five at once, two of 500 points pass."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    made = await asyncio.gather(*(adjust(manager, ecp_id, scheme_id, 500) for _ in range(5)))
    assert sorted(one["status"] for one in made) == ["APPROVED"] * 2 + ["PENDING"] * 3
    assert await ledger(database_url) == [(500, 500), (500, 1_000)]


async def test_administrators_set_the_threshold(
    manager: Client, clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R22: it is a setting of the program; 0 means that every adjustment waits."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    update = document("portal/UpdateProgram")
    changed = (await clients[Role.ADMIN].send(update, input={"approvalThresholdPoints": 0})).data["updateProgram"]
    assert changed["program"]["approvalThresholdPoints"] == 0
    assert (await adjust(manager, ecp_id, scheme_id, 1))["status"] == "PENDING"
    (logged,) = (await clients[Role.ADMIN].run("Program"))["programActivity"]["nodes"]
    assert logged["message"].endswith(" changed the threshold of adjustments from 1000 to 0.")
    async with nothing_changes(database_url):
        payload = (await clients[Role.ADMIN].send(update, input={"approvalThresholdPoints": -1})).data["updateProgram"]
    (error,) = payload["errors"]
    assert (error["path"], error["message"]) == (
        ["input", "approvalThresholdPoints"],
        "The threshold must be 0 or more, not -1.",
    )


async def test_nobody_decides_about_their_own_adjustment(
    manager: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: four eyes."""
    made = await adjust(manager, *await enrolled_ecp(factory), 5_000)
    async with nothing_changes(database_url):
        for accept in (True, False):
            found = await expect_errors(
                manager, "decideAdjustment", adjustmentId=made["id"], accept=accept, reason="Me."
            )
            message = "This is your own adjustment. Another person must decide on it."
            assert found == [("SELF_APPROVAL", "adjustmentId", message)]


async def test_a_manager_who_is_an_ecp_neither_adjusts_nor_decides_about_own_points(
    clients: Clients, manager: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: also not with an API key of the account."""
    enrollments = EnrollmentFactory(factory)
    account_id = await factory.ecps.account("Ravi Kumar", (Role.PROGRAM_MANAGER, Role.ECP))
    own_id = await enrollments.verified_of(account_id)
    scheme_id = await enrollments.open_scheme()
    await enrollments.enrolled(scheme_id, own_id)
    made = await adjust(manager, own_id, scheme_id, 5_000)
    document_ = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }"
    named = {"accountId": gid(NodeKind.ACCOUNT, account_id), "name": "Script"}
    secret = (await clients[Role.ADMIN].send(document_, input=named)).data["createApiKey"]["secret"]
    async with nothing_changes(database_url):
        for own in (clients.of(account_id), clients.with_credential(secret)):
            found = await expect_errors(own, "adjustPoints", **adjusting(own_id, scheme_id, 10))
            message = "These are your own points. Another person must adjust them."
            assert found == [("SELF_APPROVAL", "ecpId", message)]
            found = await expect_errors(own, "decideAdjustment", adjustmentId=made["id"], accept=True)
            message = "These are your own points. Another person must decide on them."
            assert found == [("SELF_APPROVAL", "adjustmentId", message)]
            (node,) = (await own.run("Adjustments"))["adjustments"]["nodes"]
            assert node["viewerActions"] == []
        (queue,) = [
            queue
            for queue in (await clients.of(account_id).run("AdjustmentsToDecide"))["workQueues"]
            if queue["key"] == "ADJUSTMENTS_TO_DECIDE"
        ]
        assert (queue["count"], queue["adjustments"]["nodes"]) == (0, [])


async def test_bad_input_is_named_and_changes_nothing(
    manager: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: each with what to do about it."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    erased_id = await factory.ecps.erased("Chitra Iyer")
    other_id = await factory.ecps.verified("Binod Thapa")
    never = (
        "ECP-2026-000003 was never enrolled in this scheme and has no points in it, so there is nothing to adjust. "
        "Enroll the ECP first, or choose another scheme."
    )
    closed = "ECP-2026-000002 is closed, and its points were forfeited. Nothing can be adjusted any more."
    zero = "An adjustment adds or takes at least 1 point; 0 changes nothing."
    cases: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
        (adjusting(ecp_id, scheme_id, 0), [("INVALID", "points", zero)]),
        (adjusting(ecp_id, scheme_id, 5, reason=" "), [("REQUIRED", "reason", "The reason is missing.")]),
        (
            adjusting(ecp_id, scheme_id, 5, reason="ab"),
            [("INVALID", "reason", "The reason needs at least 3 characters.")],
        ),
        (
            adjusting(ecp_id, scheme_id, 5, reason="x" * 1_001),
            [("INVALID", "reason", "The reason has 1,001 characters; at most 1,000 are allowed.")],
        ),
        (
            adjusting(ecp_id, scheme_id, 5, idempotencyKey=" "),
            [("REQUIRED", "idempotencyKey", "The idempotency key is missing.")],
        ),
        (adjusting(key("nobody"), scheme_id, 5), [("NOT_FOUND", "ecpId", "This ECP does not exist.")]),
        (adjusting(ecp_id, key("nothing"), 5), [("NOT_FOUND", "schemeId", "This scheme does not exist.")]),
        (adjusting(other_id, scheme_id, 5), [("ILLEGAL_STATE", "schemeId", never)]),
        (adjusting(erased_id, scheme_id, 5), [("ILLEGAL_STATE", "ecpId", closed)]),
    ]
    async with nothing_changes(database_url):
        for given, expected in cases:
            assert await expect_errors(manager, "adjustPoints", **given) == expected
        given = {"accept": True, "adjustmentId": gid(NodeKind.ADJUSTMENT, key("none"))}
        assert await expect_errors(manager, "decideAdjustment", **given) == [
            ("NOT_FOUND", "adjustmentId", "This adjustment does not exist.")
        ]
        beyond = {**adjusting(ecp_id, scheme_id, 2**53), "idempotencyKey": "k"}
        assert (await manager.send(document("portal/AdjustPoints"), input=beyond)).codes == ["BAD_USER_INPUT"]


async def test_balances_stay_numbers_that_clients_hold_exactly(
    manager: Client, second: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: up to 2^53 - 1, when an adjustment is made and when it is decided."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    first, other = [await adjust(manager, ecp_id, scheme_id, points) for points in (2**53 - 1, 5_000)]
    await mutate(second, "decideAdjustment", adjustmentId=first["id"], accept=True)
    async with nothing_changes(database_url):
        ((code, path, message),) = await expect_errors(manager, "adjustPoints", **adjusting(ecp_id, scheme_id, 1))
        assert (code, path, message[: len(TOO_LARGE)]) == ("LIMIT_EXCEEDED", "points", TOO_LARGE)
        assert len(await expect_errors(second, "decideAdjustment", adjustmentId=other["id"], accept=True)) == 1
    await adjust(second, ecp_id, scheme_id, -1)


async def test_sending_again_changes_nothing(
    manager: Client, second: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R22: also at once; the same key with other input is rejected."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    given = adjusting(ecp_id, scheme_id, 5_000, idempotencyKey="once")
    payloads = await asyncio.gather(*(payload_of(manager, "adjustPoints", **given) for _ in range(5)))
    (adjustment_id,) = {payload["adjustment"]["id"] for payload in payloads}
    deciding = {"adjustmentId": adjustment_id, "accept": True, "idempotencyKey": "twice"}
    decisions = await asyncio.gather(*(payload_of(second, "decideAdjustment", **deciding) for _ in range(5)))
    assert [decision["adjustment"]["status"] for decision in decisions] == ["APPROVED"] * 5
    assert await ledger(database_url) == [(5_000, 5_000)]
    async with nothing_changes(database_url):
        await payload_of(manager, "adjustPoints", **given)
        ((code, path, _),) = await expect_errors(manager, "adjustPoints", **{**given, "points": 5_001})
        assert (code, path) == ("IDEMPOTENCY_MISMATCH", "idempotencyKey")
        ((code, path, _),) = await expect_errors(
            second, "decideAdjustment", **{**deciding, "accept": False, "reason": "No!"}
        )
        assert (code, path) == ("IDEMPOTENCY_MISMATCH", "idempotencyKey")


async def test_two_managers_decide_at_once(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    """R22: the first decision stands, and there is only one."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    for _ in range(5):
        adjustment_id = gid(NodeKind.ADJUSTMENT, await adjusted(factory, ecp_id, scheme_id, 2_000))
        payloads = await asyncio.gather(
            payload_of(clients["second manager"], "decideAdjustment", adjustmentId=adjustment_id, accept=True),
            payload_of(clients["manager and approver"], "decideAdjustment", adjustmentId=adjustment_id, accept=True),
        )
        assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1]
    assert [points for points, _ in await ledger(database_url)] == [2_000] * 5


async def test_an_ecp_sees_its_posted_adjustments_without_persons(clients: Clients, factory: SchemeFactory) -> None:
    """R25: pending ones and those of others do not exist for an ECP."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    posted, pending = [await adjusted(factory, ecp_id, scheme_id, points) for points in (400, 5_000)]
    other_id = await factory.ecps.verified("Binod Thapa")
    await EnrollmentFactory(factory).enrolled(scheme_id, other_id)
    foreign = await adjusted(factory, other_id, scheme_id, 300)
    query = """query ($ids: [ID!]!) {
      nodes(ids: $ids) { ... on Adjustment { points reason by { displayName } viewerActions } }
      viewer { ecp { adjustments { totalCount nodes { points } } } }
    }"""
    ids = [gid(NodeKind.ADJUSTMENT, found) for found in (posted, pending, foreign)]
    data = (await clients[Role.ECP].send(query, ids=ids)).data
    assert data["nodes"] == [
        {"points": 400, "reason": "A sale was missed.", "by": None, "viewerActions": []},
        None,
        None,
    ]
    assert data["viewer"]["ecp"]["adjustments"] == {"totalCount": 1, "nodes": [{"points": 400}]}


async def test_lists_have_pages_and_filters(clients: Clients, factory: SchemeFactory, clock: TestClock) -> None:
    """R22: newest first, by ECP, scheme, and status; managers find what waits in a queue."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    _, other_id = await enrolled_ecp(factory, "Other")
    for points, scheme in ((100, scheme_id), (200, other_id), (3_000, scheme_id), (4_000, other_id)):
        await adjusted(factory, ecp_id, scheme, points)
        clock.advance(seconds=1)
    analyst, manager = clients[Role.ANALYST], clients["second manager"]

    async def listed(**variables: Any) -> list[int]:
        return [node["points"] for node in (await analyst.run("Adjustments", **variables))["adjustments"]["nodes"]]

    assert await listed() == [4_000, 3_000, 200, 100]
    assert await listed(filter={"schemeId": gid(NodeKind.SCHEME, scheme_id)}) == [3_000, 100]
    assert await listed(filter={"statuses": ["APPROVED"]}) == [200, 100]
    assert await listed(filter={"statuses": []}) == []
    assert await listed(filter={"ecpId": gid(NodeKind.ECP, key("nobody"))}) == []
    page = (await analyst.run("Adjustments", first=3))["adjustments"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (4, True)
    assert await listed(first=3, after=page["pageInfo"]["endCursor"]) == [100]
    queues = (await manager.run("AdjustmentsToDecide"))["workQueues"]
    (queue,) = [queue for queue in queues if queue["key"] == "ADJUSTMENTS_TO_DECIDE"]
    assert (queue["label"], queue["count"]) == ("Adjustments to decide", 2)
    assert queue["oldestSince"] == queue["adjustments"]["nodes"][0]["madeAt"]
    assert [node["points"] for node in queue["adjustments"]["nodes"]] == [3_000, 4_000]
    own = (await clients[Role.PROGRAM_MANAGER].run("AdjustmentsToDecide"))["workQueues"]
    (made,) = [queue for queue in own if queue["key"] == "ADJUSTMENTS_TO_DECIDE"]
    assert (made["count"], made["oldestSince"], made["adjustments"]["nodes"]) == (0, None, [])
    assert all(queue["adjustments"]["nodes"] == [] for queue in queues if queue["key"] != "ADJUSTMENTS_TO_DECIDE")


@pytest.mark.parametrize(
    "change",
    [
        "status = 'APPROVED'",
        "points = 0",
        "decided_by = made_by, decided_at = now(), status = 'REJECTED', decision_reason = 'Me.'",
        "decided_at = now()",
        "status = 'REJECTED', decided_at = now()",
        "forfeits = true",
    ],
)
async def test_the_database_rejects_impossible_adjustments(
    factory: SchemeFactory, database_url: str, change: str
) -> None:
    """R22: also against bugs of ours."""
    adjustment_id: UUID = await adjusted(factory, *await enrolled_ecp(factory), 5_000)
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE adjustment SET {change} WHERE id = $1", adjustment_id)
    finally:
        await connection.close()


async def test_the_first_posting_fixes_the_time_zone(
    manager: Client, clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R22: an adjustment that waits posts nothing; one that is posted fixes the zone for good."""
    admin, update = clients[Role.ADMIN], document("portal/UpdateProgram")
    ecp_id, scheme_id = await enrolled_ecp(factory)

    async def set_zone(zone: str) -> Any:
        return (await admin.send(update, input={"timeZone": zone})).data["updateProgram"]

    await adjust(manager, ecp_id, scheme_id, 5_000)
    assert (await set_zone("Asia/Kolkata"))["program"]["timeZoneIsFixed"] is False
    await adjust(clients["second manager"], ecp_id, scheme_id, 5)
    async with nothing_changes(database_url):
        (error,) = (await set_zone("Europe/Berlin"))["errors"]
    message = (
        "Points have been posted, so the time zone stays Asia/Kolkata: another one would change the days on which "
    )
    assert (error["code"], error["message"]) == ("ILLEGAL_STATE", f"{message}they were earned.")
    kept = (await set_zone("Asia/Kolkata"))["program"]
    assert (kept["timeZone"], kept["timeZoneIsFixed"]) == ("Asia/Kolkata", True)
