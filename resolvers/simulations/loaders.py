"""Loaders of simulations."""

from uuid import UUID

from db.simulations import reads as statements
from db.simulations.rows import SimulationRow
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.loading import align_one


async def simulations_by_id(operation: Operation, ids: list[UUID]) -> list[SimulationRow | None]:
    """Load simulations; None for unknown ids and for simulations of schemes that the viewer may not see."""
    viewer = operation.viewer
    if not viewer.may(Permission.SCHEME_SIMULATE):
        return [None] * len(ids)
    rows = await operation.fetch(statements.simulations_by_id(viewer.scheme_scope), ids=ids)
    return align_one(ids, rows, lambda row: row.id)
