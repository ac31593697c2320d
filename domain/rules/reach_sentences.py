"""What the reach of a rule means, as a sentence: how many could qualify, or what shuts everybody out."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.rules.facts import EcpFacts
from domain.rules.model import ActivityClause, AllOf, BonusRule, Condition, GeographyClause, TierClause, VolumeClause
from domain.rules.occasions import Asked, any_line
from domain.rules.reach import Population, Reach, ReachVerdict, parts_of
from domain.rules.sentences import Names, asks
from domain.rules.traversal import clauses
from domain.rules.wording import counted, listing, named, number

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
        return f"No sale of this scheme can come from ECPs who {asks(shut, names)}."
    if isinstance(shut, ActivityClause) and not any(shut in cell.did for cell in population.cells):
        return f"The rule asks for ECPs who {asks(shut, names)}; no ECP of the scheme has ever done so."
    return _tier_and_place(parts, population, names) or _left(shut, reach, index, names)


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
    who = f"No {wanted} ECP works" if single else f"No ECP who is {wanted} works"
    return f"{who} {where}; {number(count)} {there} {'ECP does' if count == 1 else 'ECPs do'}."


def _tiers_of(condition: Condition, population: Population) -> Counter[UUID | None]:
    """How many ECPs of each tier meet a condition about places."""
    places = [clause for clause in clauses(condition) if isinstance(clause, GeographyClause)]
    asked = Asked(places)
    found: Counter[UUID | None] = Counter()
    for cell in population.cells:
        path = population.paths[cell.geography_id]
        if len(asked.holding(any_line(), EcpFacts(geography_path=path))) == len(places):
            found[cell.tier_id] += cell.count
    return found


def _meets(tier: TierClause, tier_id: UUID | None, population: Population) -> bool:
    return bool(Asked([tier], dict(population.tier_ranks)).holding(any_line(), EcpFacts(tier_id=tier_id)))


def _left(shut: Condition, reach: Reach, index: int, names: Names) -> str:
    before = reach.funnel[index - 1].remaining if index else reach.audience
    return f"Of {counted(before, 'ECP')}, none is left when the rule asks for ECPs who {asks(shut, names)}."
