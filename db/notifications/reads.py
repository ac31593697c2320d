"""Statements that read notifications one by one, and that count the unread ones."""

from typing import Final

from sqlalchemy import any_, case, func, select
from sqlalchemy.dialects.postgresql import JSONB

from db.columns import columns
from db.counting import counting_by
from db.notifications.rows import NotificationRow
from db.notifications.tables import NotificationTable
from db.schemes.activity_reads import stored_fact_columns
from db.schemes.tables import SchemeActivityTable
from db.statement import Query, Statement, uuid, uuids

_FACT: Final = func.coalesce(NotificationTable.fact, SchemeActivityTable.fact, type_=JSONB())
# A fact of the notification itself needs no changes.
_CHANGES: Final = case((NotificationTable.fact.is_(None), SchemeActivityTable.changes))
NOTIFICATION_COLUMNS: Final = columns(
    NotificationTable, NotificationRow, stored=stored_fact_columns(_FACT, _CHANGES, NotificationTable.actor_id)
)


def notifications() -> Query:
    """All notifications; one without a fact has that of its activity."""
    activity = SchemeActivityTable.id == NotificationTable.activity_id
    return select(*NOTIFICATION_COLUMNS).outerjoin_from(NotificationTable, SchemeActivityTable, activity)


NOTIFICATIONS_BY_ID = Statement(
    notifications().where(
        NotificationTable.id == any_(uuids("ids")), NotificationTable.account_id == uuid("account_id")
    ),
    NotificationRow,
)
UNREAD_COUNTS = counting_by(NotificationTable.account_id, NotificationTable.read_at.is_(None))
