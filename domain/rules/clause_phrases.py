"""Phrases for clauses about the ECP, as they stand and negated."""

from typing import assert_never

from domain.rules.model import (
    ActivityClause,
    EnrolledWithinClause,
    GeographyClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.rules.phrases import DisplayNames, Phrase, activity_name, display_names, last_days
from domain.text import format_count, format_number, format_times, join_words

EcpClause = TierClause | GeographyClause | VolumeClause | ActivityClause | EnrolledWithinClause


def ecp_phrase(clause: EcpClause, names: DisplayNames, *, negated: bool) -> Phrase:
    """Write what the clause asks of ECPs. The negated phrase is true exactly when the plain one is false."""
    match clause:
        case TierClause():
            return _tier_phrase(clause, names, negated=negated)
        case GeographyClause():
            return _geography_phrase(clause, names, negated=negated)
        case VolumeClause():
            return _volume_phrase(clause, names, negated=negated)
        case ActivityClause():
            return Phrase(_activity_phrase(clause, negated=negated))
        case EnrolledWithinClause(days):
            if negated:
                return Phrase(f"enrolled in the scheme more than {format_count(days, 'day')} ago")
            return Phrase(f"enrolled in the scheme {last_days(days)}")
        case _:
            assert_never(clause)


def _tier_phrase(clause: TierClause, names: DisplayNames, *, negated: bool) -> Phrase:
    tiers = list(display_names(clause.tier_ids, names.tiers, "tier"))
    if clause.at_least is not None:
        (lowest,) = display_names((clause.at_least,), names.tiers, "tier")
        if negated and not tiers:
            return Phrase(f"are below {lowest}")
        tiers.append(f"{lowest} or above")
    listed = len(tiers) > 1
    if not tiers:
        tiers = ["of a tier that is not chosen yet"]
    if not negated:
        return Phrase(f"are {join_words(tiers, 'or')}", listed=listed)
    return Phrase(f"are neither {join_words(tiers, 'nor')}" if listed else f"are not {tiers[0]}", listed=listed)


def _geography_phrase(clause: GeographyClause, names: DisplayNames, *, negated: bool) -> Phrase:
    places = display_names(clause.geography_ids, names.geographies, "place") or ("a place that is not chosen yet",)
    listed = len(places) > 1
    if not negated:
        return Phrase(f"work in {join_words(places, 'or')}", listed=listed)
    if not listed:
        return Phrase(f"do not work in {places[0]}")
    return Phrase(f"work neither {join_words([f'in {place}' for place in places], 'nor')}", listed=True)


def _volume_phrase(clause: VolumeClause, names: DisplayNames, *, negated: bool) -> Phrase:
    variants = display_names(clause.variant_ids, names.variants, "variant")
    goods = f" of {join_words(variants, 'and')}" if variants else ""
    together = " together" if len(variants) > 1 else ""
    # “1 or more units”, but “fewer than 1 unit”.
    single = negated and clause.at_least == 1
    match clause.measure:
        case VolumeMeasure.UNITS:
            verb, noun, less = "have sold", " unit" if single else " units", "fewer"
        case VolumeMeasure.COUPONS:
            verb, noun, less = "have redeemed", " coupon" if single else " coupons", "fewer"
        case VolumeMeasure.VALUE:
            verb, noun, less = "have sold", " in value", "less"
        case _:
            assert_never(clause.measure)
    amount = f"{less} than {format_number(clause.at_least)}" if negated else f"{format_number(clause.at_least)} or more"
    text = f"{verb} {amount}{noun}{goods}{together} so far {_period_phrase(clause.period)}"
    return Phrase(text, listed=len(variants) > 1)


def _period_phrase(period: VolumePeriod) -> str:
    match period:
        case VolumePeriod.SCHEME:
            return "in this scheme"
        case VolumePeriod.MONTH:
            return "this month"
        case VolumePeriod.WEEK:
            return "this week"
        case _:
            assert_never(period)


def _activity_phrase(clause: ActivityClause, *, negated: bool) -> str:
    activity = f"completed the activity {activity_name(clause.activity)}"
    within = "" if clause.within_days is None else f" {last_days(clause.within_days)}"
    if not negated:
        return f"have {activity} at least {format_times(clause.times)}{within}"
    if clause.times == 1:
        return f"have not {activity}{within}"
    return f"have {activity} fewer than {format_times(clause.times)}{within}"
