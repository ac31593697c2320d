"""The mutation simulateScheme."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from db.sessions import Writing
from db.simulations.changes import add_simulation
from db.simulations.rows import NewSimulation
from domain.events import EventKind
from domain.failures import IllegalState, NotFound
from domain.jobs.facts import JobKind
from domain.schemes.content import canonical
from domain.schemes.lifecycle_facts import Decision
from domain.simulations.failures import SCHEME_PATH, period_problems, require_substance
from resolvers.context import Operation
from resolvers.jobs.enqueue import enqueue_job
from resolvers.schemes.definitions import Definition, load_definitions
from resolvers.schemes.loaders import schemes_by_id
from resolvers.simulations.jobs import SimulationWork
from resolvers.simulations.notify import append_simulation_event
from resolvers.validation import reject_invalid


class SimulateScheme(Struct, frozen=True):
    """Replay the sales of a period, whose days are both included, through a scheme or a draft."""

    scheme_id: UUID
    first: date
    last: date


async def simulate_scheme(operation: Operation, command: SimulateScheme) -> UUID:
    """Start a simulation of a scheme as it is defined now, which a job replays; return its id.

    Raises InvalidInput, NotFound, IllegalState, NothingToSimulate, and TooManyJobs.
    """
    reject_invalid(period_problems(command.first, command.last))
    definition = await _load(operation, command.scheme_id)
    simulation_id = operation.new_id()
    async with operation.writing() as session:
        job_id = await enqueue_job(operation, session, JobKind.SIMULATION, SimulationWork(simulation_id))
        await add_simulation(session, _new_simulation(operation, command, definition, (simulation_id, job_id)))
        await _append_started(operation, session, simulation_id, definition.scheme.id)
    return simulation_id


async def _load(operation: Operation, scheme_id: UUID) -> Definition:
    """The scheme with its content, if it may be simulated."""
    (scheme,) = await schemes_by_id(operation, [scheme_id])
    if scheme is None:
        raise NotFound("scheme", SCHEME_PATH)
    (definition,) = await load_definitions(operation, [scheme.id], operation.now, await operation.calendar())
    if definition is None:
        raise NotFound("scheme", SCHEME_PATH)
    if definition.standing.decision is Decision.REJECTED:
        what = "revision" if scheme.revises else "scheme"
        raise IllegalState(f"This {what} was rejected, so it cannot take effect any more.", SCHEME_PATH)
    require_substance(definition.content)
    return definition


def _new_simulation(
    operation: Operation, command: SimulateScheme, definition: Definition, ids: tuple[UUID, UUID]
) -> NewSimulation:
    scheme = definition.scheme
    is_draft = scheme.revises is None and scheme.approved_at is None
    return NewSimulation(
        id=ids[0],
        scheme_id=scheme.id,
        live_id=None if is_draft else scheme.live_id,
        job_id=ids[1],
        content=msgspec.to_builtins(canonical(definition.content)),
        from_day=command.first,
        to_day=command.last,
        known_at=operation.now,
        made_at=operation.now,
        made_by=operation.viewer.account_id,
    )


async def _append_started(operation: Operation, session: Writing, simulation_id: UUID, scheme_id: UUID) -> None:
    await append_simulation_event(operation, session, EventKind.SIMULATION_STARTED, simulation_id, scheme_id)
