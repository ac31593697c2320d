"""Withdrawing a pending adjustment: its maker only, and only before somebody decides (R22)."""

import asyncio

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.adjustments import adjusted, enrolled_ecp
from tests.support.client import Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.adjustments import adjust, expect_errors, ledger, mutate, payload_of
from tests.support.unchanged import nothing_changes
from tests.support.world import key

NOTIFICATIONS = "{ viewer { notifications(first: 1) { nodes { kind message actor { displayName } } } } }"


async def test_the_maker_withdraws_a_pending_adjustment(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R22: it posts nothing, leaves the queue, and no longer counts toward the threshold."""
    manager, second = clients[Role.PROGRAM_MANAGER], clients["second manager"]
    ecp_id, scheme_id = await enrolled_ecp(factory)
    made = await adjust(manager, ecp_id, scheme_id, 100_000)
    sent = {"adjustmentId": made["id"], "idempotencyKey": "once"}
    withdrawn = await mutate(manager, "withdrawAdjustment", **sent)
    assert (withdrawn["status"], withdrawn["statusLabel"]) == ("WITHDRAWN", "Withdrawn")
    assert withdrawn["decidedAt"] >= withdrawn["madeAt"]
    decided = [withdrawn[name] for name in ("approvedBy", "rejectedBy", "decisionReason", "recordedAt")]
    assert (decided, withdrawn["viewerActions"]) == ([None] * 4, [])
    (notified,) = (await second.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    what = "adjustment of +100,000 points for ECP-2026-000001 in “Monsoon Care”"
    assert notified == {
        "kind": "ADJUSTMENT_WITHDRAWN",
        "message": f"The maker withdrew the {what}. Nobody needs to decide.",
        "actor": None,
    }
    queues = (await second.run("AdjustmentsToDecide"))["workQueues"]
    assert [queue["count"] for queue in queues if queue["key"] == "ADJUSTMENTS_TO_DECIDE"] == [0]
    async with nothing_changes(database_url):
        assert (await payload_of(manager, "withdrawAdjustment", **sent))["adjustment"]["status"] == "WITHDRAWN"
    assert (await adjust(manager, ecp_id, scheme_id, 1_000))["status"] == "APPROVED"
    assert await ledger(database_url) == [(1_000, 1_000)]


async def test_others_and_later_withdrawals_are_rejected(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R22: nobody withdraws what another person made, or what was decided."""
    manager, second = clients[Role.PROGRAM_MANAGER], clients["second manager"]
    made = await adjust(manager, *await enrolled_ecp(factory), 5_000)
    given = {"adjustmentId": made["id"]}
    others = "Another person made this adjustment, and only that person can withdraw it. Reject it instead."
    unknown = gid(NodeKind.ADJUSTMENT, key("none"))
    async with nothing_changes(database_url):
        found = await expect_errors(second, "withdrawAdjustment", **given)
        assert found == [("ILLEGAL_STATE", "adjustmentId", others)]
        found = await expect_errors(manager, "withdrawAdjustment", adjustmentId=unknown)
        assert found == [("NOT_FOUND", "adjustmentId", "This adjustment does not exist.")]
    await mutate(second, "decideAdjustment", **given, accept=True)
    async with nothing_changes(database_url):
        found = await expect_errors(manager, "withdrawAdjustment", **given)
        assert found == [("ILLEGAL_STATE", "adjustmentId", "This adjustment was already approved.")]
    again = await adjust(manager, *await enrolled_ecp(factory, "Other"), 5_000)
    await mutate(manager, "withdrawAdjustment", adjustmentId=again["id"])
    async with nothing_changes(database_url):
        found = await expect_errors(second, "decideAdjustment", adjustmentId=again["id"], accept=True)
        assert found == [("ILLEGAL_STATE", "adjustmentId", "This adjustment was already withdrawn.")]


async def test_a_withdrawal_and_a_decision_at_once(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    """R22: one of them wins, and points are posted only if it is the decision."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    posted = 0
    for _ in range(3):
        given = {"adjustmentId": gid(NodeKind.ADJUSTMENT, await adjusted(factory, ecp_id, scheme_id, 2_000))}
        withdrawn, decided = await asyncio.gather(
            payload_of(clients[Role.PROGRAM_MANAGER], "withdrawAdjustment", **given),
            payload_of(clients["second manager"], "decideAdjustment", **given, accept=True),
        )
        assert sorted(len(payload["errors"]) for payload in (withdrawn, decided)) == [0, 1]
        posted += not decided["errors"]
    assert [points for points, _ in await ledger(database_url)] == [2_000] * posted
