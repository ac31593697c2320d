"""Statements that read what the history of the demo data continues: ECPs, and coupons that were commissioned."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Text, any_, cast, func, select

from db.accounts.tables import AccountTable
from db.columns import scalar
from db.consignments.custody_tables import MovementPartTable, MovementTable
from db.consignments.tables import ConsignmentTable
from db.ecps.tables import EcpTable
from db.notifications.tables import NotificationTable
from db.points.tables import PointsAccountTable
from db.schemes.tables import SchemeTable
from db.settlements.tables import SettlementLineTable, SettlementTable
from db.statement import Statement, moment, number, string, uuid, uuids
from domain.consignments.facts import Condition, MovementKind
from domain.ecps.facts import EcpStatus
from domain.settlements.facts import LineStatus
from domain.spans import Spans


class KnownAccountRow(NamedTuple):
    """An account, and the code of its ECP if it has one."""

    id: UUID
    email: str
    code: str | None


class EarnerRow(NamedTuple):
    """An ECP with points in a scheme."""

    ecp_id: UUID
    scheme_id: UUID


class MovedCouponsRow(NamedTuple):
    """Serials of a scheme that were commissioned or became void at a moment."""

    title: str
    scheme_id: UUID
    at: datetime
    text: str

    @property
    def spans(self) -> Spans:
        """The serials."""
        return Spans.parse(self.text)


class SettledSchemeRow(NamedTuple):
    """A scheme, and the newest of its settlements, if it has one."""

    scheme_id: UUID
    number: int | None
    settlement_id: UUID | None


class LeftUnreadRow(NamedTuple):
    """A notification that its account had before it last read its notifications, at the moment `read_at`."""

    id: UUID
    account_id: UUID
    read_at: datetime


KNOWN_ACCOUNTS = Statement(
    select(AccountTable.id, AccountTable.email, EcpTable.code)
    .select_from(AccountTable)
    .outerjoin(EcpTable, EcpTable.account_id == AccountTable.id)
    .where(AccountTable.email.is_not(None), AccountTable.disabled_at.is_(None)),
    KnownAccountRow,
)
# The active ECPs with the largest balances, largest first.
LARGEST_BALANCES = Statement(
    select(EcpTable.id.label("ecp_id"), SchemeTable.id.label("scheme_id"))
    .select_from(PointsAccountTable)
    .join(EcpTable, EcpTable.number == PointsAccountTable.ecp)
    .join(SchemeTable, SchemeTable.number == PointsAccountTable.scheme)
    .where(PointsAccountTable.available > 0, EcpTable.status == EcpStatus.ACTIVE)
    .order_by(PointsAccountTable.available.desc(), PointsAccountTable.ecp, PointsAccountTable.scheme)
    .limit(6),
    EarnerRow,
)
# The revision that is still a draft.
DRAFT_REVISION = Statement(
    select(SchemeTable.id)
    .where(SchemeTable.revises.is_not(None), SchemeTable.submitted_at.is_(None))
    .order_by(SchemeTable.number)
    .limit(1),
    scalar(UUID),
)
_MOVED: Final = (
    select(
        SchemeTable.title,
        SchemeTable.id.label("scheme_id"),
        MovementTable.occurred_at.label("at"),
        cast(MovementPartTable.spans, Text).label("text"),
    )
    .select_from(MovementPartTable)
    .join(MovementTable, MovementTable.id == MovementPartTable.movement_id)
    .join(ConsignmentTable, ConsignmentTable.id == MovementTable.consignment_id)
    .join(SchemeTable, SchemeTable.id == ConsignmentTable.scheme_id)
    .where(MovementTable.recorded_at <= moment("now"))
    .order_by(MovementPartTable.id)
)
# What was commissioned, and what became void, up to the moment `now`.
COMMISSIONED_COUPONS = Statement(_MOVED.where(MovementTable.kind == MovementKind.COMMISSIONED), MovedCouponsRow)
VOIDED_COUPONS = Statement(_MOVED.where(MovementTable.to_condition == Condition.VOID), MovedCouponsRow)
# The scheme with a title, and its newest settlement.
SETTLED_SCHEME = Statement(
    select(SchemeTable.id.label("scheme_id"), SettlementTable.number, SettlementTable.id.label("settlement_id"))
    .select_from(SchemeTable)
    .outerjoin(SettlementTable, SettlementTable.scheme_id == SchemeTable.id)
    .where(SchemeTable.title == string("title"), SchemeTable.revises.is_(None))
    .order_by(SettlementTable.number.desc())
    .limit(1),
    SettledSchemeRow,
)
# Lines that nobody has reported yet, in the order of their ECPs.
PENDING_LINES = Statement(
    select(SettlementLineTable.id)
    .where(SettlementLineTable.settlement_id == uuid("settlement_id"), SettlementLineTable.status == LineStatus.PENDING)
    .order_by(SettlementLineTable.ecp)
    .limit(number("limit")),
    scalar(UUID),
)
_LAST_READ: Final = (
    select(NotificationTable.account_id, func.max(NotificationTable.read_at).label("read_at"))
    .where(NotificationTable.account_id == any_(uuids("account_ids")))
    .group_by(NotificationTable.account_id)
    .subquery()
)
LEFT_UNREAD = Statement(
    select(NotificationTable.id, NotificationTable.account_id, _LAST_READ.c.read_at)
    .join(_LAST_READ, _LAST_READ.c.account_id == NotificationTable.account_id)
    .where(NotificationTable.read_at.is_(None), NotificationTable.created_at < _LAST_READ.c.read_at)
    .order_by(NotificationTable.account_id, NotificationTable.id),
    LeftUnreadRow,
)
