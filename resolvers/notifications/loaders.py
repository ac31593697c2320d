"""Loaders and the live stream of the viewer's own notifications."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.notifications import pages
from db.notifications import reads as statements
from db.notifications.rows import NotificationRow
from db.outbox.rows import EventRow
from db.schemes.rows import StoredFactRow
from domain.events import EventKind, SubjectKind
from domain.notifications.sentences import notification_sentence
from domain.notifications.stored_facts import NOTIFICATION_DECODER
from domain.stored_facts import Reader
from resolvers.context import Operation
from resolvers.loading import align_one
from resolvers.outbox.feeds import Feed, Stream, open_feed
from resolvers.paging import Page, PageArguments, read_page


async def notifications_by_id(operation: Operation, ids: list[UUID]) -> list[NotificationRow | None]:
    """Load notifications of the viewer; None for all others."""
    rows = await operation.fetch(statements.NOTIFICATIONS_BY_ID, ids=ids, account_id=operation.viewer.account_id)
    return align_one(ids, rows, lambda row: row.id)


async def notifications_by_account(
    operation: Operation, ids: list[UUID], arguments: tuple[bool, PageArguments]
) -> list[Page[NotificationRow]]:
    """Load a page of the notifications of each account, newest first. The first argument keeps unread ones only.

    The schema only asks for the account of the viewer.
    """
    unread_only, page = arguments
    return [
        await read_page(
            operation,
            page,
            pages.NEWEST_NOTIFICATIONS,
            lambda **directions: pages.notification_page(unread_only=unread_only, **directions),
            {"account_id": account_id},
            count=pages.notification_count(unread_only=unread_only),
        )
        for account_id in ids
    ]


async def unread_counts_by_account(operation: Operation, ids: list[UUID]) -> list[int]:
    """Load the number of unread notifications of each account."""
    counts = dict(await operation.fetch(statements.UNREAD_COUNTS, ids=ids))
    return [counts.get(account_id, 0) for account_id in ids]


async def notification_messages(operation: Operation, stored: list[StoredFactRow]) -> list[str]:
    """Write the sentences of stored facts for the viewer, without a statement."""
    viewer = operation.viewer
    facts = [NOTIFICATION_DECODER.decode(row.fact_json) for row in stored]
    calendar = await operation.calendar_for(facts)
    reader = Reader(calendar=calendar, account_id=viewer.account_id, ecp_id=viewer.ecp_id)
    return [
        notification_sentence(fact, reader, row.names, row.changes) for fact, row in zip(facts, stored, strict=True)
    ]


async def follow_notifications(operation: Operation, after: str | None) -> Feed:
    """Follow the viewer's new notifications. Raises BadArgument and CursorExpired."""
    return await open_feed(operation, NOTIFICATION_ADDED, operation.viewer.account_id, after)


async def _visible(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    return [operation.viewer.account_id in event.subjects_of(SubjectKind.ACCOUNT) for event in events]


NOTIFICATION_ADDED: Final = Stream(
    "notificationAdded", frozenset({EventKind.NOTIFICATION_ADDED}), SubjectKind.ACCOUNT, visible_to=_visible
)
