"""Changes to simulations: start one, keep the totals of its pieces, and finish it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, update

from db.sessions import Writing
from db.simulations.rows import NewSimulation
from db.simulations.tables import SimulationPieceTable, SimulationTable


async def add_simulation(session: Writing, row: NewSimulation) -> None:
    """Insert a simulation without a result."""
    await session.execute(insert(SimulationTable), [msgspec.structs.asdict(row)])


async def add_pieces(session: Writing, simulation_id: UUID, pieces: Sequence[tuple[int, bytes]]) -> None:
    """Keep the totals of pieces, by number."""
    rows = [{"simulation_id": simulation_id, "number": number, "totals": totals} for number, totals in pieces]
    await session.execute(insert(SimulationPieceTable), rows)


async def finish_simulation(session: Writing, simulation_id: UUID, result: object, at: datetime) -> None:
    """Store the result, and forget the pieces."""
    values = {"result": result, "finished_at": at}
    await session.execute(update(SimulationTable).where(SimulationTable.id == simulation_id).values(values))
    await session.execute(delete(SimulationPieceTable).where(SimulationPieceTable.simulation_id == simulation_id))
