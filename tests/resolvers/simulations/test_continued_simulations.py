"""A simulation that is stopped continues behind its last piece, and one that is canceled has no result (N7)."""

from collections.abc import Callable
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

import pytest

from domain.permissions import Role
from domain.simulations.results import SimulationResult
from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from resolvers.jobs.retry_job import RetryJob, retry_job
from resolvers.jobs.running import JobTools
from resolvers.simulations import jobs
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.jobs import idle, query
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_story import day
from tests.support.simulations import InlineWorker, replay_due, result_of, run_inline, start
from tests.support.world import World

ECPS: Final = 4
MAY: Final = (day(5, 1).date(), day(5, 31).date())
HURRY: Final = "UPDATE job SET due_at = created_at WHERE due_at IS NOT NULL"


class StoppedWorker(InlineWorker):
    """A worker that calls `stop` in place of a function at its `at`th call; `called` names all functions."""

    def __init__(self, environment: Environment, at: int, stop: Callable[[], Any]) -> None:
        super().__init__(environment)
        self.called: list[str] = []
        self._at, self._stop = at, stop
        self._tools = JobTools(self._operation, environment.clock, self._run)

    async def _run(self, function: Callable[..., Any], *arguments: Any, time_limit: float) -> Any:
        self.called.append(function.__name__)
        if len(self.called) == self._at:
            await self._stop()
        return await run_inline(function, *arguments, time_limit=time_limit)


async def work(worker: InlineWorker) -> None:
    """Let a worker do what is due."""
    assert await worker.take() == 1
    await idle(worker, 10)
    await worker.stop()


class Sold:
    """A draft with a budget or without, sales of several ECPs, and its manager."""

    def __init__(self, environment: Environment, viewer: Viewer, draft: UUID, *, has_budget: bool) -> None:
        self.environment = environment
        self.viewer = viewer
        self.draft = draft
        self.has_budget = has_budget

    async def start(self) -> UUID:
        """Start a simulation."""
        return await start(self.environment, self.viewer, self.draft, *MAY)

    async def simulated(self) -> SimulationResult:
        """What comes of an undisturbed simulation."""
        simulation_id = await self.start()
        assert await replay_due(self.environment) == 1
        return await result_of(self.environment, simulation_id)


@pytest.fixture(params=[None, 100], ids=["no budget", "budget"])
async def sold(request: pytest.FixtureRequest, enrollments: EnrollmentFactory, clock: TestClock, world: World) -> Sold:
    """Four ECPs with a sale of 30 points each; the budget pays for three and a third of them."""
    schemes = enrollments.schemes
    other = await enrollments.open_scheme("Open")
    ecps = await enrollments.ecps.crowd(ECPS)
    desk = LedgerDesk(schemes.environment, world)
    clock.now = day(5, 20)
    for number, ecp_id in enumerate(ecps):
        await desk.sell(ecp_id, f"S-{number}", day(5, 5 + number), Line("AMB-1L", 3))
    clock.now = day(5, 21)
    draft = await schemes.complete("Draft", rules=(), budget=request.param)
    assert other != draft
    viewer = world.viewer(Role.PROGRAM_MANAGER)
    return Sold(schemes.environment, viewer, draft, has_budget=request.param is not None)


@pytest.mark.parametrize(("how", "at"), [("lost", 3), ("canceled", 3), ("lost", 5)])
async def test_a_stopped_simulation_continues_behind_its_last_piece(sold: Sold, how: str, at: int) -> None:
    """Each ECP is a piece; with a budget one more call grants them, and the last one explains the examples."""
    environment, operation = sold.environment, sold.environment.operation(sold.viewer)

    async def lose() -> None:
        raise ConnectionResetError

    async def cancel() -> None:
        await cancel_job(operation, CancelJob(job_id))

    with patch.object(jobs, "PIECE_LINES", 1), patch.object(jobs, "_AHEAD", 1):
        undisturbed = await sold.simulated()
        simulation_id = await sold.start()
        (job_id,) = await query(environment, "SELECT job_id FROM simulation WHERE id = $1", simulation_id)
        first = StoppedWorker(environment, at, lose if how == "lost" else cancel)
        await work(first)
        expected = {"lost": "QUEUED", "canceled": "CANCELED"}
        assert await query(environment, "SELECT status FROM job WHERE id = $1", job_id) == [expected[how]]
        assert await query(environment, "SELECT result FROM simulation WHERE id = $1", simulation_id) == [None]
        if how == "lost":
            await query(environment, HURRY)
        else:
            await retry_job(operation, RetryJob(job_id))
        await operation.close()
        second = StoppedWorker(environment, 0, lose)
        await work(second)
    calls = [*["prepare" if sold.has_budget else "replay"] * ECPS, *["grant_all"] * sold.has_budget, "explain"]
    assert first.called == calls[:at]
    assert second.called == calls[min(at - 1, ECPS) :]
    assert await result_of(environment, simulation_id) == undisturbed
    assert undisturbed.points == (100 if sold.has_budget else 120)
    assert await query(environment, "SELECT count(*) FROM simulation_piece") == [0]
