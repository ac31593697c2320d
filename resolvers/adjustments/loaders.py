"""Loaders of adjustments and of the actions that the viewer may take on them."""

from uuid import UUID

from db.accounts.rows import AccountRow
from db.adjustments import reads as statements
from db.adjustments.rows import AdjustmentRow
from domain.adjustments.guards import ADJUSTMENT_GUARDS, AdjustmentAction
from domain.viewers import EcpScope
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.loading import align_one


async def adjustments_by_id(operation: Operation, ids: list[UUID]) -> list[AdjustmentRow | None]:
    """Load adjustments; None for unknown ids and for adjustments that the viewer may not see."""
    viewer, scope = operation.viewer, operation.viewer.ecp_scope
    rows = await operation.fetch(statements.select_adjustments_by_id(scope), ids=ids, **scope_parameters(viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def adjusters_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load the accounts that made or decided adjustments, for viewers who see all ECPs.

    ECPs deal with the program, not with a person.
    """
    if operation.viewer.ecp_scope is not EcpScope.ALL:
        return [None] * len(ids)
    return await accounts_by_id(operation, ids)


async def actions_by_adjustment(operation: Operation, ids: list[UUID]) -> list[list[AdjustmentAction]]:
    """Load the actions that the viewer may take on each adjustment now, by the same guards as the mutation."""
    found = {row.id: row.facts for row in await operation.fetch(statements.STANDINGS_BY_ID, ids=ids)}
    return [list(ADJUSTMENT_GUARDS.allowed(found[key], operation.viewer)) for key in ids]
