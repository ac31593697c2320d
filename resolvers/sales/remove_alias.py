"""The mutation removeAlias."""

from uuid import UUID

from msgspec import Struct

from db.sales.alias_changes import delete_alias_row
from db.sales.reads import LOCK_ALIAS
from domain.events import EventKind
from domain.failures import NotFound
from resolvers.context import Operation
from resolvers.outbox.append import append_event


class RemoveAlias(Struct, frozen=True):
    """Let sales no longer use an alias."""

    alias_id: UUID


async def remove_alias(operation: Operation, command: RemoveAlias) -> None:
    """Remove an alias. Sales that were recorded with it stay. Raises NotFound."""
    async with operation.writing() as session:
        if not await session.fetch(LOCK_ALIAS, id=command.alias_id):
            raise NotFound("alias", ("input", "aliasId"))
        await delete_alias_row(session, command.alias_id)
        await append_event(operation, session, EventKind.ALIAS_REMOVED, command.alias_id)
