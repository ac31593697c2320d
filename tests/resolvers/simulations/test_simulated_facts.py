"""What counts in a simulation: coupons, enrollments that began and ended, activities, and how much fits in one (N7)."""

import asyncio
from datetime import date, timedelta
from typing import Final
from unittest.mock import patch
from uuid import UUID

import pytest

from domain.channels import EarningChannel
from domain.ecps.activities import Activity
from domain.permissions import Role
from domain.rules.model import ActivityClause, BonusRule, FlatPoints, RuleLimits
from domain.simulations.results import RulePoints, SimulationResult
from resolvers.ecps.record_activities import RecordActivities, record_activities
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment, withdraw_enrollment
from resolvers.simulations import jobs
from resolvers.simulations.tasks import delete_old_simulations
from resolvers.tasks import TaskPolicy
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.jobs import query
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_story import day
from tests.support.simulations import replay_due, result_of, simulated, start
from tests.support.world import World, key

MAY: Final = date(2026, 5, 1), date(2026, 5, 31)
TRAINED: Final = key("rule Trained")
_POLICY: Final = TaskPolicy(event_retention=timedelta(days=30), revision_interval=60.0)
SHORTER: Final = "Choose a shorter period."
_DATES: Final = (day(3, 1).date(), day(7, 30).date(), day(5, 1).date(), day(7, 31).date())


class Market:
    """An approved scheme of May to July, whose rule pays 7 points to those who were trained, and an ECP in it."""

    def __init__(self, enrollments: EnrollmentFactory, clock: TestClock, world: World) -> None:
        self.enrollments = enrollments
        self.clock = clock
        self.world = world
        self.desk = LedgerDesk(enrollments.environment, world)
        self.scheme_id = self.ecp_id = self.enrollment_id = UUID(int=0)

    async def open(self) -> None:
        """Approve the scheme, and enroll the ECP in March."""
        schemes, trained = self.enrollments.schemes, ActivityClause("TRAINING_COMPLETED")
        rule = BonusRule(id=TRAINED, name="Trained", condition=trained, reward=FlatPoints(7), limits=RuleLimits())
        self.scheme_id = await schemes.approved(await schemes.complete(rules=(rule,), dates=_DATES))
        self.ecp_id = await self.enrollments.ecps.verified()
        self.enrollment_id = await self.enrollments.enrolled(self.scheme_id, self.ecp_id)
        self.clock.now = day(5, 20)

    async def simulate(self, scheme_id: UUID | None = None) -> SimulationResult:
        """Simulate a scheme over May, a day after everything."""
        self.clock.now += timedelta(days=1)
        viewer = self.world.viewer(Role.PROGRAM_MANAGER)
        return await simulated(self.enrollments.environment, viewer, scheme_id or self.scheme_id, *MAY)

    async def start(self) -> UUID:
        """Start a simulation of the scheme over May."""
        viewer = self.world.viewer(Role.PROGRAM_MANAGER)
        return await start(self.enrollments.environment, viewer, self.scheme_id, *MAY)


