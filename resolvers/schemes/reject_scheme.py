"""The mutation rejectScheme."""

from uuid import UUID

from domain.schemes.lifecycle_facts import Decision
from resolvers.context import Operation
from resolvers.schemes.decline_scheme import DeclineScheme, decline_scheme


async def reject_scheme(operation: Operation, command: DeclineScheme) -> UUID:
    """Reject a submitted scheme for good. Raises InvalidInput, NotFound, IllegalState and SelfApproval."""
    return await decline_scheme(operation, command, Decision.REJECTED)
