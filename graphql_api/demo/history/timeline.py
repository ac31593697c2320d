"""The history of the demo data in the order in which it was recorded, in pieces that are stored together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from msgspec import Struct

from graphql_api.demo.clock import DemoClock
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from graphql_api.demo.enrollments.enrollment_plan import plan_enrollments
from graphql_api.demo.history.coupons import CommissionedCoupons
from graphql_api.demo.history.office import APPOINTMENTS, LAST_WORK, SCHEME_OF_WORK, DeskWork
from graphql_api.demo.history.redemption_plan import PlannedRedemption, plan_redemptions
from graphql_api.demo.history.sale_plan import REPORT_SECOND, PlannedSale, plan_sales
from graphql_api.demo.history.size import HistorySize
from graphql_api.demo.schemes.scheme_plan import SchemePlan

# A piece is stored in one transaction, for which others may have to wait.
_LARGEST_PIECE: Final = 100
# Apps that were without a connection send what they scanned at 7 in the morning.
_CONNECTED: Final = timedelta(hours=7)


class TimedSale(Struct, frozen=True):
    """A sale with the moment at which it was sold."""

    plan: PlannedSale
    sold_at: datetime


class TimedRedemption(Struct, frozen=True):
    """A redemption of a coupon, with the moments at which it was scanned and sent."""

    plan: PlannedRedemption
    scanned_at: datetime
    sent_at: datetime
    serial: int


class Piece(Struct, frozen=True):
    """What is stored together: redemptions, sales that a system reported at once, or what people do at their desks."""

    at: datetime
    sales: Sequence[TimedSale] = ()
    redemptions: Sequence[TimedRedemption] = ()
    work: DeskWork | None = None

    @property
    def count(self) -> int:
        """How many sales and redemptions there are; what people do at their desks counts as one."""
        return len(self.sales) + len(self.redemptions) + (self.work is not None)


def plan_history(
    schemes: Sequence[SchemePlan], coupons: CommissionedCoupons, size: HistorySize, clock: DemoClock
) -> Sequence[Piece]:
    """Return everything in order of time. The same coupons, size, and moment of loading give the same pieces."""
    ecps = plan_ecps()
    midnights = {day: clock.start_of_day(day) for day in range(-1, 2 + max(ecp.registered for ecp in ecps))}
    enrollments = plan_enrollments(ecps, schemes)
    planned = plan_redemptions(schemes, enrollments, coupons.stocks(clock), size.redemptions)
    pieces = [
        *_reports(plan_sales(ecps, size.sales), midnights),
        *_scans(planned, coupons, midnights),
        *_appointments(schemes, midnights),
    ]
    last = (Piece(clock.now, work=work) for work in LAST_WORK)
    return [*sorted(pieces, key=lambda piece: piece.at), *last]


def _appointments(schemes: Sequence[SchemePlan], midnights: Mapping[int, datetime]) -> Iterator[Piece]:
    """Yield what people do at their desks, without settlements of schemes that are left out."""
    titles = {plan.title for plan in schemes}
    for work, appointment in APPOINTMENTS.items():
        if work not in SCHEME_OF_WORK or SCHEME_OF_WORK[work] in titles:
            yield Piece(midnights[appointment.days] + appointment.after_midnight, work=work)


def _reports(sales: Sequence[PlannedSale], midnights: Mapping[int, datetime]) -> Iterator[Piece]:
    for day, group in groupby(sales, key=lambda sale: sale.reported):
        at = midnights[day] + timedelta(seconds=REPORT_SECOND)
        timed = [TimedSale(sale, midnights[sale.day] + timedelta(seconds=sale.second)) for sale in group]
        for number, first in enumerate(range(0, len(timed), _LARGEST_PIECE)):
            yield Piece(at + timedelta(seconds=number), sales=timed[first : first + _LARGEST_PIECE])


def _scans(
    planned: Sequence[PlannedRedemption], coupons: CommissionedCoupons, midnights: Mapping[int, datetime]
) -> Iterator[Piece]:
    """Yield the redemptions of each day that have a coupon, at the end of the day."""
    scanned = [(midnights[found.day] + timedelta(seconds=found.second), found) for found in planned]
    ordered = sorted(scanned, key=lambda pair: pair[0])
    serials = coupons.serials(ordered)
    timed = [
        TimedRedemption(plan, at, sent_at=max(at, midnights[plan.reported] + _CONNECTED), serial=serial)
        for (at, plan), serial in zip(ordered, serials, strict=True)
        if serial is not None
    ]
    timed.sort(key=lambda found: (found.sent_at, found.serial))
    for _, group in groupby(timed, key=lambda found: found.plan.reported):
        sent = list(group)
        for first in range(0, len(sent), _LARGEST_PIECE):
            some = sent[first : first + _LARGEST_PIECE]
            yield Piece(some[-1].sent_at, redemptions=some)
