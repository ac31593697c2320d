"""Posting sales: base and bonus points, balances, and one event, to the point (R21, R22)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.rules.model import BonusRule, FlatPoints, PointsPerUnit, QuantityClause, RuleLimits, VolumeClause, VolumeMeasure, VolumePeriod
from graphql_api.context import Environment
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import World, key

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def desk(environment: Environment, world: World) -> LedgerDesk:
    return LedgerDesk(environment, world)


@pytest.fixture
async def ecp_id(enrollments: EnrollmentFactory) -> UUID:
    return await enrollments.ecps.verified()


async def scheme_with(enrollments: EnrollmentFactory, ecp_id: UUID, *rules: BonusRule, budget: int | None = None) -> UUID:
    from tests.support.factories.enrollments import OPEN
    schemes = enrollments.schemes
    scheme_id = await schemes.approved(await schemes.complete(rules=rules, dates=OPEN, budget=budget))
    await enrollments.enrolled(scheme_id, ecp_id)
    return scheme_id


async def test_base_and_bonus(desk: LedgerDesk, enrollments: EnrollmentFactory, ecp_id: UUID, clock: TestClock, cleaner: Cleaner) -> None:
    rules = (
        BonusRule(id=key("rule 1"), name="Flat", condition=QuantityClause(2), reward=FlatPoints(7), limits=RuleLimits(points_in_total=10)),
        BonusRule(id=key("rule 2"), name="Volume", condition=VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 3), reward=PointsPerUnit(1), limits=RuleLimits(points_per_ecp=5)),
    )
    scheme_id = await scheme_with(enrollments, ecp_id, *rules, budget=1000)
    clock.now = MAY + timedelta(days=30)
    print(await desk.sell(ecp_id, "a", MAY, Line("AMB-1L", 3), Line("AMB-4L", 2)))
    print(await desk.sell(ecp_id, "b", MAY + timedelta(hours=1), Line("AMB-4L", 4)))
    print(await desk.sell(ecp_id, "c", MAY - timedelta(hours=1), Line("AMB-4L", 4)))
    print(await desk.give_back("a", "AMB-4L", 1, "r"))
    print(await desk.correct("c", Line("AMB-1L", 1)))
    print(await desk.correct("b", at=MAY + timedelta(hours=2)))
    for row in await cleaner._connection.fetch("select seq, scheme, points, balance_after, kind, debit, credit, position, version, rule, sale, cause, reverses, effective_at, recorded_at from points_entry order by ecp, seq"):
        print(tuple(row))
    for table in ("points_account", "points_ledger", "points_pool_limit"):
        for row in await cleaner._connection.fetch(f"select * from {table}"):
            print(table, tuple(row))
    print(await cleaner._connection.fetch("select rule_id, sum(rest) from points_pool group by 1"))
    for row in await cleaner._connection.fetch("select sale, position, version, base, bonus, seq, entries, length(facts) from valuation"):
        print(tuple(row))
    raise AssertionError


async def test_adjustment(desk: LedgerDesk, enrollments: EnrollmentFactory, ecp_id: UUID, clock: TestClock, cleaner: Cleaner) -> None:
    from resolvers.points.posting.adjust import post_adjustment
    scheme_id = await scheme_with(enrollments, ecp_id)
    async with desk._posting() as (operation, session):
        print(await post_adjustment(operation, session, ecp_id, scheme_id, -5, key("adj")))
    for row in await cleaner._connection.fetch("select * from points_entry"):
        assert row["points"] == 5
        assert row["balance_after"] == -5
