"""A healthy ledger with everything that it may have, made over HTTP, and the command that verifies it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct
from typer.testing import CliRunner, Result

from db.database import Database
from db.program.reads import PROGRAM
from domain.permissions import Role
from domain.points.valuation_facts import ValuationFacts
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
from domain.spans import Span
from graphql_api.ledger_commands import ledger_commands
from resolvers.ledger.verify import verify_program, verify_rows_of_ecps, verify_sales, verify_settlements
from resolvers.ledger.verify_fold import verify_values
from resolvers.ledger.verify_pools import verify_pools
from tests.support.adjustments import adjusted, decided
from tests.support.application import application_url
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import OPEN, EnrollmentFactory
from tests.support.redemptions import RUNNING, RedemptionScene
from tests.support.sales import Till, line, returning, sale
from tests.support.world import World, key

# All numbers that tests reach.
EVERYTHING = (-1, 2**31 - 1)
FIRST, SECOND = "ECP-2026-000001", "ECP-2026-000002"


class VerifiedLedger(Struct):
    """What tests name of the ledger: its scheme, and its ECPs."""

    scheme_id: UUID
    first: UUID
    second: UUID


def rules_of(world: World) -> tuple[BonusRule, ...]:
    """Rules with clauses and limits of several kinds, two of them over all ECPs."""
    gold, training = TierClause(tier_ids=(world.tiers["Gold"].id,)), ActivityClause("TRAINING_COMPLETED", 1, 30)
    volume = VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 5)
    return (
        BonusRule(
            id=key("rule 1"),
            name="Case",
            condition=AllOf((gold, QuantityClause(2))),
            reward=FlatPoints(7),
            limits=RuleLimits(points_in_total=20),
        ),
        BonusRule(
            id=key("rule 2"),
            name="Regulars",
            condition=volume,
            reward=PointsPerUnit(3),
            limits=RuleLimits(points_per_ecp=40),
        ),
        BonusRule(id=key("rule 3"), name="Untrained", condition=Not(training), reward=PercentOfBase(Decimal(10))),
    )


async def healthy_ledger(
    clients: Clients, clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory
) -> VerifiedLedger:
    """Sales on time and late, corrections of all kinds, returns, redemptions, and adjustments of two ECPs."""
    schemes = enrollments.schemes
    scheme_id = await schemes.approved(
        await schemes.complete(rules=rules_of(schemes.world), dates=OPEN, budget=100_000)
    )
    first, second = await enrollments.ecps.verified(), await enrollments.ecps.verified("Binod Thapa")
    for ecp_id in (first, second):
        await enrollments.enrolled(scheme_id, ecp_id)
    consignment_id = await _commission_coupons(consignments, scheme_id)
    clock.now = RUNNING
    await _sell(Till(clients[Role.INTEGRATION]))
    scene = RedemptionScene(
        clients=clients, clock=clock, scheme_id=scheme_id, consignment_id=consignment_id, ecp_id=first
    )
    for serial in (0, 1):
        assert (await scene.redeem(serial))["errors"] == []
    await adjusted(schemes, first, scheme_id, 500)
    await decided(schemes, await adjusted(schemes, first, scheme_id, 5_000))
    await decided(schemes, await adjusted(schemes, second, scheme_id, 6_000), accept=False)
    await adjusted(schemes, second, scheme_id, -7_000)
    return VerifiedLedger(scheme_id, first, second)


async def _commission_coupons(consignments: ConsignmentFactory, scheme_id: UUID) -> UUID:
    """The serials 0 to 99 are in products."""
    await consignments.generated(scheme_id)
    made = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=400)
    batch_id = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch_id, by="FAC-1", accepted_serials=(Span(0, 99),))
    await consignments.commission(made, Span(0, 99))
    return made


async def _sell(till: Till) -> None:
    """Two lines, a late sale, returns, and corrections of lines, ECP, and time."""

    def at(hour: int) -> dict[str, Any]:
        return {"soldAt": (RUNNING - timedelta(days=2) + timedelta(hours=hour)).isoformat()}

    reports = (
        sale("a", line("AMB-1L", 3), line("AMB-4L", 2), **at(1)),
        sale("b", line("AMB-4L", 4), **at(2)),
        sale("late", line("AMB-4L", 4), **at(0)),
        sale("c", line("AMB-1L", 6), line("AMB-1L", 1), ecpCode=SECOND, **at(1)),
        returning("back of a", "a", line("AMB-4L", -1), **at(5)),
        sale("c", line("AMB-1L", 2), ecpCode=SECOND, revision=2, **at(1)),
        sale("moved", line("AMB-1L", 5), **at(3)),
        sale("moved", line("AMB-1L", 5), ecpCode=SECOND, revision=2, **at(3)),
        sale("b", line("AMB-4L", 4), revision=2, **at(4)),
        sale("d", line("AMB-1L", 5), **at(6)),
        sale("d", line("AMB-1L", 5), line("AMB-1L", -2), revision=2, **at(6)),
    )
    for report in reports:
        (result,) = await till.results(report)
        assert result["outcome"] in {"RECORDED", "CORRECTED"}, result


async def verify(url: str, *options: str) -> Result:
    """Run the command against a database as the application; it may run its own event loop."""
    commands = ledger_commands(lambda: contextlib.nullcontext(application_url(url)))
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, ["verify", *options]))


async def find_faults(database: Database) -> list[str]:
    """What the verification of everything finds, without the command."""
    async with database.snapshot() as snapshot:
        (program,) = await snapshot.fetch(PROGRAM)
        checks = (
            verify_rows_of_ecps(snapshot, *EVERYTHING),
            verify_values(snapshot, program, *EVERYTHING),
            verify_sales(snapshot, *EVERYTHING),
            verify_program(snapshot),
            verify_settlements(snapshot),
            verify_pools(snapshot),
        )
        return [finding for check in checks async for finding in check]


def first_form(facts: ValuationFacts) -> bytes:
    """The facts as the first version of the ledger stored them: all values, in another order."""
    order = (
        *("quantity", "obstacles", "holds", "volumes", "activities", "enrolled", "tier", "places", "category"),
        *("paid", "cuts", "mask", "value"),
    )
    return msgspec.msgpack.encode([1, *(getattr(facts, name) for name in order)])


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


TABLES = (
    "adjustment",
    "points_account",
    "points_entry",
    "points_ledger",
    "points_pool",
    "points_pool_limit",
    "points_scheme",
    "program",
    "redemption",
    "sale",
    "sale_key",
    "sale_line",
    "sale_return",
    "settlement",
    "settlement_line",
    "valuation",
)
_PRIMARY_KEY = """
ALTER TABLE redemption DROP CONSTRAINT IF EXISTS pk_redemption,
    ADD CONSTRAINT pk_redemption PRIMARY KEY (run_id, serial)
"""


class Planter:
    """Plants faults over one connection, each for the length of a block."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator["Planter"]:
        """Keep the rows of the ledger, for the length of the block."""
        connection = await asyncpg.connect(url)
        try:
            for table in TABLES:
                await connection.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE public.{table}")
            yield cls(connection)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def planted(self, *changes: str) -> AsyncIterator[None]:
        """Put the rows of the changed tables back after the block, with the one constraint that faults drop."""
        await self._execute(*changes)
        yield
        words = set(re.findall(r"\w+", " ".join(changes)))
        restored = [table for table in TABLES if table in words]
        copies = [f"DELETE FROM public.{table}; INSERT INTO public.{table} TABLE kept_{table}" for table in restored]
        await self._execute(*copies, *([_PRIMARY_KEY] if "redemption" in restored else []))

    async def _execute(self, *statements: str) -> None:
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL session_replication_role = 'replica'")
            for statement in statements:
                await self._connection.execute(statement)