@pytest.fixture
async def market(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> Market:
    """The scheme with its ECP."""
    found = Market(enrollments, clock, world)
    await found.open()
    return found


async def test_redeemed_coupons_count_in_their_scheme_and_in_new_drafts(market: Market) -> None:
    await market.desk.redeem(market.ecp_id, market.scheme_id, 1, day(5, 5), "AMB-1L")
    await market.desk.sell(market.ecp_id, "S-1", day(5, 6), Line("AMB-4L", 2))
    found = await market.simulate()
    # A coupon of AMB-1L is worth 10 points, and a unit of AMB-4L 20.
    assert (found.lines, found.points, found.live_points, found.examples) == (2, 50, 50, ())
    complete = market.enrollments.schemes.complete
    for channels, lines, points in (
        ((EarningChannel.COUPON,), 1, 10),
        ((EarningChannel.SALE,), 1, 40),
        ((EarningChannel.SALE, EarningChannel.COUPON), 2, 50),
    ):
        found = await market.simulate(await complete(f"Draft {points}", channels, rules=()))
        assert (found.lines, found.points, found.live_points) == (lines, points, 0)


async def test_nothing_is_earned_between_two_enrollments(market: Market) -> None:
    """The sale of 10 May was made after the ECP left, and that of 15 May after it came back."""
    for at, leaves in ((8, True), (12, False)):
        market.clock.now = day(5, at)
        if leaves:
            await withdraw_enrollment(market.enrollments.manager(), WithdrawEnrollment(market.enrollment_id))
        else:
            await market.enrollments.enrolled(market.scheme_id, market.ecp_id)
    market.clock.now = day(5, 20)
    for at in (5, 10, 15):
        await market.desk.sell(market.ecp_id, f"S-{at}", day(5, at), Line("AMB-1L", at))
    found = await market.simulate()
    assert (found.lines, found.points, found.live_points, found.examples) == (3, 200, 200, ())
    # A draft assumes that the ECP is enrolled all the time.
    draft = await market.enrollments.schemes.complete("Draft", rules=())
    assert (await market.simulate(draft)).points == 300


async def test_activities_count_from_when_they_were_done(market: Market) -> None:
    """The training of 10 May is reported before the sales; that of another ECP does not matter."""
    operation = market.enrollments.environment.operation(market.world.viewer(Role.INTEGRATION))
    (code,) = await query(market.enrollments.environment, "SELECT code FROM ecp WHERE id = $1", market.ecp_id)
    activity = Activity(external_id="a-1", ecp_code=code, kind="TRAINING_COMPLETED", occurred_at=day(5, 10))
    await record_activities(operation, RecordActivities("academy", [activity]))
    for at in (9, 10, 11):
        await market.desk.sell(market.ecp_id, f"S-{at}", day(5, at), Line("AMB-1L", 1))
    found = await market.simulate()
    assert (found.points, found.live_points, found.examples) == (44, 44, ())
    assert found.by_rule == (RulePoints(TRAINED, 14, 14),)


@pytest.mark.parametrize("budget", [None, 1_000])
async def test_too_many_lines_fail_with_their_number(market: Market, budget: int | None) -> None:
    schemes = market.enrollments.schemes
    for at in (5, 6, 7):
        await market.desk.sell(market.ecp_id, f"S-{at}", day(5, at), Line("AMB-1L", 1))
    draft = await schemes.complete("Draft", rules=(), budget=budget)
    environment, viewer = schemes.environment, market.world.viewer(Role.PROGRAM_MANAGER)
    with patch.object(jobs, "MAX_LINES", 2), patch.object(jobs, "MAX_ORDERED_LINES", 2):
        await start(environment, viewer, draft, *MAY)
        await replay_due(environment)
    which = "" if budget is None else " of a scheme with a budget or a limit in total"
    assert await query(environment, "SELECT status, error FROM job") == [
        (
            "FAILED",
            f"This period has 3 lines of sales and coupons. A simulation{which} replays at most 2. {SHORTER}",
        )
    ]
    assert await query(environment, "SELECT count(*) FROM simulation WHERE result IS NOT NULL") == [0]
    with patch.object(jobs, "MAX_LINES", 3), patch.object(jobs, "MAX_ORDERED_LINES", 3):
        assert (await market.simulate(draft)).lines == 3


async def test_two_simulations_of_a_manager_run_beside_each_other(market: Market) -> None:
    await market.desk.sell(market.ecp_id, "S-1", day(5, 5), Line("AMB-1L", 3))
    environment = market.enrollments.environment
    both = await asyncio.gather(market.start(), market.start())
    assert await replay_due(environment) == 2
    for simulation_id in both:
        assert (await result_of(environment, simulation_id)).points == 30
    assert await query(environment, "SELECT count(*) FROM simulation_piece") == [0]


async def test_old_simulations_are_deleted(market: Market) -> None:
    """Those of a year ago stay; one without a result and without a job loses its pieces."""
    environment = market.enrollments.environment
    old, young = await market.start(), await market.start()
    async with environment.database.writing() as session:
        move = "UPDATE simulation SET made_at = made_at - interval '367 days' WHERE id = $1"
        piece = "INSERT INTO simulation_piece (simulation_id, number, totals) VALUES ($1, 0, '')"
        await session._driver.execute(move, old)  # noqa: SLF001 - no such change exists
        for one in (old, young):
            await session._driver.execute(piece, one)  # noqa: SLF001 - as above
    operation = environment.operation(None)
    await delete_old_simulations(operation, _POLICY)
    assert await query(environment, "SELECT id FROM simulation") == [young]
    assert await query(environment, "SELECT simulation_id FROM simulation_piece") == [young]
    async with environment.database.writing() as session:
        await session._driver.execute("DELETE FROM job")  # noqa: SLF001 - as above
    await delete_old_simulations(operation, _POLICY)
    await operation.close()
    assert await query(environment, "SELECT count(*) FROM simulation_piece") == [0]
