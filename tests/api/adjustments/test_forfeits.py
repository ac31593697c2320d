"""Erasing an ECP forfeits its points by approved adjustments and rejects what is pending (R18, R22)."""

from datetime import timedelta

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.adjustments import adjusted, decided, enrolled_ecp
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.adjustments import ledger
from tests.support.mutations.ecps import mutate
from tests.support.redemptions import RUNNING
from tests.support.sales import Till, line, sale
from tests.support.unchanged import nothing_changes

FORFEITED = "Forfeited, because the personal data of this ECP was erased."
REJECTED = "Rejected, because the personal data of this ECP was erased."
CLOSED = "“ECP-2026-000001” was closed at the time of the sale."
ERASED = "Erased because it named the person."


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


async def test_an_erased_ecp_forfeits_what_it_has(manager: Client, factory: SchemeFactory, database_url: str) -> None:
    """R22: in each scheme, without a second person; entries stay, and a debt stays a debt."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    _, second_id = await enrolled_ecp(factory, "Second")
    _, third_id = await enrolled_ecp(factory, "Third")
    for scheme, points in ((scheme_id, 800), (second_id, 100), (third_id, -50)):
        await adjusted(factory, ecp_id, scheme, points)
    await decided(factory, await adjusted(factory, ecp_id, scheme_id, 5_000))
    await adjusted(factory, ecp_id, second_id, 9_000)
    erased = {"ecpId": gid(NodeKind.ECP, ecp_id), "reason": "A request by letter."}
    await mutate(manager, "eraseEcp", **erased)
    nodes = (await manager.run("EcpAdjustments", code="ECP-2026-000001"))["ecp"]["adjustments"]["nodes"]
    shown = {
        (node["points"], node["status"], node["isForfeit"], node["reason"], node["decisionReason"]) for node in nodes
    }
    assert shown == {
        (800, "APPROVED", False, "A sale was missed.", None),
        (100, "APPROVED", False, "A sale was missed.", None),
        (-50, "APPROVED", False, "A sale was missed.", None),
        (5_000, "APPROVED", False, "A sale was missed.", "Checked the receipts."),
        (9_000, "REJECTED", False, "A sale was missed.", REJECTED),
        (-5_800, "APPROVED", True, FORFEITED, None),
        (-100, "APPROVED", True, FORFEITED, None),
    }
    assert (await ledger(database_url))[4:] == [(-5_800, 0), (-100, 0)]
    async with nothing_changes(database_url):
        await mutate(manager, "eraseEcp", **erased)


async def test_events_name_the_erasure_and_what_follows_from_it(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R17: the maker of a pending adjustment is notified of its rejection."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    await adjusted(factory, ecp_id, scheme_id, 10)
    await adjusted(factory, ecp_id, scheme_id, 9_000)
    erased = {"ecpId": gid(NodeKind.ECP, ecp_id), "reason": "A request by letter."}
    connection = await asyncpg.connect(database_url)
    try:
        before = await connection.fetchval("SELECT max(id) FROM event")
        await mutate(clients["second manager"], "eraseEcp", **erased)
        kinds = [row[0] for row in await connection.fetch("SELECT kind FROM event WHERE id > $1 ORDER BY id", before)]
    finally:
        await connection.close()
    assert [kind for kind in kinds if kind not in {"ACCOUNT_SAVED", "POINTS_POSTED"}] == [
        "ECP_ERASED",
        "ADJUSTMENT_DECIDED",
        "NOTIFICATION_ADDED",
        "ADJUSTMENT_MADE",
    ]


async def test_reasons_that_name_the_person_are_erased(
    manager: Client, factory: SchemeFactory, database_url: str
) -> None:
    """R18: those of adjustments and of decisions."""
    ecp_id, scheme_id = await enrolled_ecp(factory)
    await adjusted(factory, ecp_id, scheme_id, 10, reason="Asha Rao called.")
    await decided(factory, await adjusted(factory, ecp_id, scheme_id, 5_000), accept=False)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "UPDATE adjustment SET decision_reason = 'Mr. Rao was wrong.' WHERE status = 'REJECTED'"
        )
        await mutate(manager, "eraseEcp", ecpId=gid(NodeKind.ECP, ecp_id), reason="A request by letter.")
        rows = await connection.fetch("SELECT reason, decision_reason FROM adjustment ORDER BY made_at, id")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [(ERASED, None), ("A sale was missed.", ERASED), (FORFEITED, None)]


async def test_sales_of_an_erased_ecp_are_recorded_and_earn_nothing(
    clients: Clients, manager: Client, factory: SchemeFactory, clock: TestClock, database_url: str
) -> None:
    """R20, R22: whenever they were made, and also when they are corrected."""
    ecp_id, _ = await enrolled_ecp(factory)
    clock.now = RUNNING
    before = {"soldAt": (RUNNING - timedelta(days=1)).isoformat()}
    till = Till(clients[Role.INTEGRATION])
    (sold,) = await till.results(sale("earned", **before))
    assert sold["points"] == 30
    await mutate(manager, "eraseEcp", ecpId=gid(NodeKind.ECP, ecp_id), reason="A request by letter.")
    clock.advance(days=1)
    after = {"soldAt": (RUNNING + timedelta(hours=1)).isoformat()}
    results = await till.results(sale("late", **before), sale("after", **after))
    assert [(result["outcome"], result["points"]) for result in results] == [("RECORDED", 0)] * 2
    reasons = ["The personal data of “ECP-2026-000001” was erased before the sale was recorded.", CLOSED]
    assert [notice for result in results for notice in result["notices"]] == reasons
    assert await ledger(database_url) == [(30, 30), (-30, 0)]
    (corrected,) = await till.results(sale("earned", line(quantity=4), revision=2, **before))
    assert (corrected["outcome"], corrected["points"]) == ("CORRECTED", -30)
    assert await ledger(database_url) == [(30, 30), (-30, 0), (-30, -30)]
