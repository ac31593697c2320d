"""Limit wrong codes: those of ECPs that redeem, and those of everybody but staff who look up coupons."""

from datetime import datetime
from uuid import UUID

from db.ecps.reads import select_ecps_by_id
from db.outbox.changes import NewEvent
from db.redemptions.changes import LOCK_WRONG_CODES, set_lock, set_wrong_codes
from db.redemptions.reads import STANDING
from db.sessions import Writing
from domain.calendar import Calendar
from domain.ecps.events import about_ecp
from domain.ecps.stored_facts import EcpLocked
from domain.events import EventKind
from domain.failures import Failure
from domain.redemptions.failures import RedemptionLocked, TooManyWrongCodes
from domain.redemptions.wrong_codes import WrongCodes, retry_at
from domain.requests import RateLimited
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.notify import notify_ecp_and_managers


def find_limit(
    locked_at: datetime | None, bucket: tuple[float | None, datetime | None], now: datetime, calendar: Calendar
) -> Failure | None:
    """The failure of an account that may not try a code now, or None; without a bucket it never tried a wrong one."""
    if locked_at is not None:
        return RedemptionLocked(locked_at, calendar)
    tokens, refilled_at = bucket
    again = None if tokens is None or refilled_at is None else retry_at(tokens, refilled_at, now)
    return None if again is None else TooManyWrongCodes(again, now)


async def note_wrong_code(operation: Operation, session: Writing, owner_id: UUID, calendar: Calendar) -> Failure | None:
    """Count a wrong code of an ECP, or of an account that is none; return the failure if it may not try a code now.

    The wrong code that reaches the limit locks the ECP.
    """
    (row,) = await session.fetch(LOCK_WRONG_CODES, owner_id=owner_id, at=operation.now)
    (standing,) = await session.fetch(STANDING, owner_id=owner_id)
    if limit := find_limit(standing.locked_at, (row.tokens, row.refilled_at), operation.now, calendar):
        return limit
    found = WrongCodes(tokens=row.tokens, refilled_at=row.refilled_at, count=row.count, since=row.since)
    noted = found.note(operation.now)
    await set_wrong_codes(session, owner_id, noted)
    if noted.reaches_lock:
        await _lock(operation, session, owner_id, noted.count)
    return None


async def check_attempt(operation: Operation, ecp_id: UUID, calendar: Calendar) -> None:
    """Check that an ECP may try a code now. Raises TooManyWrongCodes and RedemptionLocked."""
    (standing,) = await operation.fetch(STANDING, owner_id=ecp_id)
    bucket = (standing.tokens, standing.refilled_at)
    if limit := find_limit(standing.locked_at, bucket, operation.now, calendar):
        raise limit


async def check_limit(operation: Operation) -> None:
    """Check that the viewer may look up a coupon. Raises RateLimited."""
    calendar = await operation.calendar()
    (standing,) = await operation.fetch(STANDING, owner_id=_owner(operation))
    bucket = (standing.tokens, standing.refilled_at)
    _reject(find_limit(standing.locked_at, bucket, operation.now, calendar))


async def count_wrong_lookup(operation: Operation) -> None:
    """Count that the viewer looked up a coupon that is not there, or not theirs. Raises RateLimited."""
    calendar = await operation.calendar()
    async with operation.writing_aside() as session:
        limit = await note_wrong_code(operation, session, _owner(operation), calendar)
    _reject(limit)


def _owner(operation: Operation) -> UUID:
    return operation.viewer.ecp_id or operation.viewer.account_id


def _reject(limit: Failure | None) -> None:
    if limit is not None:
        raise RateLimited(limit.message, limit.retry_at if isinstance(limit, TooManyWrongCodes) else None)


async def _lock(operation: Operation, session: Writing, ecp_id: UUID, wrong: int) -> None:
    """Lock the ECP and notify it and the managers; an account that is no ECP only has to wait."""
    for ecp in await session.fetch(select_ecps_by_id(EcpScope.ALL), ids=[ecp_id]):
        await set_lock(session, ecp_id, operation.now)
        event = NewEvent(EventKind.ECP_LOCKED, ecp_id, about_ecp(ecp_id))
        fact = EcpLocked(ecp_id=ecp_id, code=ecp.code, wrong=wrong)
        await notify_ecp_and_managers(operation, session, event, ecp, fact)
