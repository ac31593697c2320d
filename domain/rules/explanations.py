"""Explains in sentences why a rule paid what it paid. They are written from a stored verdict when they are read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.calendar import Calendar
from domain.rules.clause_phrases import ecp_phrase
from domain.rules.compilation import is_negated
from domain.rules.evaluation import ClauseVerdict, RuleVerdict
from domain.rules.fact_phrases import fact_phrase, requirement_phrase
from domain.rules.facts import GeographyFact, ProductFact, TierFact
from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Clause,
    Condition,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    ProductClause,
    QuantityClause,
    Reward,
    Slabs,
)
from domain.rules.phrases import DisplayNames
from domain.rules.references import References
from domain.rules.rewards import ReductionReason
from domain.rules.sale_phrases import SaleLiteral, sale_phrase
from domain.rules.sentences import qualifying_sentence
from domain.rules.traversal import walk_condition
from domain.text import format_count, format_number, format_times, quote

_NO_NAMES: Final[Mapping[UUID, str]] = MappingProxyType({})


class _Part(Struct, frozen=True):
    """A condition within a rule, and whether it is met the way the rule asks for it.

    The rule asks for the opposite of a `negated` condition. With `every`, all members must be met; otherwise one is
    enough.
    """

    condition: Condition
    negated: bool
    met: bool
    every: bool = False
    members: "tuple[_Part, ...]" = ()
    verdict: ClauseVerdict | None = None


def clause_sentence(clause: Clause, names: DisplayNames, *, negated: bool = False) -> str:
    """Write what the clause or its opposite asks for, in words that follow “ECPs who”: “are Gold or above”."""
    if isinstance(clause, ProductClause | QuantityClause | ChannelClause | PeriodClause):
        return sale_phrase((SaleLiteral(clause, negated),), names).text
    return ecp_phrase(clause, names, negated=negated).text


def fact_sentence(verdict: ClauseVerdict, names: DisplayNames, calendar: Calendar) -> str:
    """Write the fact that decided a clause, followed by the amount that the clause asks for, if it asks for one."""
    fact = fact_phrase(verdict.clause, verdict.fact, names, calendar)
    requirement = requirement_phrase(verdict.clause, verdict.fact, negated=verdict.negated)
    return f"{fact[0].upper()}{fact[1:]}{f'; {requirement}' if requirement else ''}."


def rule_sentence(
    rule: BonusRule,
    verdict: RuleVerdict,
    names: DisplayNames,
    calendar: Calendar,
    *,
    rule_names: Mapping[UUID, str] = _NO_NAMES,
) -> str:
    """Write what the rule paid, or why it paid less or nothing, with times as the calendar shows them.

    `rule_names` are the names of all rules of the scheme by id, so that the winner of an exclusive group can be named.
    """
    if not verdict.met:
        return f"Not met: {_obstacle(rule, verdict, names, calendar)}."
    if verdict.reduction is None:
        if verdict.points == 0:
            return f"Met, but {_nothing_earned(rule.reward)}: 0 points."
        return f"Met: {format_count(verdict.points, 'point')}."
    if verdict.reduction.reason is ReductionReason.GROUP_LOST:
        winner = None if verdict.reduction.won_by is None else rule_names.get(verdict.reduction.won_by)
        best = f"the best rule of the group {quote(rule.exclusive_group or '')}"
        return f"Met, but only {best} pays, which is {'another one' if winner is None else quote(winner)}: 0 points."
    limit = _limit(rule, verdict.reduction.reason)
    if verdict.points == 0:
        return f"Met, but {limit} is used up: 0 points."
    return f"Met, but {limit} leaves only {format_number(verdict.points)} of {format_count(verdict.earned, 'point')}."


def collect_fact_references(verdict: RuleVerdict) -> References:
    """Collect the ids in the facts of a verdict, which `collect_references` does not find in the rule itself."""
    tier_ids: set[UUID] = set()
    geography_ids: set[UUID] = set()
    variant_ids: set[UUID] = set()
    product_ids: set[UUID] = set()
    category_ids: set[UUID] = set()
    for clause in verdict.clauses:
        match clause.fact:
            case TierFact(UUID() as tier_id):
                tier_ids.add(tier_id)
            case GeographyFact(path):
                geography_ids.update(path)
            case ProductFact(variant_id, product_id, category_id):
                variant_ids.add(variant_id)
                product_ids.add(product_id)
                category_ids.add(category_id)
            case _:
                pass
    return References(
        tier_ids=frozenset(tier_ids),
        geography_ids=frozenset(geography_ids),
        variant_ids=frozenset(variant_ids),
        product_ids=frozenset(product_ids),
        category_ids=frozenset(category_ids),
    )


def _nothing_earned(reward: Reward) -> str:
    """Write why a reward comes to nothing for a line that meets the rule."""
    match reward:
        case Slabs(slabs):
            first = min((slab.from_quantity for slab in slabs), default=0)
            return f"the reward begins at {format_count(first, 'unit')} on one line"
        case PercentOfBase() | MultiplyBase():
            return "its share of the base points is half a point or less on this line"
        case _:
            return "the reward is nothing"


def _limit(rule: BonusRule, reason: ReductionReason) -> str:
    limits = rule.limits
    match reason:
        case ReductionReason.LIMIT_BUDGET:
            return "the budget of the scheme"
        case ReductionReason.LIMIT_TIMES:
            amount = f"{format_times(limits.times_per_ecp or 0)} per ECP"
        case ReductionReason.LIMIT_PER_MONTH:
            amount = f"{format_count(limits.points_per_ecp_per_month or 0, 'point')} per ECP per month"
        case ReductionReason.LIMIT_PER_ECP:
            amount = f"{format_count(limits.points_per_ecp or 0, 'point')} per ECP"
        case _ if limits.points_in_total is None:
            # A later revision limits the rule, and the line arrived after it took effect.
            return "the limit in total"
        case _:
            amount = f"{format_count(limits.points_in_total, 'point')} in total"
    return f"the limit of {amount}"


def _obstacle(rule: BonusRule, verdict: RuleVerdict, names: DisplayNames, calendar: Calendar) -> str:
    """Write the first requirement that is not met, with its facts, and count the others."""
    part, others = _first_unmet(_verdict_tree(rule, verdict))
    unmet = [found for found in _verdicts(part) if not found.met]
    facts = tuple(dict.fromkeys(fact_phrase(found.clause, found.fact, names, calendar) for found in unmet))
    required = Not(part.condition) if part.negated else part.condition
    sentence = qualifying_sentence(msgspec.structs.replace(rule, condition=required), names).removesuffix(".")
    because = f"{'; '.join(facts)}{';' if len(facts) > 1 else ','} and " if facts else ""
    more = f"; {format_count(others, 'more condition')} {'is' if others == 1 else 'are'} not met" if others else ""
    return f"{because}the rule asks for {sentence}{more}"


def _verdict_tree(rule: BonusRule, verdict: RuleVerdict) -> _Part:
    """Combine the rule's condition with its verdicts, from the last clause backwards and without recursion."""
    verdicts = list(verdict.clauses)
    waiting: list[_Part] = []
    for node in reversed(tuple(walk_condition(rule.condition))):
        condition, negated = node.condition, is_negated(node)
        match condition:
            case AllOf(conditions) | AnyOf(conditions):
                members = tuple(waiting.pop() for _ in conditions)
                every = isinstance(condition, AllOf) != negated
                met = all(member.met for member in members) if every else any(member.met for member in members)
                waiting.append(_Part(condition=condition, negated=negated, met=met, every=every, members=members))
            case Not():
                waiting.append(waiting.pop())
            case _:
                found = verdicts.pop()
                waiting.append(_Part(condition, negated, found.met, verdict=found))
    return waiting.pop()


def _first_unmet(part: _Part) -> tuple[_Part, int]:
    """Find the first and smallest part that must be met and is not, and count the other unmet parts beside it."""
    others = 0
    while part.members and part.every:
        unmet = [member for member in part.members if not member.met]
        others += len(unmet) - 1
        part = unmet[0]
    return part, others


def _verdicts(part: _Part) -> list[ClauseVerdict]:
    """The verdicts of a part's clauses, in reading order."""
    found: list[ClauseVerdict] = []
    waiting = [part]
    while waiting:
        one = waiting.pop()
        waiting.extend(reversed(one.members))
        if one.verdict is not None:
            found.append(one.verdict)
    return found
