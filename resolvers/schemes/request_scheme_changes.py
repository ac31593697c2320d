"""The mutation requestSchemeChanges."""

from uuid import UUID

from domain.schemes.lifecycle import Decision
from resolvers.context import Operation
from resolvers.schemes.decisions import DeclineScheme, decline


async def request_scheme_changes(operation: Operation, command: DeclineScheme) -> UUID:
    """Give a submitted scheme back to its managers. Raises InvalidInput, NotFound, IllegalState, SelfApproval."""
    return await decline(operation, command, Decision.CHANGES_REQUESTED)
