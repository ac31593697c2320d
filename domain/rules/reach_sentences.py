"""What the reach of a rule means, as a sentence: how many could qualify, or what shuts everybody out."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.rules.facts import EcpFacts
from domain.rules.model import ActivityClause, AllOf, BonusRule, Condition, GeographyClause, TierClause, VolumeClause
from domain.rules.reach import Population, Reach, ReachVerdict, parts_of
from domain.rules.sale_assignments import ClauseEvaluator, make_line
from domain.rules.sentences import Names, asks
from domain.rules.traversal import clauses
from domain.rules.wording import named
from domain.text import counted, listing, number

_ABOUT_ECPS: Final = (TierClause, GeographyClause, ActivityClause, VolumeClause)


def reach_sentence(rule: BonusRule, reach: Reach, population: Population, names: Names) -> str:
    """Say what a reach means, as in “No Gold ECP works in Pune; 41 Silver ECPs do.”."""
    if not reach.audience:
        return "No active ECP works in the geographies of the scheme."
    if reach.verdict is not ReachVerdict.NOBODY:
        only = "Only " if reach.verdict is ReachVerdict.FEW else ""
        return f"{only}{number(reach.eligible)} of {counted(reach.audience, 'ECP')} could qualify."
    index = reach.shut_by or 0
    parts = parts_of(rule.condition)[: index + 1]
    shut = parts[-1]
    if not any(isinstance(clause, _ABOUT_ECPS) for clause in clauses(shut)):
        return f"No sale of this scheme can come from ECPs who {_together(shut, reach.excluded_by, names)}."
    if isinstance(shut, ActivityClause) and shut in never_done(rule, population):
        return f"The rule {never_done_sentence(shut, names)}"
    return _tier_and_place(parts, population, names) or _left(parts, reach, names)


def never_done(rule: BonusRule, population: Population) -> tuple[ActivityClause, ...]:
    """The activities that a rule asks for and no ECP has ever done, as far as the clause looks back."""
    done = {clause for cell in population.cells for clause in cell.did}
    asked = dict.fromkeys(clause for clause in clauses(rule.condition) if isinstance(clause, ActivityClause))
    return tuple(clause for clause in asked if clause not in done)


def never_done_sentence(clause: ActivityClause, names: Names) -> str:
    """Say so, in words that follow the rule. What is bounded in time is looked for in the last twelve months."""
    when = "has ever done so" if clause.within_days is None else "has done so at any time in the last 12 months"
    return f"asks for ECPs who {asks(clause, names)}; no ECP of the scheme {when}."


def _together(shut: Condition, others: Sequence[Condition], names: Names) -> str:
    """What nobody does, when the others are what the last part cannot be met with."""
    if len(others) == 1:
        return f"{asks(others[0], names)} and at the same time {asks(shut, names)}"
    return asks(AllOf((*others, shut)), names) if others else asks(shut, names)


def _tier_and_place(parts: Sequence[Condition], population: Population, names: Names) -> str | None:
    """Who is there instead, when a tier and perhaps a place are enough to shut everybody out."""
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
    wanted = listing(named(tier.tier_ids, names.tiers, "tier"), "or") if single else asks(tier, names)[len("are ") :]
    where = "in the geographies of the scheme"
    if place is not None:
        where = f"in {listing(named(place.geography_ids, names.geographies, 'place'), 'or')}"
    # Outside the scheme there may be others in such a place.
    whose = "" if place is None or _is_inside(place, population) else " of the scheme"
    who = f"No {wanted} ECP{whose} works" if single else f"No ECP{whose} who is {wanted} works"
    return f"{who} {where}; {number(count)} {there} {'ECP does' if count == 1 else 'ECPs do'}."


def _is_inside(place: GeographyClause, population: Population) -> bool:
    return all(not population.within.isdisjoint(population.paths.get(key, ())) for key in place.geography_ids)


def _tiers_of(condition: Condition, population: Population) -> Counter[UUID | None]:
    """How many ECPs of each tier meet a condition about places."""
    places = [clause for clause in clauses(condition) if isinstance(clause, GeographyClause)]
    asked = ClauseEvaluator(places)
    found: Counter[UUID | None] = Counter()
    for cell in population.cells:
        path = population.paths[cell.geography_id]
        if len(asked.true_clauses(make_line(), EcpFacts(geography_path=path))) == len(places):
            found[cell.tier_id] += cell.count
    return found


def _meets(tier: TierClause, tier_id: UUID | None, population: Population) -> bool:
    return bool(
        ClauseEvaluator([tier], dict(population.tier_ranks)).true_clauses(make_line(), EcpFacts(tier_id=tier_id))
    )


def _left(parts: Sequence[Condition], reach: Reach, names: Names) -> str:
    *before, shut = parts
    if not before:
        return f"Of {counted(reach.audience, 'ECP')}, none is left when the rule asks for ECPs who {asks(shut, names)}."
    count = number(reach.funnel[len(before) - 1].remaining)
    those = f"Of the ECPs who {asks(AllOf(tuple(before)), names)}, {count} in all, none is left"
    return f"{those} when the rule also asks for ECPs who {asks(shut, names)}."
