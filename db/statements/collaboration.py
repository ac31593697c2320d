"""Statements that read who takes part in a scheme, what happened to it, and what somebody was told."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import any_, func, select, true

from db.event_rows import ActivityRow, NotificationRow
from db.keyset import Sort, keyset
from db.models import AccountRoleTable, AccountTable, NotificationTable, SchemeActivityTable, SchemeParticipantTable
from db.statement import Query, Statement, counting, string, uuid, uuids


def _activities() -> Query:
    return select(
        SchemeActivityTable.id,
        SchemeActivityTable.scheme_id,
        SchemeActivityTable.kind,
        SchemeActivityTable.actor_id,
        SchemeActivityTable.at,
        SchemeActivityTable.message,
        SchemeActivityTable.section,
        SchemeActivityTable.version,
        SchemeActivityTable.changes,
    )


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


def _pair(first: UUID, second: UUID) -> tuple[UUID, UUID]:
    return first, second


def _id(value: UUID) -> UUID:
    return value


def _count(key: UUID, count: int) -> tuple[UUID, int]:
    return key, count


ACTIVITIES_BY_ID = Statement(_activities().where(SchemeActivityTable.id == any_(uuids("ids"))), ActivityRow)
PARTICIPANTS_BY_SCHEME = Statement(
    select(SchemeParticipantTable.scheme_id, SchemeParticipantTable.account_id)
    .where(SchemeParticipantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeParticipantTable.scheme_id, SchemeParticipantTable.added_at, SchemeParticipantTable.account_id),
    _pair,
)
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
# Whose work something is: the accounts that hold a role and can sign in.
HOLDERS_OF_ROLE = Statement(
    select(AccountTable.id)
    .join(AccountRoleTable, AccountRoleTable.account_id == AccountTable.id)
    .where(AccountRoleTable.role == string("role"), AccountTable.disabled_at.is_(None))
    .order_by(AccountTable.id),
    _id,
)
_NEWEST_ACTIVITY: Final = Sort(
    SchemeActivityTable.at, SchemeActivityTable.id, SchemeActivityTable.at.type, descending=True
)
_NEWEST_NOTIFICATION: Final = Sort(
    NotificationTable.created_at, NotificationTable.id, NotificationTable.created_at.type, descending=True
)


@cache
def activity_pages(*, resumed: bool) -> Statement[ActivityRow]:
    """A page of the activity of each of the schemes in the parameter `ids`, newest first."""
    wanted = func.unnest(uuids("ids")).table_valued("id", name="wanted").render_derived()
    own = _activities().where(SchemeActivityTable.scheme_id == wanted.c.id)
    page = keyset(own, _NEWEST_ACTIVITY, backward=False, resumed=resumed).lateral("page")
    query = select(*page.c).select_from(wanted.join(page, true())).order_by(page.c.at.desc(), page.c.id.desc())
    return Statement(query, ActivityRow)


ACTIVITY_COUNTS = Statement(
    select(SchemeActivityTable.scheme_id, func.count())
    .where(SchemeActivityTable.scheme_id == any_(uuids("ids")))
    .group_by(SchemeActivityTable.scheme_id),
    _count,
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
