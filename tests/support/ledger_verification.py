"""A healthy ledger with everything that it may have, and the command that verifies it."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
from msgspec import Struct
from typer.testing import CliRunner, Result

from domain.permissions import Role
from domain.rules.model import (
    ActivityClause,
    AllOf,
    BonusRule,
    FlatPoints,
    Not,
    PercentOfBase,
    PointsPerUnit,
    QuantityClause,
    RuleLimits,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from graphql_api.ledger_commands import ledger_commands
from tests.support.adjustments import adjusted, decided
from tests.support.application import application_url
from tests.support.clock import TestClock
from tests.support.factories.enrollments import OPEN, EnrollmentFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import World, key

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)


class VerifiedLedger(Struct):
    """What the faults of tests name."""

    desk: LedgerDesk
    scheme_id: UUID
    first: UUID
    second: UUID


def rules_of(world: World) -> tuple[BonusRule, ...]:
    """Rules with clauses and limits of several kinds, two of them over all ECPs."""
    gold, training = TierClause(tier_ids=(world.tiers["Gold"].id,)), ActivityClause("TRAINING_COMPLETED", 1, 30)
    volume = VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 5)
    return (
        BonusRule(
            key("rule 1"), "Case", AllOf((gold, QuantityClause(2))), FlatPoints(7), RuleLimits(points_in_total=20)
        ),
        BonusRule(key("rule 2"), "Regulars", volume, PointsPerUnit(3), RuleLimits(points_per_ecp=40)),
        BonusRule(key("rule 3"), "Untrained", Not(training), PercentOfBase(Decimal(10))),
    )


async def healthy_ledger(enrollments: EnrollmentFactory, desk: LedgerDesk, clock: TestClock) -> VerifiedLedger:
    """Sales on time and late, corrections of all kinds, returns, and adjustments, of two ECPs in a scheme with pools."""
    schemes = enrollments.schemes
    scheme_id = await schemes.approved(
        await schemes.complete(rules=rules_of(schemes.world), dates=OPEN, budget=100_000)
    )
    first, second = await enrollments.ecps.verified(), await enrollments.ecps.verified("Binod Thapa")
    for ecp_id in (first, second):
        await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = MAY + timedelta(days=40)
    hour = timedelta(hours=1)
    await desk.sell(first, "a", MAY, Line("AMB-1L", 3), Line("AMB-4L", 2))
    await desk.sell(first, "b", MAY + hour, Line("AMB-4L", 4))
    await desk.sell(first, "late", MAY - hour, Line("AMB-4L", 4))
    await desk.sell(second, "c", MAY, Line("AMB-1L", 6), Line("AMB-1L", 1))
    await desk.give_back("a", "AMB-4L", 1, "back of a")
    await desk.correct("c", Line("AMB-1L", 2))
    await desk.sell(first, "moved", MAY + 2 * hour, Line("AMB-1L", 5))
    await desk.correct("moved", ecp_id=second)
    await desk.correct("b", at=MAY + 3 * hour)
    factory = schemes
    await adjusted(factory, first, scheme_id, 500)
    await decided(factory, await adjusted(factory, first, scheme_id, 5_000))
    await decided(factory, await adjusted(factory, second, scheme_id, 6_000), accept=False)
    await adjusted(factory, second, scheme_id, -7_000, by=Role.PROGRAM_MANAGER)
    return VerifiedLedger(desk, scheme_id, first, second)


async def verify(url: str) -> Result:
    """Run the command against a database as the application; it may run its own event loop."""
    commands = ledger_commands(lambda: contextlib.nullcontext(application_url(url)))
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, ["verify"]))


async def plant(url: str, *changes: str) -> None:
    """Change rows as the owner of the database, past triggers and constraints."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = 'replica'")
            for change in changes:
                await connection.execute(change)
    finally:
        await connection.close()
