"""Loaders of settlements, of their lines, and of the actions that the viewer may take on them."""

from typing import Any
from uuid import UUID

from db.accounts.rows import AccountRow
from db.settlements import reads as statements
from db.settlements.rows import SettlementLineRow, SettlementRow
from domain.settlements.guards import SETTLEMENT_GUARDS, SettlementAction
from domain.viewers import SettlementScope, Viewer
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.loading import align_one


def scope_parameters(viewer: Viewer) -> dict[str, Any]:
    """The parameters of statements about lines that the viewer sees."""
    return {"viewer_ecp_id": viewer.ecp_id} if viewer.settlement_scope is SettlementScope.OWN_LINES else {}


async def settlements_by_id(operation: Operation, ids: list[UUID]) -> list[SettlementRow | None]:
    """Load settlements; None for unknown ids and for settlements that the viewer may not see."""
    rows = await operation.fetch(statements.settlements_by_id(operation.viewer.settlement_scope), ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def lines_by_id(operation: Operation, ids: list[UUID]) -> list[SettlementLineRow | None]:
    """Load lines; None for unknown ids and for lines that the viewer may not see."""
    viewer = operation.viewer
    statement = statements.lines_by_id(viewer.settlement_scope)
    rows = await operation.fetch(statement, ids=ids, **scope_parameters(viewer))
    return align_one(ids, rows, lambda row: row.id)


async def may_see_payable_file(operation: Operation, file_id: UUID) -> bool:
    """Whether the viewer sees a settlement that has this file of payable lines."""
    statement = statements.settlements_with_file(operation.viewer.settlement_scope)
    return bool(await operation.fetch(statement, file_id=file_id))


async def deciders_by_id(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load the accounts that made or decided settlements, for staff: connected systems deal with no person."""
    if operation.viewer.settlement_scope is not SettlementScope.ALL:
        return [None] * len(ids)
    return await accounts_by_id(operation, ids)


async def actions_by_settlement(operation: Operation, ids: list[UUID]) -> list[list[SettlementAction]]:
    """Load the actions that the viewer may take on each settlement now, by the same guards as the mutations."""
    viewer = operation.viewer
    rows = await operation.fetch(statements.STANDINGS_BY_ID, ids=ids, viewer_id=viewer.account_id)
    found = {row.id: row.facts for row in rows}
    return [list(SETTLEMENT_GUARDS.allowed(found[key], viewer)) for key in ids]
