"""Finds out why a rule reaches nobody, and turns a computed reach into the one that is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.rules.facts import EarnerFacts
from domain.rules.model import ActivityClause, AllOf, BonusRule, Condition, GeographyClause, TierClause, VolumeClause
from domain.rules.phrases import DisplayNames
from domain.rules.reach import Population, Reach, funnel_parts
from domain.rules.references import collect_references
from domain.rules.sale_assignments import ClauseEvaluator, make_line
from domain.rules.stored_facts import (
    ActivityNeverDone,
    NobodyLeft,
    NoSalePossible,
    OtherTierThere,
    ReachCause,
    ReachStep,
    RuleReach,
)
from domain.rules.traversal import walk_clauses

_ECP_CLAUSES: Final = (TierClause, GeographyClause, ActivityClause, VolumeClause)


def describe_reach(rule: BonusRule, reach: Reach, population: Population, names: DisplayNames) -> RuleReach:
    """Describe the reach of a rule by counts and, if it reaches nobody, the cause, with the names that both mention."""
    cause = None if reach.shut_by is None else _find_cause(rule, reach, reach.shut_by, population)
    return RuleReach(
        rule_id=rule.id,
        audience=reach.audience,
        eligible=reach.eligible,
        verdict=reach.verdict,
        funnel=tuple(ReachStep(step.remaining, step.excluded) for step in reach.funnel),
        cause=cause,
        names=_names_of(rule, cause, names),
        compared=_parts_with(rule, population.compared),
        uncompared=_parts_with(rule, _volumes_of(rule.condition) - population.compared),
        sample=population.sample_size if population.sample and _volumes_of(rule.condition) else None,
        volume_days=population.volume_days if _volumes_of(rule.condition) & population.compared else None,
    )


def never_done(rule: BonusRule, population: Population) -> tuple[ActivityClause, ...]:
    """The activity clauses of a rule that no ECP has ever met, within the days that the clause looks back."""
    done = {clause for cell in population.cells for clause in cell.did}
    found = dict.fromkeys(clause for clause in walk_clauses(rule.condition) if isinstance(clause, ActivityClause))
    return tuple(clause for clause in found if clause not in done)


def _volumes_of(condition: Condition) -> frozenset[VolumeClause]:
    return frozenset(clause for clause in walk_clauses(condition) if isinstance(clause, VolumeClause))


def _parts_with(rule: BonusRule, volumes: frozenset[VolumeClause]) -> tuple[int, ...]:
    """The positions of the parts of the funnel that contain one of these clauses."""
    parts = funnel_parts(rule.condition)
    return tuple(position for position, part in enumerate(parts) if not volumes.isdisjoint(_volumes_of(part)))


def _names_of(rule: BonusRule, cause: ReachCause | None, names: DisplayNames) -> DisplayNames:
    """The names of what the rule and the cause refer to."""
    mentioned = collect_references(rule)
    there = [cause.tier_id] if isinstance(cause, OtherTierThere) and cause.tier_id is not None else []
    return DisplayNames(
        tiers=_chosen(names.tiers, [*mentioned.tier_ids, *there]),
        geographies=_chosen(names.geographies, mentioned.geography_ids),
        variants=_chosen(names.variants, mentioned.variant_ids),
        products=_chosen(names.products, mentioned.product_ids),
        categories=_chosen(names.categories, mentioned.category_ids),
    )


def _chosen(names: Mapping[UUID, str], ids: Iterable[UUID]) -> dict[UUID, str]:
    return {key: names[key] for key in ids if key in names}


def _find_cause(rule: BonusRule, reach: Reach, shut_by: int, population: Population) -> ReachCause:
    parts = funnel_parts(rule.condition)[: shut_by + 1]
    last = parts[-1]
    if not any(isinstance(clause, _ECP_CLAUSES) for clause in walk_clauses(last)):
        return NoSalePossible(reach.excluded_by)
    if isinstance(last, ActivityClause) and last in never_done(rule, population):
        return ActivityNeverDone()
    return _tier_elsewhere(parts, population) or NobodyLeft()


def _tier_elsewhere(parts: Sequence[Condition], population: Population) -> OtherTierThere | None:
    """Find the ECPs who are there instead, if a tier, or a tier and a place, already exclude everybody."""
    tier_part = next((index for index, part in enumerate(parts) if isinstance(part, TierClause)), None)
    place_part = next((index for index, part in enumerate(parts) if isinstance(part, GeographyClause)), None)
    if tier_part is None:
        return None
    tier, place = parts[tier_part], None if place_part is None else parts[place_part]
    if not isinstance(tier, TierClause) or not population.tier_ranks.keys() >= set(tier.tier_ids):
        return None
    here = _tiers_of(AllOf(() if place is None else (place,)), population)
    if not here or any(_meets(tier, tier_id, population) for tier_id in here):
        return None
    tier_id, count = here.most_common(1)[0]
    # A place that reaches beyond the scheme may have such ECPs outside of it.
    beyond = isinstance(place, GeographyClause) and not _is_inside(place, population)
    return OtherTierThere(tier_part=tier_part, place_part=place_part, tier_id=tier_id, count=count, beyond=beyond)


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
