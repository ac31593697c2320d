"""Simulations for tests: started through the real mutation, and replayed by a worker without processes."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from domain.jobs.facts import JobKind
from domain.permissions import Role
from domain.simulations.results import SimulationResult, decode_result
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.jobs.worker import JobWorker
from resolvers.jobs.handlers import handlers_by_kind
from resolvers.jobs.running import JobTools
from resolvers.simulations.jobs import JOBS
from resolvers.simulations.simulate_scheme import SimulateScheme, simulate_scheme
from tests.support.jobs import POLICY, idle, query


class InlineWorker(JobWorker):
    """A worker for simulations that computes in its own process, which starts at once."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment, handlers_by_kind(JOBS), POLICY)
        self._tools = JobTools(self._operation, environment.clock, run_inline)


async def run_inline(function: Callable[..., Any], *arguments: Any, time_limit: float) -> Any:
    """Call the function here."""
    del time_limit
    return function(*arguments)


async def replay_due(environment: Environment, seconds: float = 10) -> int:
    """Replay the simulations that wait, and return how many there were."""
    worker = InlineWorker(environment)
    taken = await worker.take()
    await idle(worker, seconds)
    await worker.stop()
    return taken


async def start(environment: Environment, viewer: Viewer, scheme_id: UUID, first: date, last: date) -> UUID:
    """Start a simulation and return its id."""
    operation = environment.operation(viewer)
    try:
        return await simulate_scheme(operation, SimulateScheme(scheme_id, first, last))
    finally:
        await operation.close()


async def result_of(environment: Environment, simulation_id: UUID) -> SimulationResult:
    """What came of a simulation that is finished."""
    rows = await query(environment, "SELECT result::text FROM simulation WHERE id = $1", simulation_id)
    failed = await query(environment, "SELECT error FROM job WHERE kind = $1", JobKind.SIMULATION.value)
    assert rows[0] is not None, failed
    return decode_result(rows[0])


async def simulated(
    environment: Environment, viewer: Viewer, scheme_id: UUID, first: date, last: date
) -> SimulationResult:
    """Simulate a scheme, and return what came of it."""
    simulation_id = await start(environment, viewer, scheme_id, first, last)
    # A job of before runs too, if its end was not recorded because the database was killed.
    assert await replay_due(environment, 300) >= 1
    return await result_of(environment, simulation_id)


MANAGER = Role.PROGRAM_MANAGER
