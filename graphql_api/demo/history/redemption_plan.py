"""Plans of the demo redemptions: who redeemed a coupon of which scheme, and when.

All of it is drawn with a fixed seed, so every load of the same coupons gives the same redemptions. Times are days
before loading and seconds after midnight.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from domain.channels import EarningChannel
from domain.enrollments.facts import EnrollmentStatus
from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan
from graphql_api.demo.schemes.scheme_plan import SchemePlan

# The part of the commissioned coupons of a scheme that is redeemed at most, in percent.
_LARGEST_PERCENT: Final = 80
# Apps without a connection send redemptions on the next day, in percent of all.
_OFFLINE_PERCENT: Final = 5
# From 7 a.m. to 10 p.m.
_HOURS: Final = (7 * 3600, 22 * 3600 - 1)


class CouponStock(Struct, frozen=True):
    """Commissioned coupons of a scheme: so many serials, and the days before loading since when there are some."""

    quantity: int
    first_day: int


class PlannedRedemption(Struct, frozen=True):
    """A coupon of a scheme that an ECP redeems, scanned `day` and sent `reported` days before loading."""

    scheme: str
    ecp: EcpPlan
    day: int
    second: int
    reported: int


class _Member(Struct, frozen=True):
    """An ECP who could redeem coupons of a scheme from the first to the last day, in days before loading."""

    ecp: EcpPlan
    first: int
    last: int


def plan_redemptions(
    schemes: Sequence[SchemePlan], enrollments: Sequence[EnrollmentPlan], stocks: Mapping[str, CouponStock], total: int
) -> tuple[PlannedRedemption, ...]:
    """Return so many redemptions in the order in which they are sent, or as many as the coupons and ECPs allow."""
    chance = random.Random("redemptions")  # noqa: S311 - the same every time, on purpose
    members = {
        plan.title: list(_members(plan, enrollments, stocks[plan.title]))
        for plan in schemes
        if EarningChannel.COUPON in plan.channels and plan.title in stocks
    }
    shares = _shares({title: len(found) for title, found in members.items() if found}, stocks, total)
    drawn = [
        redemption for title, number in shares.items() for redemption in _draw(chance, title, members[title], number)
    ]
    return tuple(sorted(drawn, key=lambda found: (-found.reported, found.second)))


def _members(plan: SchemePlan, enrollments: Sequence[EnrollmentPlan], stock: CouponStock) -> Iterator[_Member]:
    starts, ends = min(-plan.days.starts, stock.first_day) - 1, max(-plan.days.ends + 1, 1)
    for enrollment in enrollments:
        if enrollment.scheme != plan.title or enrollment.status is not EnrollmentStatus.ENROLLED:
            continue
        enrolled = enrollment.requested if enrollment.by_manager else (enrollment.decided or 0)
        first = min(starts, enrolled - 1)
        # A coupon that was scanned on the last day may be sent on the next one.
        if first > ends:
            yield _Member(enrollment.ecp, first, ends + 1)


def _shares(members: Mapping[str, int], stocks: Mapping[str, CouponStock], total: int) -> dict[str, int]:
    """Divide the redemptions among schemes in proportion to their members, as far as their coupons suffice."""
    shares: dict[str, int] = {}
    left, weight = total, sum(members.values())
    # The scheme with the fewest coupons for each member first: what it cannot take is left to the others.
    for title in sorted(members, key=lambda title: stocks[title].quantity / members[title]):
        largest = stocks[title].quantity * _LARGEST_PERCENT // 100
        shares[title] = min(left * members[title] // weight, largest)
        left, weight = left - shares[title], weight - members[title]
    return shares


def _draw(chance: random.Random, title: str, members: Sequence[_Member], number: int) -> Iterator[PlannedRedemption]:
    weights = [member.first - member.last + 1 for member in members]
    for member in chance.choices(members, weights, k=number):
        day = chance.randint(member.last, member.first)
        offline = chance.randrange(100) < _OFFLINE_PERCENT and day > 1
        second, reported = chance.randint(*_HOURS), day - 1 if offline else day
        yield PlannedRedemption(title, member.ecp, day=day, second=second, reported=reported)
