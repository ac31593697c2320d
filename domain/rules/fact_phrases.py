"""Phrases for the fact that decided a clause, and for the amount that the clause requires."""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain.calendar import Calendar, format_day
from domain.channels import EarningChannel
from domain.rules.clause_phrases import EcpClause
from domain.rules.facts import (
    ActivityFact,
    ChannelFact,
    EnrollmentFact,
    Fact,
    GeographyFact,
    PeriodFact,
    ProductFact,
    QuantityFact,
    TierFact,
    VolumeFact,
)
from domain.rules.model import (
    ActivityClause,
    ChannelClause,
    Clause,
    EnrolledWithinClause,
    GeographyClause,
    PeriodClause,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.phrases import DisplayNames, activity_name, category_phrases, display_names, last_days
from domain.text import format_count, format_number, join_words


def fact_phrase(clause: Clause, fact: Fact, names: DisplayNames, calendar: Calendar) -> str:
    """Write the fact that decided the clause, in words that may stand within a sentence.

    Raises:
        TypeError: A fact of this type cannot decide this clause.
    """
    match clause, fact:
        case ProductClause(), ProductFact(variant_id, product_id, category_id):
            (variant,), (product,) = (
                _variant_names((variant_id,), names),
                display_names((product_id,), names.products, "product"),
            )
            (category,) = category_phrases((category_id,), names)
            words = f"the line is for {variant}, a variant of {product} in {category}"
        case ChannelClause(), ChannelFact(channel):
            words = f"the points are earned through a {'coupon' if channel is EarningChannel.COUPON else 'sale'}"
        case QuantityClause(), QuantityFact(quantity):
            words = f"{format_count(quantity, 'unit')} {'was' if quantity == 1 else 'were'} sold on this line"
        case PeriodClause(), PeriodFact(at, channel):
            earned = "coupon was redeemed" if channel is EarningChannel.COUPON else "sale was"
            words = f"the {earned} on {_weekday(at, calendar)} {calendar.format_moment(at)}"
        case TierClause() | GeographyClause() | VolumeClause() | ActivityClause() | EnrolledWithinClause(), _:
            words = _ecp_fact_phrase(clause, fact, names, calendar)
        case _:
            raise _mismatch(fact)
    return words


def requirement_phrase(clause: Clause, fact: Fact, *, negated: bool) -> str:
    """Write the amount that the clause or its opposite requires; empty for a clause without an amount."""
    words = ""
    match clause, fact:
        case QuantityClause(), _:
            words = _quantity_phrase(clause, negated=negated)
        case VolumeClause(VolumeMeasure.VALUE, _, amount), _:
            words = f"less than {format_number(amount)} is allowed" if negated else f"{format_number(amount)} is needed"
        case ((VolumeClause(_, _, amount) | ActivityClause(_, amount)), _):
            words = _below(amount) if negated else _needed(amount)
        case EnrolledWithinClause(days), EnrollmentFact(datetime()):
            words = (
                f"more than {_count_and_verb(days, 'day', 'needed')}"
                if negated
                else f"at most {_count_and_verb(days, 'day', 'allowed')}"
            )
        case _:
            pass
    return words


def _mismatch(fact: Fact) -> TypeError:
    return TypeError(f"{type(fact).__name__} is not the fact of this clause")


def _ecp_fact_phrase(clause: EcpClause, fact: Fact, names: DisplayNames, calendar: Calendar) -> str:
    match clause, fact:
        case TierClause(), TierFact(None):
            words = "has no tier"
        case TierClause(), TierFact(UUID() as tier_id):
            words = f"is {join_words(display_names((tier_id,), names.tiers, 'tier'), 'and')}"
        case GeographyClause(), GeographyFact(()):
            words = "has no place of work"
        case GeographyClause(), GeographyFact(path):
            words = f"works in {', '.join(display_names(path, names.geographies, 'place'))}"
        case VolumeClause(), VolumeFact(amount):
            # The only phrase about an ECP that does not begin with “the ECP”.
            return f"before this, the ECP had {_volume_phrase(clause, amount, names)}"
        case ActivityClause(activity, _, within), ActivityFact(times):
            back = "" if within is None else f" {last_days(within)}"
            words = f"completed the activity {activity_name(activity)} {format_count(times, 'time')}{back}"
        case EnrolledWithinClause(), EnrollmentFact():
            words = _enrollment_phrase(fact, calendar)
        case _:
            raise _mismatch(fact)
    return f"the ECP {words}"


def _volume_phrase(clause: VolumeClause, amount: int, names: DisplayNames) -> str:
    match clause.measure:
        case VolumeMeasure.UNITS:
            words = f"sold {format_count(amount, 'unit')}"
        case VolumeMeasure.VALUE:
            words = f"sold {format_number(amount)} in value"
        case VolumeMeasure.COUPONS:
            words = f"redeemed {format_count(amount, 'coupon')}"
        case _:
            assert_never(clause.measure)
    variants = _variant_names(clause.variant_ids, names)
    goods = f" of {join_words(variants, 'and')}" if variants else ""
    together = " together" if len(variants) > 1 else ""
    period = {
        VolumePeriod.SCHEME: "in this scheme",
        VolumePeriod.MONTH: "this month",
        VolumePeriod.WEEK: "this week",
    }[clause.period]
    return f"{words}{goods}{together} {period}"


def _enrollment_phrase(fact: EnrollmentFact, calendar: Calendar) -> str:
    if fact.enrolled_at is None or fact.days is None:
        return "is not enrolled in the scheme"
    if fact.days == 0:
        distance = "on the day of the sale"
    elif fact.days > 0:
        distance = f"{format_count(fact.days, 'day')} before the sale"
    else:
        distance = f"{format_count(-fact.days, 'day')} after the sale"
    enrolled = "would enroll" if fact.is_assumed else "first enrolled"
    return f"{enrolled} on {format_day(calendar.day_of(fact.enrolled_at))}, {distance}"


def _weekday(at: datetime, calendar: Calendar) -> str:
    return list(Weekday)[calendar.day_of(at).weekday()].capitalize()


def _variant_names(ids: tuple[UUID, ...], names: DisplayNames) -> tuple[str, ...]:
    return display_names(ids, names.variants, "variant")


def _quantity_phrase(clause: QuantityClause, *, negated: bool) -> str:
    low, high = clause.at_least, clause.at_most
    if low is not None and low == high:
        return f"any number except {format_number(low)} is allowed" if negated else f"exactly {_needed(low)}"
    if low is not None and high is not None:
        outside = f"fewer than {format_number(low)} or more than {format_number(high)} are needed"
        return outside if negated else f"{format_number(low)} to {format_number(high)} are needed"
    if low is not None:
        return _below(low) if negated else _needed(low)
    if high is not None:
        return (
            f"more than {format_number(high)} {_are(high)} needed"
            if negated
            else f"at most {format_number(high)} {_are(high)} allowed"
        )
    return ""


def _needed(amount: int) -> str:
    return f"{format_number(amount)} {_are(amount)} needed"


def _below(amount: int) -> str:
    return "none is allowed" if amount == 1 else f"fewer than {format_number(amount)} are allowed"


def _count_and_verb(amount: int, noun: str, participle: str) -> str:
    return f"{format_count(amount, noun)} {_are(amount)} {participle}"


def _are(amount: int) -> str:
    return "is" if amount == 1 else "are"
