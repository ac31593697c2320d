"""Decides whether a sale or a redeemed coupon can earn points at all, before any rule is evaluated (R21).

To earn, an ECP must be active, enrolled, and work in a geography of the scheme; the line must fall within the dates of
the scheme and be for one of its channels and variants. Every reason why a line cannot earn is a sentence.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar, format_day
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.failures import Problem, UserErrorCode
from domain.rules.bounds import QUANTITY_RANGE
from domain.schemes.content import SchemeContent

_STATUSES: Final = {
    EcpStatus.PENDING: "is not verified yet",
    EcpStatus.SUSPENDED: "is suspended",
    EcpStatus.CLOSED: "is closed",
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
    """The ECP who would earn; sentences use the `code`. The path leads from its geography to the country."""

    code: str
    status: EcpStatus
    geography_path: tuple[UUID, ...]
    place: str
    enrolled_at: datetime | None


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


def earning_problems(line: SaleLine, earner: Earner, content: SchemeContent, calendar: Calendar) -> Iterator[Problem]:
    """Yield the reasons why the line earns nothing in a scheme with this content; none when it can earn."""
    basics = content.basics
    if reason := _STATUSES.get(earner.status):
        yield Problem(UserErrorCode.ILLEGAL_STATE, f"{earner.code} {reason} and earns nothing.", ("ecpId",))
    if not set(content.geography_ids).intersection(earner.geography_path):
        message = f"{earner.code} works in {earner.place}, which is not in the scheme."
        yield Problem(UserErrorCode.OUT_OF_SCOPE, message, ("ecpId",))
    if line.channel not in basics.channels:
        message = f"The scheme does not pay points for {_CHANNELS[line.channel]}."
        yield Problem(UserErrorCode.OUT_OF_SCOPE, message, ("channel",))
    if line.variant_id not in content.variant_ids:
        yield Problem(UserErrorCode.OUT_OF_SCOPE, f"{line.sku} is not in the scheme.", ("variantId",))
    yield from _time_problems(line, earner, content, calendar)


def _time_problems(line: SaleLine, earner: Earner, content: SchemeContent, calendar: Calendar) -> Iterator[Problem]:
    starts, ends = content.basics.starts_on, content.basics.ends_on
    sold_on = calendar.day_of(line.at)
    if starts is not None and sold_on < starts:
        message = f"The scheme starts on {format_day(starts)}; nobody can earn in it on {format_day(sold_on)}."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",))
    if ends is not None and sold_on > ends:
        message = f"The scheme ended on {format_day(ends)}; nobody can earn in it on {format_day(sold_on)}."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",))
    if earner.enrolled_at is None:
        yield Problem(UserErrorCode.ILLEGAL_STATE, f"{earner.code} is not enrolled in the scheme.", ("ecpId",))
    elif line.at < earner.enrolled_at:
        enrolled_on = calendar.day_of(earner.enrolled_at)
        same = " later that day" if enrolled_on == sold_on else f" on {format_day(enrolled_on)}"
        message = f"{earner.code} enrolled{same}; sales before that earn nothing."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",))
