"""Writes the two sentences of a rule from its data: which ECPs qualify, and which reward they get.

First a condition is brought into negation normal form: NOT moves down to the clauses and turns “all” into “any” on its
way. Every clause has a phrase for itself and one for its opposite. Nested groups of the same kind are merged. The rest
reads as verb phrases joined by “and”, with alternatives as “either … or …”. A group stands in parentheses unless it
comes last, where nothing after it could be read as a part of it.
"""

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct

from domain.rules.bounds import MAX_DEPTH
from domain.rules.clause_phrases import ecp_phrase
from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Clause,
    Condition,
    FlatPoints,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Reward,
    RuleLimits,
    Slabs,
)
from domain.rules.phrases import DisplayNames, Phrase, join_phrases
from domain.rules.sale_phrases import SaleClause, SaleLiteral, sale_phrase
from domain.text import format_count, format_decimal, format_times, join_words, quote


class _Literal(Struct, frozen=True):
    clause: Clause
    negated: bool


class _Group(Struct, frozen=True):
    every: bool
    members: "tuple[_Statement, ...]"


class _Placeholder(Struct, frozen=True):
    text: str


_Statement = _Literal | _Group | _Placeholder


def qualifying_sentence(rule: BonusRule, names: DisplayNames) -> str:
    """Write in one sentence which ECPs meet the rule's condition: “ECPs who are Gold or above and work in Pune.”."""
    return f"ECPs who {condition_phrase(rule.condition, names)}."


def condition_phrase(condition: Condition, names: DisplayNames) -> str:
    """Write what a condition asks of ECPs, in words that follow “ECPs who”: “are Gold or above and work in Pune”."""
    return _phrase(_normalize(condition, negated=False, depth=1), names).text


def reward_sentence(rule: BonusRule, names: DisplayNames) -> str:  # noqa: ARG001 - both sentences have one signature
    """Write the rule's reward and limits, and a second sentence about its exclusive group if it has one."""
    pays = f"{_reward_phrase(rule.reward)}{_limits_phrase(rule.limits)}."
    if rule.exclusive_group is None:
        return pays
    return f"{pays} Only the best rule of the group {quote(rule.exclusive_group)} pays."


def _normalize(condition: Condition, *, negated: bool, depth: int) -> _Statement:
    if depth > MAX_DEPTH:
        # Validation rejects such a rule; a sentence about it must still not exhaust the stack.
        return _Placeholder("meet conditions that are nested too deep to be put into words")
    match condition:
        case AllOf(conditions):
            return _group(conditions, every=not negated, negated=negated, depth=depth)
        case AnyOf(conditions):
            return _group(conditions, every=negated, negated=negated, depth=depth)
        case Not(inner):
            return _normalize(inner, negated=not negated, depth=depth + 1)
        case _:
            return _Literal(condition, negated)


def _group(conditions: tuple[Condition, ...], *, every: bool, negated: bool, depth: int) -> _Statement:
    members: list[_Statement] = []
    for condition in conditions:
        member = _normalize(condition, negated=negated, depth=depth + 1)
        if isinstance(member, _Group) and member.every == every:
            members.extend(member.members)
        else:
            members.append(member)
    if not members:
        return _Placeholder("meet conditions that are not stated yet")
    return members[0] if len(members) == 1 else _Group(every, tuple(members))


def _phrase(statement: _Statement, names: DisplayNames) -> Phrase:
    match statement:
        case _Placeholder(text):
            return Phrase(text)
        case _Literal(clause, negated):
            if isinstance(clause, ProductClause | QuantityClause | ChannelClause | PeriodClause):
                return sale_phrase((SaleLiteral(clause, negated),), names)
            return ecp_phrase(clause, names, negated=negated)
        case _Group(True, members):
            return join_phrases(tuple(_all_phrases(members, names)), "and")
        case _Group(_, members):
            phrases = tuple(_in_parentheses(member, names) for member in members)
            return Phrase(f"either {join_phrases(phrases, 'or').text}", listed=True, joined=True)
        case _:
            assert_never(statement)


def _all_phrases(members: tuple[_Statement, ...], names: DisplayNames) -> Iterator[Phrase]:
    """Yield one phrase per member; clauses about the sale share one phrase, at the position of the first of them."""
    together = _sale_literals(members)
    for index, member in enumerate(members):
        if index in together:
            if index == min(together):
                yield sale_phrase(tuple(together.values()), names)
        elif index == len(members) - 1:
            yield _phrase(member, names)
        else:
            yield _in_parentheses(member, names)


def _sale_literals(members: tuple[_Statement, ...]) -> dict[int, SaleLiteral]:
    """Pick the first clause of each type that is about the sale, by its position."""
    picked: dict[type[SaleClause], tuple[int, SaleLiteral]] = {}
    for index, member in enumerate(members):
        match member:
            case _Literal(ProductClause() | QuantityClause() | ChannelClause() | PeriodClause() as clause, negated):
                picked.setdefault(type(clause), (index, SaleLiteral(clause, negated)))
            case _:
                pass
    return dict(picked.values())


def _in_parentheses(statement: _Statement, names: DisplayNames) -> Phrase:
    phrase = _phrase(statement, names)
    return Phrase(f"({phrase.text})") if phrase.joined else phrase


def _reward_phrase(reward: Reward) -> str:
    match reward:
        case FlatPoints(points):
            return f"{format_count(points, 'point')} for each sale or coupon"
        case PointsPerUnit(points):
            return f"{format_count(points, 'point')} for each unit"
        case PercentOfBase(percent):
            return f"{format_decimal(percent)}% of the base points on top"
        case MultiplyBase(factor):
            return f"{format_decimal(factor)} times the base points instead of 1 time"
        case Slabs(slabs):
            steps = [
                f"{format_count(points, 'point')} per unit from {format_count(units, 'unit')}"
                for units, points in ((slab.from_quantity, slab.points_per_unit) for slab in slabs)
            ]
            return f"{', '.join(steps)}, counted on every unit of the sale" if steps else "No points yet"
        case _:
            assert_never(reward)


def _limits_phrase(limits: RuleLimits) -> str:
    most: list[str] = []
    if limits.times_per_ecp is not None:
        most.append(f"{format_times(limits.times_per_ecp)} per ECP")
    if limits.points_per_ecp_per_month is not None:
        most.append(f"{format_count(limits.points_per_ecp_per_month, 'point')} per ECP per month")
    if limits.points_per_ecp is not None:
        most.append(f"{format_count(limits.points_per_ecp, 'point')} per ECP")
    if limits.points_in_total is not None:
        most.append(f"{format_count(limits.points_in_total, 'point')} in total")
    return f", at most {join_words(most, 'and')}" if most else ""
