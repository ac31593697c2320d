"""The mutation rejectScheme."""

from uuid import UUID

from domain.schemes.lifecycle import Decision
from resolvers.context import Operation
from resolvers.schemes.decisions import DeclineScheme, decline


async def reject_scheme(operation: Operation, command: DeclineScheme) -> UUID:
    """End a submitted scheme for good. Raises InvalidInput, NotFound, IllegalState, SelfApproval."""
    return await decline(operation, command, Decision.REJECTED)
