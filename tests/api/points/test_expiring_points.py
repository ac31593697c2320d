"""Points that expire, over HTTP: what expires next, the entry, the statement, and what the program owes (R22)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.money import Money
from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.points.posting.expire import ExpiryPlace, expire_piece
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import OPEN, EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import World

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BALANCE = """query ($days: Int!) { viewer { ecp {
  balance { byScheme { available expired pointsExpiring(withinDays: $days) { on points } } } } } }"""
LEDGER = """query ($scheme: ID!) { viewer { ecp {
  ledger(first: 1) { nodes { kind kindLabel points sentence source { __typename } } }
  statement(month: "2026-08", schemeId: $scheme) { closingBalance sections { kind points } } } } }"""
OWED = "query ($id: ID!) { node(id: $id) { ... on Scheme { liability { points amount { amount currency } } } } }"


@pytest.fixture
def desk(environment: Environment, world: World) -> LedgerDesk:
    """Records sales."""
    return LedgerDesk(environment, world)


@pytest.fixture
async def ecp_id(enrollments: EnrollmentFactory) -> UUID:
    """The ECP that signs in."""
    return await enrollments.ecps.verified()


@pytest.fixture
async def scheme_id(enrollments: EnrollmentFactory, revisions: RevisionFactory, clock: TestClock, ecp_id: UUID) -> UUID:
    """A scheme in which the ECP is enrolled, and whose points expire after 90 days."""
    schemes = enrollments.schemes
    found = await schemes.approved(await schemes.complete(rules=(), dates=OPEN))
    await enrollments.enrolled(found, ecp_id)
    terms: dict[str, Any] = {"points_expire_after_days": 90, "point_value": Money(Decimal("0.25"), "INR")}
    await revisions.approved(found, clock.now + timedelta(hours=1), **terms)
    clock.now += timedelta(hours=2)
    await revisions.apply_due()
    clock.now = MAY
    return found


async def _balance(client: Client, days: int = 90) -> Any:
    (balance,) = (await client.send(BALANCE, days=days)).data["viewer"]["ecp"]["balance"]["byScheme"]
    return balance


async def _owed(client: Client, scheme_id: UUID) -> Any:
    return (await client.send(OWED, id=gid(NodeKind.SCHEME, scheme_id))).data["node"]["liability"]


async def test_an_ecp_reads_what_expires_and_what_expired(
    clients: Clients, desk: LedgerDesk, scheme_id: UUID, clock: TestClock, ecp_id: UUID
) -> None:
    """The oldest points first, by the days of the program; the liability falls with them."""
    manager, ecp = clients[Role.PROGRAM_MANAGER], clients[Role.ECP]
    assert await _owed(manager, scheme_id) == {"points": 0, "amount": {"amount": "0", "currency": "INR"}}
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3))
    await desk.sell(ecp_id, "b", MAY, Line("AMB-1L", 1))
    clock.now += 2 * DAY
    await desk.sell(ecp_id, "c", MAY, Line("AMB-1L", 2))
    expiring = [{"on": "2026-08-09", "points": 40}]
    assert await _balance(ecp) == {"available": 60, "expired": 0, "pointsExpiring": expiring}
    assert (await _balance(ecp, 88))["pointsExpiring"] == []
    assert (await _balance(ecp, 91))["pointsExpiring"] == [*expiring, {"on": "2026-08-11", "points": 20}]
    assert await _owed(manager, scheme_id) == {"points": 60, "amount": {"amount": "15", "currency": "INR"}}

    clock.now = datetime(2026, 8, 9, tzinfo=UTC)
    async with desk.posting() as (operation, session):
        assert await expire_piece(operation, session, ExpiryPlace()) is not None
    left = [{"on": "2026-08-11", "points": 20}]
    assert await _balance(ecp) == {"available": 20, "expired": 40, "pointsExpiring": left}
    found = (await ecp.send(LEDGER, scheme=gid(NodeKind.SCHEME, scheme_id))).data["viewer"]["ecp"]
    assert found["ledger"]["nodes"] == [
        {
            "kind": "EXPIRY",
            "kindLabel": "Expiry",
            "points": -40,
            "sentence": "40 points recorded until 10 May 2026 expired: not paid out within 90 days.",
            "source": None,
        }
    ]
    sections = {section["kind"]: section["points"] for section in found["statement"]["sections"]}
    assert (sections["EXPIRED"], sections["EARLIER_MONTHS"]) == (-40, 0)
    assert found["statement"]["closingBalance"] == 20
    assert await _owed(manager, scheme_id) == {"points": 20, "amount": {"amount": "5", "currency": "INR"}}
    assert await _owed(ecp, scheme_id) is None
    assert await _owed(clients[Role.APPROVER], scheme_id) is not None


@pytest.mark.usefixtures("scheme_id")
@pytest.mark.parametrize("days", [0, -1, 367])
async def test_the_days_ahead_are_bounded(clients: Clients, desk: LedgerDesk, days: int, ecp_id: UUID) -> None:
    """So is the list: it has at most one item for each day."""
    await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3))
    answer = await clients[Role.ECP].send(BALANCE, days=days)
    (error,) = answer.body["errors"]
    assert error["message"] == "Ask for the points that expire within 1 to 366 days."
