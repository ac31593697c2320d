"""The mutation requestSchemeChanges."""

from uuid import UUID

from domain.schemes.lifecycle_facts import Decision
from resolvers.context import Operation
from resolvers.schemes.decline_scheme import DeclineScheme, decline_scheme


async def request_scheme_changes(operation: Operation, command: DeclineScheme) -> UUID:
    """Return a submitted scheme to its managers. Raises InvalidInput, NotFound, IllegalState and SelfApproval."""
    return await decline_scheme(operation, command, Decision.CHANGES_REQUESTED)
