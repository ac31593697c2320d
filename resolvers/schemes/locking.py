"""Lock a scheme, and load it as the transaction sees it."""

from uuid import UUID

from db.schemes import reads as statements
from db.schemes.reads import select_schemes_by_id
from db.sessions import Writing
from domain.failures import NotFound
from domain.schemes.failures import SCHEME_PATH
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition, load_definitions
from resolvers.schemes.disclosure import scope_parameters


async def lock_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Lock a scheme that the viewer may see and load it, with the program as it is from now on. Raises NotFound.

    The scheme is locked first: the first lock gives the transaction its number, and events are in the order of numbers.
    """
    viewer = operation.viewer
    shown = select_schemes_by_id(viewer.scheme_scope)
    visible = await session.fetch(shown, ids=[scheme_id], **scope_parameters(viewer))
    if not visible or not await session.fetch(statements.LOCK_SCHEME, id=scheme_id):
        raise NotFound("scheme", SCHEME_PATH)
    await operation.share_program(session)
    return await load_scheme(operation, session, scheme_id)


async def load_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Load a scheme as the transaction sees it, for any viewer. Raises NotFound."""
    (definition,) = await load_definitions(session, [scheme_id], operation.now, await operation.calendar())
    if definition is None:
        raise NotFound("scheme", SCHEME_PATH)
    return definition
