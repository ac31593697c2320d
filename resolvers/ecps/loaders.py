"""Loaders of ECPs and their restricted fields."""

from typing import Any
from uuid import UUID

from db.accounts.rows import AccountRow
from db.ecps import reads as statements
from db.ecps.rows import ContactRow, EcpRow
from domain.codes import normalize_code
from domain.ecps.facts import EcpFacts
from domain.ecps.guards import ECP_GUARDS, EcpAction
from domain.permissions import Permission
from domain.viewers import EcpScope, Viewer
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.loading import align_one


def scope_parameters(viewer: Viewer, scope: EcpScope) -> dict[str, Any]:
    """Return the parameters that the predicate of a scope takes."""
    return {"viewer_ecp_id": viewer.ecp_id} if scope is EcpScope.OWN else {}


async def ecps_by_id(operation: Operation, ids: list[UUID]) -> list[EcpRow | None]:
    """Load ECPs; None for unknown ids and for ECPs that the viewer may not see."""
    scope = operation.viewer.ecp_scope
    rows = await operation.fetch(
        statements.select_ecps_by_id(scope), ids=ids, **scope_parameters(operation.viewer, scope)
    )
    return align_one(ids, rows, lambda row: row.id)


async def find_ecp(operation: Operation, code: str) -> EcpRow | None:
    """Find the ECP with this code, if the viewer may see it."""
    scope = operation.viewer.ecp_scope
    found = normalize_code(code)
    rows = await operation.fetch(statements.ecp_by_code(scope), code=found, **scope_parameters(operation.viewer, scope))
    return rows[0] if rows else None


async def contacts_by_ecp(operation: Operation, ids: list[UUID]) -> list[ContactRow | None]:
    """Load the contact data of each ECP; None where the viewer may not see it."""
    scope = operation.viewer.contact_scope
    if scope is EcpScope.NONE:
        return [None] * len(ids)
    rows = await operation.fetch(statements.contacts_by_id(scope), ids=ids, **scope_parameters(operation.viewer, scope))
    return align_one(ids, rows, lambda row: row.id)


async def accounts_of_ecps(operation: Operation, ids: list[UUID]) -> list[AccountRow | None]:
    """Load the accounts with which ECPs sign in, for viewers who may see accounts or e-mail addresses."""
    viewer = operation.viewer
    if viewer.may(Permission.ACCOUNT_READ) or viewer.contact_scope is EcpScope.ALL:
        return await accounts_by_id(operation, ids)
    own = await accounts_by_id(operation, [key for key in ids if key == viewer.account_id])
    return align_one(ids, [row for row in own if row is not None], lambda row: row.id)


async def actions_by_standing(operation: Operation, standings: list[EcpFacts]) -> list[list[EcpAction]]:
    """Load the actions that the viewer may take on each ECP now, by the same guards as the mutations."""
    return [list(ECP_GUARDS.allowed(standing, operation.viewer)) for standing in standings]
