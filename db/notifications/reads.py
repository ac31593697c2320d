"""Statements that read notifications one by one, and that count the unread ones."""

from typing import Final

from sqlalchemy import any_, select

from db.columns import columns
from db.counting import counting_by
from db.notifications.rows import NotificationRow
from db.notifications.tables import NotificationTable
from db.statement import Statement, uuid, uuids

NOTIFICATION_COLUMNS: Final = columns(NotificationTable, NotificationRow)
NOTIFICATIONS_BY_ID = Statement(
    select(*NOTIFICATION_COLUMNS).where(
        NotificationTable.id == any_(uuids("ids")), NotificationTable.account_id == uuid("account_id")
    ),
    NotificationRow,
)
UNREAD_COUNTS = counting_by(NotificationTable.account_id, NotificationTable.read_at.is_(None))
