"""Notify ECPs of points that will expire, and of points that expired unannounced (R22)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.points.expiry_reads import NOTIFIED_ECPS, ExpiringSchemeRow, ExpiryRow, NotifiedEcpRow
from db.sessions import Writing
from domain.calendar import Calendar
from domain.events import EventKind
from domain.points.events import about_posting
from domain.points.expiry import expires_on
from domain.points.stored_facts import PointsExpired, PointsExpiring, StoredPointsFact
from domain.program.facts import PROGRAM_ID
from resolvers.context import Operation
from resolvers.notifications.notify import notify_unnamed

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
    ids = [ecp.id for ecp in notified if due[ecp.number].expiring]
    chunks = [ids[begin : begin + _SUBJECTS] for begin in range(0, len(ids), _SUBJECTS)]
    expiring = [NewEvent(EventKind.POINTS_EXPIRING, PROGRAM_ID, about_posting(chunk, [scheme.id])) for chunk in chunks]
    await append_events(session, expiring, operation.now)
    facts = [found for ecp in notified for found in _facts(scheme, ecp, due[ecp.number], calendar)]
    await notify_unnamed(operation, session, scheme.id, facts)


def _facts(
    scheme: ExpiringSchemeRow, ecp: NotifiedEcpRow, row: ExpiryRow, calendar: Calendar
) -> Iterator[tuple[EventKind, UUID, StoredPointsFact]]:
    """What an ECP is notified of, with the kind of its event and the account."""
    about: dict[str, Any] = {"ecp_id": ecp.id, "code": ecp.code, "title": scheme.title}
    if row.unannounced:
        yield EventKind.POINTS_POSTED, ecp.account_id, PointsExpired(**about, points=row.unannounced)
    if row.first_at is not None and row.last_at is not None:
        first, last = (expires_on(calendar.day_of(at), scheme.days) for at in (row.first_at, row.last_at))
        fact = PointsExpiring(**about, points=row.expiring, first_on=first, last_on=last)
        yield EventKind.POINTS_EXPIRING, ecp.account_id, fact
