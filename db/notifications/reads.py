"""Statements that read notifications."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import any_, func, select

from db.keyset import Sort, keyset
from db.notifications.rows import NotificationRow
from db.notifications.tables import NotificationTable
from db.statement import Query, Statement, counting, uuid, uuids


def _notifications() -> Query:
    return select(
        NotificationTable.id,
        NotificationTable.account_id,
        NotificationTable.kind,
        NotificationTable.message,
        NotificationTable.actor_id,
        NotificationTable.scheme_id,
        NotificationTable.activity_id,
        NotificationTable.created_at,
        NotificationTable.read_at,
    )


def _own(*, unread_only: bool) -> Query:
    query = _notifications().where(NotificationTable.account_id == uuid("account_id"))
    return query.where(NotificationTable.read_at.is_(None)) if unread_only else query


def _id(value: UUID) -> UUID:
    return value


def _count(key: UUID, count: int) -> tuple[UUID, int]:
    return key, count


NOTIFICATIONS_BY_ID = Statement(
    _notifications().where(
        NotificationTable.id == any_(uuids("ids")), NotificationTable.account_id == uuid("account_id")
    ),
    NotificationRow,
)
UNREAD_COUNTS = Statement(
    select(NotificationTable.account_id, func.count())
    .where(NotificationTable.account_id == any_(uuids("ids")), NotificationTable.read_at.is_(None))
    .group_by(NotificationTable.account_id),
    _count,
)
_NEWEST_NOTIFICATION: Final = Sort(
    NotificationTable.created_at, NotificationTable.id, NotificationTable.created_at.type, descending=True
)


@cache
def notification_page(*, unread_only: bool, backward: bool, resumed: bool) -> Statement[NotificationRow]:
    """A page of the notifications of `account_id`, newest first."""
    query = keyset(_own(unread_only=unread_only), _NEWEST_NOTIFICATION, backward=backward, resumed=resumed)
    return Statement(query, NotificationRow)


@cache
def notification_count(*, unread_only: bool) -> Statement[int]:
    """How many notifications `account_id` has."""
    return counting(_own(unread_only=unread_only))
