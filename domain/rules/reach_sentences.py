"""Explains the reach of a rule in one sentence: how many ECPs could qualify, or what excludes all of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.rules.facts import EarnerFacts
from domain.rules.model import ActivityClause, AllOf, BonusRule, Condition, GeographyClause, TierClause, VolumeClause
from domain.rules.phrases import DisplayNames, display_names
from domain.rules.reach import Population, Reach, ReachVerdict, funnel_parts
from domain.rules.sale_assignments import ClauseEvaluator, make_line
from domain.rules.sentences import condition_phrase
from domain.rules.traversal import walk_clauses
from domain.text import format_count, format_number, join_words

_ECP_CLAUSES: Final = (TierClause, GeographyClause, ActivityClause, VolumeClause)


def reach_sentence(rule: BonusRule, reach: Reach, population: Population, names: DisplayNames) -> str:
    """Write what a reach means, as in “No Gold ECP works in Pune; 41 Silver ECPs do.”."""
    if not reach.audience:
        return "No active ECP works in the geographies of the scheme."
    if reach.verdict is not ReachVerdict.NOBODY:
        only = "Only " if reach.verdict is ReachVerdict.FEW else ""
        return f"{only}{format_number(reach.eligible)} of {format_count(reach.audience, 'ECP')} could qualify."
    index = reach.shut_by or 0
    parts = funnel_parts(rule.condition)[: index + 1]
    last = parts[-1]
    if not any(isinstance(clause, _ECP_CLAUSES) for clause in walk_clauses(last)):
        return f"No sale of this scheme can come from ECPs who {_together(last, reach.excluded_by, names)}."
    if isinstance(last, ActivityClause) and last in never_done(rule, population):
        return f"The rule {never_done_sentence(last, names)}"
    return _tier_and_place(parts, population, names) or _remaining_sentence(parts, reach, names)


def never_done(rule: BonusRule, population: Population) -> tuple[ActivityClause, ...]:
    """The activity clauses of a rule that no ECP has ever met, within the days that the clause looks back."""
    done = {clause for cell in population.cells for clause in cell.did}
    found = dict.fromkeys(clause for clause in walk_clauses(rule.condition) if isinstance(clause, ActivityClause))
    return tuple(clause for clause in found if clause not in done)


def never_done_sentence(clause: ActivityClause, names: DisplayNames) -> str:
    """Write that nobody ever met the clause, in words that follow the rule's name.

    A clause bounded in days is searched for in the last 12 months.
    """
    when = "has ever done so" if clause.within_days is None else "has done so at any time in the last 12 months"
    return f"asks for ECPs who {condition_phrase(clause, names)}; no ECP of the scheme {when}."


def _together(last: Condition, others: Sequence[Condition], names: DisplayNames) -> str:
    """Write the part that nobody meets, with the parts that it cannot be met together with."""
    if len(others) == 1:
        return f"{condition_phrase(others[0], names)} and at the same time {condition_phrase(last, names)}"
    return condition_phrase(AllOf((*others, last)), names) if others else condition_phrase(last, names)


def _tier_and_place(parts: Sequence[Condition], population: Population, names: DisplayNames) -> str | None:
    """Write which ECPs are there instead, if a tier, or a tier and a place, already exclude everybody."""
    tier = next((part for part in parts if isinstance(part, TierClause)), None)
    place = next((part for part in parts if isinstance(part, GeographyClause)), None)
    if tier is None or not names.tiers.keys() >= set(tier.tier_ids):
        return None
    here = _tiers_of(AllOf(() if place is None else (place,)), population)
    if not here or any(_meets(tier, tier_id, population) for tier_id in here):
        return None
    tier_id, count = here.most_common(1)[0]
    there = names.tiers.get(tier_id, "untiered") if tier_id else "untiered"
    single = len(tier.tier_ids) == 1 and tier.at_least is None
    wanted = (
        join_words(display_names(tier.tier_ids, names.tiers, "tier"), "or")
        if single
        else condition_phrase(tier, names)[len("are ") :]
    )
    where = "in the geographies of the scheme"
    if place is not None:
        where = f"in {join_words(display_names(place.geography_ids, names.geographies, 'place'), 'or')}"
    # A place that reaches beyond the scheme may have such ECPs outside of it.
    whose = "" if place is None or _is_inside(place, population) else " of the scheme"
    who = f"No {wanted} ECP{whose} works" if single else f"No ECP{whose} who is {wanted} works"
    return f"{who} {where}; {format_number(count)} {there} {'ECP does' if count == 1 else 'ECPs do'}."


def _is_inside(place: GeographyClause, population: Population) -> bool:
    return all(not population.within.isdisjoint(population.paths.get(key, ())) for key in place.geography_ids)


def _tiers_of(condition: Condition, population: Population) -> Counter[UUID | None]:
    """Count the ECPs who meet a condition about places, by tier."""
    places = [clause for clause in walk_clauses(condition) if isinstance(clause, GeographyClause)]
    evaluator = ClauseEvaluator(places)
    found: Counter[UUID | None] = Counter()
    for cell in population.cells:
        path = population.paths[cell.geography_id]
        if len(evaluator.true_clauses(make_line(), EarnerFacts(geography_path=path))) == len(places):
            found[cell.tier_id] += cell.count
    return found


def _meets(tier: TierClause, tier_id: UUID | None, population: Population) -> bool:
    evaluator = ClauseEvaluator([tier], tier_ranks=population.tier_ranks)
    return bool(evaluator.true_clauses(make_line(), EarnerFacts(tier_id=tier_id)))


def _remaining_sentence(parts: Sequence[Condition], reach: Reach, names: DisplayNames) -> str:
    *before, last = parts
    if not before:
        of_all = f"Of {format_count(reach.audience, 'ECP')}, none is left"
        return f"{of_all} when the rule asks for ECPs who {condition_phrase(last, names)}."
    count = format_number(reach.funnel[len(before) - 1].remaining)
    those = f"Of the ECPs who {condition_phrase(AllOf(tuple(before)), names)}, {count} in all, none is left"
    return f"{those} when the rule also asks for ECPs who {condition_phrase(last, names)}."
