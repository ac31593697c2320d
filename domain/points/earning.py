"""Decides whether a sale or a redeemed coupon can earn points at all, before any rule is evaluated (R21).

To earn, an ECP must have been active, enrolled, and at work in a geography of the scheme when the sale was made; the
line must fall within the dates of the scheme and be for one of its channels and variants. What is true of the ECP now
does not change what an earlier sale earns. Every reason why a line cannot earn is a sentence.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar, format_day
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentAt, EnrollmentStatus
from domain.failures import Problem, UserErrorCode
from domain.rules.bounds import QUANTITY_RANGE
from domain.schemes.content import SchemeContent
from domain.schemes.coupon_period import last_coupon_day

_STATUSES: Final = {
    EcpStatus.PENDING: "not verified yet",
    EcpStatus.SUSPENDED: "suspended",
    EcpStatus.CLOSED: "closed",
}
# Why an ECP who applied was never enrolled.
_APPLICATIONS: Final = {
    EnrollmentStatus.PENDING: ": no manager has decided on the application yet",
    EnrollmentStatus.REJECTED: ": the application was rejected",
    EnrollmentStatus.WITHDRAWN: ": the application was withdrawn",
}
_CHANNELS: Final = {EarningChannel.SALE: "sales", EarningChannel.COUPON: "redeemed coupons"}


class SaleLine(Struct, frozen=True):
    """A line that was sold or redeemed; `sku` names the variant in sentences."""

    channel: EarningChannel
    variant_id: UUID
    sku: str
    quantity: int
    at: datetime


class Earner(Struct, frozen=True):
    """The ECP who would earn, at the time of the sale; sentences use the `code`.

    `status` is None before the registration. The path leads from its geography to the country; `place` is the name of
    the geography. An enrollment `is_assumed` if the ECP has none and a draft is tried out.
    """

    code: str
    status: EcpStatus | None
    registered_at: datetime
    geography_path: tuple[UUID, ...]
    place: str
    enrollment: EnrollmentAt
    is_assumed: bool = False

    @property
    def assumed_at(self) -> datetime | None:
        """The assumed time of the enrollment; None if the enrollment is not assumed."""
        return (self.enrollment.enrolled_at or self.enrollment.returned_at) if self.is_assumed else None


def line_problems(line: SaleLine) -> Iterator[Problem]:
    """Yield the problems of a line that do not depend on a scheme."""
    low, high = QUANTITY_RANGE
    if line.quantity == 0:
        yield Problem(UserErrorCode.INVALID, "The quantity is zero; a line has at least one unit.", ("quantity",))
    elif line.quantity < 0:
        message = "The quantity is negative; a return takes back the points of its sale and earns nothing itself."
        yield Problem(UserErrorCode.INVALID, message, ("quantity",))
    elif line.quantity > high:
        message = f"The quantity is out of range; enter a whole number from {low:,} to {high:,}."
        yield Problem(UserErrorCode.INVALID, message, ("quantity",))
    elif line.channel is EarningChannel.COUPON and line.quantity > 1:
        message = "A coupon is for one unit, so its quantity is 1."
        yield Problem(UserErrorCode.INVALID, message, ("quantity",))


def earning_problems(
    line: SaleLine, earner: Earner, content: SchemeContent, calendar: Calendar, now: datetime
) -> Iterator[Problem]:
    """Yield the reasons why the line earns nothing in a scheme with this content; none when it can earn.

    What counts is true at the time of the sale. `now` decides the tense of the sentences.
    """
    basics = content.basics
    yield from _status_problems(line, earner, calendar, now)
    if not set(content.geography_ids).intersection(earner.geography_path):
        works = f"{earner.code} works in" if line.at >= now else f"At the time of the sale, {earner.code} worked in"
        message = f"{works} {earner.place}, which is not in the scheme."
        yield Problem(UserErrorCode.OUT_OF_SCOPE, message, ("ecpId",))
    if line.channel not in basics.channels:
        message = f"The scheme does not pay points for {_CHANNELS[line.channel]}."
        yield Problem(UserErrorCode.OUT_OF_SCOPE, message, ("channel",))
    if line.variant_id not in content.variant_ids:
        yield Problem(UserErrorCode.OUT_OF_SCOPE, f"{line.sku} is not in the scheme.", ("variantId",))
    yield from _period_problems(line, content, calendar, now)
    # Nobody is enrolled before the registration, and saying that once is enough.
    if earner.status is not None and not earner.enrollment.is_enrolled(line.at):
        yield _enrollment_problem(line, earner, calendar)


def _status_problems(line: SaleLine, earner: Earner, calendar: Calendar, now: datetime) -> Iterator[Problem]:
    if earner.status is None:
        registered = f"{earner.code} registered {_day_of(earner.registered_at, line.at, calendar)}"
        yield Problem(UserErrorCode.OUT_OF_WINDOW, f"{registered}; sales before that earn nothing.", ("at",))
    elif earner.status is not EcpStatus.ACTIVE:
        words = _STATUSES[earner.status]
        message = f"{earner.code} is {words} and earns nothing."
        if line.at < now:
            message = f"{earner.code} was {words} at the time of the sale; such sales earn nothing."
        yield Problem(UserErrorCode.ILLEGAL_STATE, message, ("ecpId",))


def _period_problems(line: SaleLine, content: SchemeContent, calendar: Calendar, now: datetime) -> Iterator[Problem]:
    starts, ends = content.basics.starts_on, content.basics.ends_on
    sold_on, today = calendar.day_of(line.at), calendar.day_of(now)
    if starts is not None and sold_on < starts:
        begins = "started" if starts <= today else "starts"
        message = f"The scheme {begins} on {format_day(starts)}; nobody can earn in it on {format_day(sold_on)}."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",))
    # Coupons pay for some days after the last one.
    last = ends
    if ends is not None and line.channel is EarningChannel.COUPON:
        last = last_coupon_day(ends, content.basics.grace_days)
    if ends is not None and last is not None and sold_on > last:
        finishes = "ended" if ends < today else "ends"
        message = f"The scheme {finishes} on {format_day(ends)}; nobody can earn in it on {format_day(sold_on)}."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",))


def _enrollment_problem(line: SaleLine, earner: Earner, calendar: Calendar) -> Problem:
    """The reason why the ECP was not enrolled at the time of the sale."""
    code, found = earner.code, earner.enrollment
    if found.enrolled_at is not None and found.withdrawn_at is not None:
        message = f"The enrollment of {code} ended {_day_of(found.withdrawn_at, line.at, calendar)}"
        if found.returned_at is None:
            message += "; sales after that earn nothing."
        else:
            again = _day_of(found.returned_at, line.at, calendar)
            message += f", and {code} enrolled again {again}; sales in between earn nothing."
    elif found.returned_at is not None and earner.is_assumed:
        message = f"Enrollment opens {_day_of(found.returned_at, line.at, calendar)}; sales before that earn nothing."
    elif found.returned_at is not None:
        message = f"{code} enrolled {_day_of(found.returned_at, line.at, calendar)}; sales before that earn nothing."
    else:
        why = "" if found.status is None else _APPLICATIONS.get(found.status, "")
        return Problem(UserErrorCode.ILLEGAL_STATE, f"{code} is not enrolled in the scheme{why}.", ("ecpId",))
    return Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",))


def _day_of(moment: datetime, sale: datetime, calendar: Calendar) -> str:
    """Write “on 1 March 2026”, or how the moment lies to a sale on the same day."""
    day = calendar.day_of(moment)
    if day == calendar.day_of(sale):
        return "later that day" if moment > sale else "earlier that day"
    return f"on {format_day(day)}"
