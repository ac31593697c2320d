"""Settlements, brought to any status by the real mutations and the job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.money import Money
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.settlements.facts import PayoutOutcome
from domain.settlements.payouts import ReportedPayout
from resolvers.context import Operation
from resolvers.settlements.decide_settlement import (
    ApproveSettlement,
    RejectSettlement,
    approve_settlement,
    reject_settlement,
)
from resolvers.settlements.jobs import JOBS
from resolvers.settlements.record_payouts import RecordPayouts, record_payouts
from resolvers.settlements.settle_scheme import SettleScheme, settle_scheme
from resolvers.settlements.withdraw_settlement import WithdrawSettlement, withdraw_settlement
from tests.support.adjustments import adjusted
from tests.support.client import gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import query, run_due

# The scheme ends on the day of the tests, without a grace period, and is settled on the day after.
ENDING = (date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 1), date(2026, 3, 10))
SETTLES_AT = datetime(2026, 3, 11, tzinfo=UTC)
VALUE: tuple[str, Any] = ("point_value", Money(Decimal("0.25"), "INR"))
TERMS: tuple[tuple[str, Any], ...] = (VALUE, ("minimum_payout", 100), ("grace_days", 0))


@asynccontextmanager
async def acting(factory: SchemeFactory, by: str = Role.PROGRAM_MANAGER) -> AsyncIterator[Operation]:
    """An operation of an account, which is closed in any case."""
    operation = factory.operation(by)
    try:
        yield operation
    finally:
        await operation.close()


class Payees(Struct, frozen=True):
    """A scheme in which ECPs have points, by name."""

    scheme_id: UUID
    ecps: dict[str, UUID]


async def scheme_with_points(
    factory: SchemeFactory,
    points: dict[str, int],
    *,
    title: str = "Monsoon Care",
    terms: tuple[tuple[str, Any], ...] = TERMS,
    dates: tuple[date, date, date, date] = ENDING,
) -> Payees:
    """A scheme that has just ended, and an ECP for each name with so many points in it; the clock moves.

    “own” is the ECP of the world's account.
    """
    enrollments = EnrollmentFactory(factory)
    scheme_id = await enrollments.open_scheme(title, terms=terms, dates=dates)
    ecps: dict[str, UUID] = {}
    for name, count in points.items():
        ecp_id = await factory.ecps.verified() if name == "own" else await factory.ecps.verified(name)
        await enrollments.enrolled(scheme_id, ecp_id)
        if count:
            await adjusted(factory, ecp_id, scheme_id, count)
        ecps[name] = ecp_id
    clock = factory.environment.clock
    assert isinstance(clock, TestClock)
    clock.now = max(clock.now, SETTLES_AT)
    return Payees(scheme_id, ecps)


async def settled(
    factory: SchemeFactory, scheme_id: UUID, *, by: str = Role.PROGRAM_MANAGER, acknowledge: bool = False
) -> UUID:
    """A settlement that is being prepared."""
    unique = str(factory.environment.new_id())
    async with acting(factory, by) as operation:
        return await settle_scheme(operation, SettleScheme(scheme_id, acknowledge, unique))


async def run_settlements(factory: SchemeFactory) -> int:
    """Run the jobs of settlements that are due."""
    return await run_due(factory.environment, JOBS)


async def proposed(
    factory: SchemeFactory, scheme_id: UUID, *, by: str = Role.PROGRAM_MANAGER, acknowledge: bool = False
) -> UUID:
    """A proposed settlement."""
    settlement_id = await settled(factory, scheme_id, by=by, acknowledge=acknowledge)
    await run_settlements(factory)
    return settlement_id


async def approved(factory: SchemeFactory, settlement_id: UUID, *, by: str = Role.APPROVER) -> UUID:
    """Approve a settlement without posting its points."""
    unique = str(factory.environment.new_id())
    async with acting(factory, by) as operation:
        return await approve_settlement(operation, ApproveSettlement(settlement_id, unique))


async def paying(factory: SchemeFactory, scheme_id: UUID, *, acknowledge: bool = False) -> UUID:
    """A settlement whose points are posted."""
    settlement_id = await proposed(factory, scheme_id, acknowledge=acknowledge)
    await approved(factory, settlement_id)
    await run_settlements(factory)
    return settlement_id


async def rejected(factory: SchemeFactory, settlement_id: UUID) -> UUID:
    """Reject a settlement."""
    unique = str(factory.environment.new_id())
    command = RejectSettlement(settlement_id, "The minimum is wrong.", unique)
    async with acting(factory, Role.APPROVER) as operation:
        return await reject_settlement(operation, command)


async def withdrawn(factory: SchemeFactory, settlement_id: UUID) -> UUID:
    """Withdraw a settlement."""
    unique = str(factory.environment.new_id())
    async with acting(factory) as operation:
        return await withdraw_settlement(operation, WithdrawSettlement(settlement_id, unique))


async def line_ids(factory: SchemeFactory, settlement_id: UUID) -> dict[UUID, UUID]:
    """The ids of the lines of a settlement, by ECP."""
    sql = "SELECT ecp.id, line.id FROM settlement_line AS line JOIN ecp ON number = ecp WHERE settlement_id = $1"
    return dict(await query(factory.environment, sql, settlement_id))


async def paid(factory: SchemeFactory, settlement_id: UUID, outcomes: dict[UUID, PayoutOutcome]) -> Any:
    """Report payouts by ECP."""
    lines = await line_ids(factory, settlement_id)
    payouts = tuple(
        ReportedPayout(lines[ecp], outcome, f"T-{place}") for place, (ecp, outcome) in enumerate(outcomes.items())
    )
    command = RecordPayouts(settlement_id, payouts, str(factory.environment.new_id()))
    async with acting(factory, Role.INTEGRATION) as operation:
        return await record_payouts(operation, command)


async def example_settlement(factory: SchemeFactory) -> dict[NodeKind, str]:
    """A settlement with a payment that failed, and one that is not reported; the ids of one of each kind."""
    payees = await scheme_with_points(factory, {"Gita Bose": 700, "Hari Lal": 300, "Indu Sen": 50}, title="Settled")
    settlement_id = await paying(factory, payees.scheme_id, acknowledge=True)
    await paid(factory, settlement_id, {payees.ecps["Gita Bose"]: PayoutOutcome.FAILED})
    lines = await line_ids(factory, settlement_id)
    return {
        NodeKind.SETTLEMENT: gid(NodeKind.SETTLEMENT, settlement_id),
        NodeKind.SETTLEMENT_LINE: gid(NodeKind.SETTLEMENT_LINE, lines[payees.ecps["Hari Lal"]]),
    }
