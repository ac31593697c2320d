"""The two sentences of a rule, written from its own data: who and what qualifies, and what they get.

A condition is first brought into a form without NOT: a negation moves down to the clauses, each of which has a phrase
for itself and a phrase for its opposite, and turns “all” into “any” on its way. Groups within groups of the same sort
become one. What is left reads as verb phrases joined by “and”, with alternatives as “either … or …”; a group goes in
parentheses unless it is the last thing said, where nothing can be mistaken for a part of it.
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
    Limits,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Reward,
    Slabs,
)
from domain.rules.sale_phrases import Said, SaleClause, sale_phrase
from domain.rules.wording import Names, Phrase, joined
from domain.text import counted, decimal, listing, quoted, times

__all__ = ["Names", "asks", "gets", "qualifies"]


class _Stated(Struct, frozen=True):
    clause: Clause
    negated: bool


class _Group(Struct, frozen=True):
    every: bool
    members: "tuple[_Statement, ...]"


class _Unwritten(Struct, frozen=True):
    text: str


_Statement = _Stated | _Group | _Unwritten


def qualifies(rule: BonusRule, names: Names) -> str:
    """Say in one sentence which ECPs, doing what, meet the rule's condition."""
    return f"ECPs who {asks(rule.condition, names)}."


def asks(condition: Condition, names: Names) -> str:
    """Say what a condition asks of ECPs, in words that follow “ECPs who”: “are Gold or above and work in Pune”."""
    return _phrase(_without_not(condition, negated=False, depth=1), names).text


def gets(rule: BonusRule, names: Names) -> str:  # noqa: ARG001 - the two sentences are called alike
    """Say what the rule pays and its limits, and in a second sentence the group it competes in, if it does."""
    pays = f"{_reward(rule.reward)}{_limits(rule.limits)}."
    if rule.exclusive_group is None:
        return pays
    return f"{pays} Only the best rule of the group {quoted(rule.exclusive_group)} pays."


def _without_not(condition: Condition, *, negated: bool, depth: int) -> _Statement:
    if depth > MAX_DEPTH:
        # Validation refuses such a rule; a sentence about it must still not exhaust the stack.
        return _Unwritten("meet conditions that are nested too deep to be put into words")
    match condition:
        case AllOf(conditions):
            return _group(conditions, every=not negated, negated=negated, depth=depth)
        case AnyOf(conditions):
            return _group(conditions, every=negated, negated=negated, depth=depth)
        case Not(inner):
            return _without_not(inner, negated=not negated, depth=depth + 1)
        case _:
            return _Stated(condition, negated)


def _group(conditions: tuple[Condition, ...], *, every: bool, negated: bool, depth: int) -> _Statement:
    members: list[_Statement] = []
    for condition in conditions:
        member = _without_not(condition, negated=negated, depth=depth + 1)
        if isinstance(member, _Group) and member.every == every:
            members.extend(member.members)
        else:
            members.append(member)
    if not members:
        return _Unwritten("meet conditions that are not stated yet")
    return members[0] if len(members) == 1 else _Group(every, tuple(members))


def _phrase(statement: _Statement, names: Names) -> Phrase:
    match statement:
        case _Unwritten(text):
            return Phrase(text)
        case _Stated(clause, negated):
            if isinstance(clause, ProductClause | QuantityClause | ChannelClause | PeriodClause):
                return sale_phrase((Said(clause, negated),), names)
            return ecp_phrase(clause, names, negated=negated)
        case _Group(True, members):
            return joined(tuple(_all_phrases(members, names)), "and")
        case _Group(_, members):
            phrases = tuple(_in_parentheses(member, names) for member in members)
            return Phrase(f"either {joined(phrases, 'or').text}", listed=True, joined=True)
        case _:
            assert_never(statement)


def _all_phrases(members: tuple[_Statement, ...], names: Names) -> Iterator[Phrase]:
    """Yield a phrase for each member, saying together what is asked of one sale, where the first of it is said."""
    together = _said_together(members)
    for index, member in enumerate(members):
        if index in together:
            if index == min(together):
                yield sale_phrase(tuple(together.values()), names)
        elif index == len(members) - 1:
            yield _phrase(member, names)
        else:
            yield _in_parentheses(member, names)


def _said_together(members: tuple[_Statement, ...]) -> dict[int, Said]:
    """Pick the first clause of each type that is about the sale, by its position."""
    picked: dict[type[SaleClause], tuple[int, Said]] = {}
    for index, member in enumerate(members):
        match member:
            case _Stated(ProductClause() | QuantityClause() | ChannelClause() | PeriodClause() as clause, negated):
                picked.setdefault(type(clause), (index, Said(clause, negated)))
            case _:
                pass
    return dict(picked.values())


def _in_parentheses(statement: _Statement, names: Names) -> Phrase:
    phrase = _phrase(statement, names)
    return Phrase(f"({phrase.text})") if phrase.joined else phrase


def _reward(reward: Reward) -> str:
    match reward:
        case FlatPoints(points):
            return f"{counted(points, 'point')} for each sale or coupon"
        case PointsPerUnit(points):
            return f"{counted(points, 'point')} for each unit"
        case PercentOfBase(percent):
            return f"{decimal(percent)}% of the base points on top"
        case MultiplyBase(factor):
            return f"{decimal(factor)} times the base points instead of 1 time"
        case Slabs(slabs):
            steps = [
                f"{counted(slab.points_per_unit, 'point')} per unit from {counted(slab.from_quantity, 'unit')}"
                for slab in slabs
            ]
            return f"{', '.join(steps)}, counted on every unit of the sale" if steps else "No points yet"
        case _:
            assert_never(reward)


def _limits(limits: Limits) -> str:
    most: list[str] = []
    if limits.times_per_ecp is not None:
        most.append(f"{times(limits.times_per_ecp)} per ECP")
    if limits.points_per_ecp_per_month is not None:
        most.append(f"{counted(limits.points_per_ecp_per_month, 'point')} per ECP per month")
    if limits.points_per_ecp is not None:
        most.append(f"{counted(limits.points_per_ecp, 'point')} per ECP")
    if limits.points_in_total is not None:
        most.append(f"{counted(limits.points_in_total, 'point')} in total")
    return f", at most {listing(most, 'and')}" if most else ""
