"""Notify ECPs of points that will expire, and of points that expired unannounced (R22)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.notifications.changes import add_notifications
from db.notifications.rows import NewNotification
from db.outbox.changes import NewEvent, append_events
from db.points.expiry_reads import NOTIFIED_ECPS, ExpiringSchemeRow, ExpiryRow, NotifiedEcpRow
from db.sessions import Writing
from domain.calendar import Calendar
from domain.events import EventKind
from domain.notifications.events import about_account
from domain.points.events import about_posting
from domain.points.expiry import expires_on
from domain.points.stored_facts import PointsExpired, PointsExpiring, StoredPointsFact
from domain.program.facts import PROGRAM_ID
from resolvers.context import Operation

# ECPs that one event names.
_SUBJECTS: Final = 250


async def notify_of_expiry(
    operation: Operation, session: Writing, scheme: ExpiringSchemeRow, rows: Sequence[ExpiryRow]
) -> None:
    """Notify the ECPs that have an account, and append the events of what will expire."""
    due = {row.ecp: row for row in rows if row.expiring or row.unannounced}
    if not due:
        return
    calendar = await operation.calendar()
    notified = await session.fetch(NOTIFIED_ECPS, ecps=list(due))
    new = [
        _notification(operation, scheme.id, ecp.account_id, fact)
        for ecp in notified
        for fact in _facts(scheme, ecp, due[ecp.number], calendar)
    ]
    await add_notifications(session, new)
    added = [NewEvent(EventKind.NOTIFICATION_ADDED, row.id, about_account(row.account_id)) for row in new]
    ids = [ecp.id for ecp in notified if due[ecp.number].expiring]
    chunks = [ids[begin : begin + _SUBJECTS] for begin in range(0, len(ids), _SUBJECTS)]
    expiring = [NewEvent(EventKind.POINTS_EXPIRING, PROGRAM_ID, about_posting(chunk, [scheme.id])) for chunk in chunks]
    await append_events(session, [*expiring, *added], operation.now)


def _facts(
    scheme: ExpiringSchemeRow, ecp: NotifiedEcpRow, row: ExpiryRow, calendar: Calendar
) -> Sequence[StoredPointsFact]:
    facts: list[StoredPointsFact] = []
    if row.unannounced:
        facts.append(PointsExpired(ecp_id=ecp.id, code=ecp.code, title=scheme.title, points=row.unannounced))
    if row.first_at is not None and row.last_at is not None:
        first, last = (expires_on(calendar.day_of(at), scheme.days) for at in (row.first_at, row.last_at))
        fact = PointsExpiring(
            ecp_id=ecp.id, code=ecp.code, title=scheme.title, points=row.expiring, first_on=first, last_on=last
        )
        facts.append(fact)
    return facts


def _notification(operation: Operation, scheme_id: UUID, account_id: UUID, fact: StoredPointsFact) -> NewNotification:
    kind = EventKind.POINTS_EXPIRING if isinstance(fact, PointsExpiring) else EventKind.POINTS_POSTED
    return NewNotification(
        id=operation.new_id(),
        account_id=account_id,
        kind=kind,
        fact=fact,
        actor_id=None,
        scheme_id=scheme_id,
        activity_id=None,
        created_at=operation.now,
    )
