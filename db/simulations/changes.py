"""Changes to simulations: start one, keep the totals of its pieces, finish it, and forget old ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select, update

from db.copying import PackedCopy
from db.jobs.tables import JobTable
from db.sessions import Writing
from db.simulations.rows import NewSimulation
from db.simulations.tables import SimulationEcpTable, SimulationPieceTable, SimulationTable

_ECPS: Final = PackedCopy(SimulationEcpTable, ("id", "simulation_id", "ecp", "points", "live_points", "change"))


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


async def add_simulated_ecps(session: Writing, rows: Sequence[tuple[UUID, UUID, int, int, int]]) -> None:
    """Store the ECPs who gain or lose: an id, the simulation, the number of the ECP, and both sums of points."""
    await session.copy_rows(_ECPS, [(*row, row[3] - row[4]) for row in rows if row[3] != row[4]])


async def delete_simulations(session: Writing, before: datetime, limit: int) -> int:
    """Delete at most `limit` simulations that were started before a moment; return the number of deleted ones."""
    old = select(SimulationTable.id).where(SimulationTable.made_at < before).order_by(SimulationTable.made_at)
    deleted = delete(SimulationTable).where(SimulationTable.id.in_(old.limit(limit))).returning(SimulationTable.id)
    return len(await session.returning(deleted))


async def delete_stray_pieces(session: Writing) -> None:
    """Delete the pieces of simulations without a result whose jobs are forgotten: nothing continues them."""
    of_job = select(JobTable.id).where(JobTable.id == SimulationTable.job_id).exists()
    stray = select(SimulationTable.id).where(SimulationTable.result.is_(None), ~of_job)
    await session.execute(delete(SimulationPieceTable).where(SimulationPieceTable.simulation_id.in_(stray)))
