"""Loaders of consignments, batches, and their parts."""

from typing import Any
from uuid import UUID

from db.consignments import reads as statements
from db.consignments.rows import BatchRow, ConsignmentRow
from domain.codes import normalize_code
from domain.viewers import ConsignmentScope, Viewer
from resolvers.context import Operation
from resolvers.loading import align_one


def scope_parameters(viewer: Viewer, scope: ConsignmentScope) -> dict[str, Any]:
    """Return the parameters that the predicate of a scope takes."""
    return {"viewer_vendor_id": viewer.vendor_id} if scope is ConsignmentScope.OWN else {}


async def consignments_by_id(operation: Operation, ids: list[UUID]) -> list[ConsignmentRow | None]:
    """Load consignments; None for unknown ids and for consignments that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.consignments_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def batches_by_id(operation: Operation, ids: list[UUID]) -> list[BatchRow | None]:
    """Load batches; None for unknown ids and for batches that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    rows = await operation.fetch(statements.batches_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def find_consignment(operation: Operation, code: str) -> ConsignmentRow | None:
    """Find the consignment with this code, if the viewer may see it."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    parameters = {"code": normalize_code(code), **scope_parameters(viewer, scope)}
    rows = await operation.fetch(statements.consignment_by_code(scope), **parameters)
    return rows[0] if rows else None
