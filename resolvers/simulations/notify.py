"""Events of simulations."""

from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.simulations.events import about_simulation
from resolvers.context import Operation


async def append_simulation_event(
    operation: Operation, session: Writing, kind: EventKind, simulation_id: UUID, scheme_id: UUID
) -> None:
    """Append an event of a simulation of a scheme."""
    await append_events(session, [NewEvent(kind, simulation_id, about_simulation(scheme_id))], operation.now)
