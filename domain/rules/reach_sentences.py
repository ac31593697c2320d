"""Explains the reach of a rule in one sentence: how many ECPs could qualify, or what excludes all of them.

The sentence comes from the stored reach and its rule. It needs no ECPs, so it can be written again at any time.
"""

from typing import assert_never

from domain.rules.model import ActivityClause, AllOf, BonusRule, GeographyClause, TierClause
from domain.rules.phrases import DisplayNames, display_names
from domain.rules.reach import ReachVerdict, funnel_parts
from domain.rules.reach_volumes import (
    INDICATION,
    REST_OPEN,
    TOO_MANY_SALES,
    comparison_phrase,
    nothing_compares_phrase,
    sample_phrase,
)
from domain.rules.sentences import condition_phrase
from domain.rules.stored_facts import (
    ActivityNeverDone,
    NobodyLeft,
    NoSalePossible,
    OtherTierThere,
    ReachAsWritten,
    ReachCause,
    RuleReach,
)
from domain.text import format_count, format_number, join_words


def reach_sentence(rule: BonusRule, reach: RuleReach) -> str:
    """Write what a reach means, as in “No Gold ECP works in Pune; 41 Silver ECPs do.”."""
    if reach.cause is not None:
        return _cause_sentence(rule, reach, reach.cause)
    if not reach.audience:
        return "No active ECP works in the geographies of the scheme."
    only = "Only " if reach.verdict is ReachVerdict.FEW else ""
    going_by = _going_by(reach) if reach.compared else ""
    return f"{only}{format_number(reach.eligible)} of {format_count(reach.audience, 'ECP')} could qualify.{going_by}"


def step_sentence(rule: BonusRule, reach: RuleReach, position: int) -> str:
    """Write the ECPs who pass the part of the condition at a position of the funnel: “ECPs who are Gold or above”.

    A part about volumes says with what they were compared.
    """
    if isinstance(reach.cause, ReachAsWritten):
        return reach.cause.clauses[position]
    part = funnel_parts(rule.condition)[position]
    notes = []
    if position in reach.compared:
        notes.append(comparison_phrase(part, reach.volume_days, reach.sample))
    if position in reach.uncompared:
        why = TOO_MANY_SALES if reach.too_many_sales else nothing_compares_phrase(reach.sample)
        notes.append(REST_OPEN if notes else why)
    note = f" ({'; '.join(notes)})" if notes else ""
    return f"ECPs who {condition_phrase(part, reach.names)}{note}"


def never_done_sentence(clause: ActivityClause, names: DisplayNames) -> str:
    """Write that nobody ever met the clause, in words that follow the rule's name.

    A clause bounded in days is searched for in the last 12 months.
    """
    when = "has ever done so" if clause.within_days is None else "has done so at any time in the last 12 months"
    return f"asks for ECPs who {condition_phrase(clause, names)}; no ECP of the scheme {when}."


def _going_by(reach: RuleReach) -> str:
    """Write what a number goes by that depends on earlier sales."""
    sampled = "" if reach.sample is None else f", {sample_phrase(reach.sample)}"
    return f" This is {INDICATION}{sampled}."


def _cause_sentence(rule: BonusRule, reach: RuleReach, cause: ReachCause) -> str:
    parts = funnel_parts(rule.condition)
    last = parts[reach.shut_by]
    match cause:
        case ReachAsWritten(sentence=sentence):
            return sentence
        case NoSalePossible(together_with=positions):
            return f"No sale of this scheme can come from ECPs who {_together(rule, reach, positions)}."
        case ActivityNeverDone():
            if not isinstance(last, ActivityClause):
                raise TypeError("the part that nobody meets is no activity clause")
            return f"The rule {never_done_sentence(last, reach.names)}"
        case OtherTierThere():
            return _other_tier(rule, cause, reach.names)
        case NobodyLeft():
            going_by = _going_by(reach) if reach.compared and min(reach.compared) <= reach.shut_by else ""
            return f"{_nobody_left(rule, reach)}{going_by}"
        case _:
            assert_never(cause)


def _together(rule: BonusRule, reach: RuleReach, positions: tuple[int, ...]) -> str:
    """Write the part that nobody meets, with the parts that it cannot be met together with."""
    parts, names = funnel_parts(rule.condition), reach.names
    last, others = parts[reach.shut_by], tuple(parts[position] for position in positions)
    if len(others) == 1:
        return f"{condition_phrase(others[0], names)} and at the same time {condition_phrase(last, names)}"
    return condition_phrase(AllOf((*others, last)), names) if others else condition_phrase(last, names)


def _other_tier(rule: BonusRule, cause: OtherTierThere, names: DisplayNames) -> str:
    """Write which ECPs are there instead."""
    parts = funnel_parts(rule.condition)
    tier, place = parts[cause.tier_part], None if cause.place_part is None else parts[cause.place_part]
    if not isinstance(tier, TierClause) or not isinstance(place, GeographyClause | None):
        raise TypeError("the parts of this reach are no tier and place")
    there = names.tiers.get(cause.tier_id, "untiered") if cause.tier_id else "untiered"
    single = len(tier.tier_ids) == 1 and tier.at_least is None
    wanted = (
        join_words(display_names(tier.tier_ids, names.tiers, "tier"), "or")
        if single
        else condition_phrase(tier, names)[len("are ") :]
    )
    where = "in the geographies of the scheme"
    if place is not None:
        where = f"in {join_words(display_names(place.geography_ids, names.geographies, 'place'), 'or')}"
    whose = " of the scheme" if cause.beyond else ""
    who = f"No {wanted} ECP{whose} works" if single else f"No ECP{whose} who is {wanted} works"
    return f"{who} {where}; {format_number(cause.count)} {there} {'ECP does' if cause.count == 1 else 'ECPs do'}."


def _nobody_left(rule: BonusRule, reach: RuleReach) -> str:
    parts, names = funnel_parts(rule.condition), reach.names
    before, last = parts[: reach.shut_by], parts[reach.shut_by]
    if not before:
        of_all = f"Of {format_count(reach.audience, 'ECP')}, none is left"
        return f"{of_all} when the rule asks for ECPs who {condition_phrase(last, names)}."
    count = format_number(reach.funnel[len(before) - 1].remaining)
    those = f"Of the ECPs who {condition_phrase(AllOf(tuple(before)), names)}, {count} in all, none is left"
    return f"{those} when the rule also asks for ECPs who {condition_phrase(last, names)}."
