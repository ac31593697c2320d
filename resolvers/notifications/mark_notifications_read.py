"""The mutation markNotificationsRead."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.notifications.changes import mark_read
from db.notifications.reads import NOTIFICATIONS_BY_ID
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.notifications.events import about_account
from resolvers.context import Operation
from resolvers.validation import reject_invalid

NOTIFICATIONS_LIMIT: Final = 200


class MarkNotificationsRead(Struct, frozen=True):
    """Mark these notifications of the viewer as read, or all of them."""

    ids: Sequence[UUID] | None
    all: bool


async def mark_notifications_read(operation: Operation, command: MarkNotificationsRead) -> list[UUID]:
    """Mark notifications as read; those that are already read keep their time. Raises InvalidInput.

    Returns the given ids without duplicates, or with `all` the newest ids among those that were unread.
    """
    if command.all is (command.ids is not None):
        message = "Name the notifications in “ids”, or set “all”: one of the two."
        reject_invalid([Problem(UserErrorCode.INVALID, message, ())])
    if command.ids is not None and len(command.ids) > NOTIFICATIONS_LIMIT:
        message = f"Name at most {NOTIFICATIONS_LIMIT} notifications at once, not {len(command.ids):,}."
        reject_invalid([Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("ids",))])
    account_id = operation.viewer.account_id
    async with operation.writing() as session:
        if command.ids is not None:
            await _check(session, account_id, command.ids)
        marked = await mark_read(session, account_id, command.ids, operation.now)
        if marked:
            event = NewEvent(EventKind.NOTIFICATIONS_READ, account_id, about_account(account_id))
            await append_events(session, [event], operation.now)
    return marked[:NOTIFICATIONS_LIMIT] if command.ids is None else list(dict.fromkeys(command.ids))


async def _check(session: Writing, account_id: UUID, ids: Sequence[UUID]) -> None:
    """Check that all notifications belong to the account, on the primary: a replica may not have them yet."""
    known = {row.id for row in await session.fetch(NOTIFICATIONS_BY_ID, ids=list(ids), account_id=account_id)}
    reject_invalid(
        Problem(UserErrorCode.NOT_FOUND, "This notification does not exist.", ("ids", str(index)))
        for index, key in enumerate(ids)
        if key not in known
    )
