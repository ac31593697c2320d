"""Loaders of the points of ECPs that will expire, by day (R22)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from db.points.expiry_reads import EXPIRING_DAYS, EXPIRY_DAYS_OF_SCHEMES
from domain.points.expiry import EXPIRING_WITHIN, ExpiringPoints, expires_on, first_kept_day
from domain.requests import BadArgument
from resolvers.context import Operation

AccountKey = tuple[UUID, UUID]


async def expiring_points(
    operation: Operation, keys: list[AccountKey], within_days: int
) -> list[Sequence[ExpiringPoints]]:
    """Load what expires of each ECP in each scheme within so many days, by day. Raises BadArgument.

    The keys are of balances that the viewer sees. The days are those of the revision that is in force now.
    """
    low, high = EXPIRING_WITHIN
    if not low <= within_days <= high:
        raise BadArgument(f"Ask for the points that expire within {low} to {high} days.", "withinDays")
    calendar = await operation.calendar()
    today = calendar.day_of(operation.now)
    rows = await operation.fetch(EXPIRY_DAYS_OF_SCHEMES, ids=[scheme for _, scheme in keys], at=operation.now)
    days = {row.id: row.days for row in rows}
    asked = [(ecp, scheme) for ecp, scheme in keys if scheme in days]
    until = {key: first_kept_day(today + timedelta(days=within_days), days[key]) for key in days}
    found: dict[AccountKey, list[ExpiringPoints]] = {}
    lots = await operation.fetch(
        EXPIRING_DAYS,
        ecp_ids=[ecp for ecp, _ in asked],
        scheme_ids=[scheme for _, scheme in asked],
        untils=[calendar.start_of_day(until[scheme]) for _, scheme in asked],
    )
    for lot in lots:
        key = asked[lot.asked - 1]
        # What is overdue expires with the next run, today.
        on = max(expires_on(lot.recorded_on, days[key[1]]), today)
        found.setdefault(key, []).append(ExpiringPoints(on, lot.points))
    return [_merged(found.get(key, ())) for key in keys]


def _merged(points: Sequence[ExpiringPoints]) -> Sequence[ExpiringPoints]:
    """Add up what expires on the same day."""
    by_day: dict[object, int] = {}
    for one in points:
        by_day[one.on] = by_day.get(one.on, 0) + one.points
    return [ExpiringPoints(on, amount) for on, amount in by_day.items()]  # type: ignore[arg-type]
