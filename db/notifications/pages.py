"""Statements that list and count the notifications of an account."""

from functools import cache
from typing import Final

from db.counting import counting
from db.keyset import Sort, keyset
from db.notifications.reads import notifications
from db.notifications.rows import NotificationRow
from db.notifications.tables import NotificationTable
from db.statement import Query, Statement, uuid

NEWEST_NOTIFICATIONS: Final = Sort(NotificationTable.created_at, descending=True)


@cache
def notification_page(*, unread_only: bool, backward: bool, resumed: bool) -> Statement[NotificationRow]:
    """A page of the notifications of `account_id`, newest first."""
    query = keyset(_own(unread_only=unread_only), NEWEST_NOTIFICATIONS, backward=backward, resumed=resumed)
    return Statement(query, NotificationRow)


@cache
def notification_count(*, unread_only: bool) -> Statement[int]:
    """How many notifications `account_id` has."""
    return counting(_own(unread_only=unread_only))


def _own(*, unread_only: bool) -> Query:
    query = notifications().where(NotificationTable.account_id == uuid("account_id"))
    return query.where(NotificationTable.read_at.is_(None)) if unread_only else query
