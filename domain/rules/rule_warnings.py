"""Warns about legal rules that are probably mistakes: contradictions, rules that shadow others, things out of scope.

Each warning is a sentence for a manager. The reach search decides whether conditions can hold, alone or together, for
every tier and place and on every sale that the scheme allows; see `domain.rules.reach_search`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.calendar import format_day
from domain.channels import EarningChannel
from domain.rules.model import (
    AllOf,
    BonusRule,
    ChannelClause,
    GeographyClause,
    Not,
    PeriodClause,
    ProductClause,
    QuantityClause,
    RuleLimits,
    Slabs,
)
from domain.rules.phrases import DisplayNames, category_phrases, display_names
from domain.rules.reach import funnel_parts
from domain.rules.reach_search import AnyEcp, ReachSearch
from domain.rules.rewards import compile_reward
from domain.rules.sale_assignments import SaleScope
from domain.rules.sentences import condition_phrase
from domain.rules.traversal import walk_clauses
from domain.text import drop_repeats, format_count, join_words, quote

# Numbers of units at which rewards are compared, besides those around every slab.
_SAMPLE_UNITS: Final = (1, 2, 3, 5, 10, 100, 1_000, 1_000_000)
_MAX_LISTED: Final = 3


class RuleWarning(Struct, frozen=True):
    """Something that a manager should know about a rule before submitting it; a `notice` is often intended."""

    code: str
    message: str
    rule_id: UUID
    notice: bool = False


class WarningContext(Struct, frozen=True):
    """What rules are checked against: the scheme, and all places and tiers.

    `paths` leads from each geography up to its country. `late` says that the scheme starts before the rules can pay.
    """

    scope: SaleScope
    geography_ids: frozenset[UUID]
    base_points: Mapping[UUID, int]
    budget: int | None
    paths: Mapping[UUID, tuple[UUID, ...]]
    tier_ranks: Mapping[UUID, int]
    names: DisplayNames
    late: bool = False


def find_rule_warnings(rules: Sequence[BonusRule], context: WarningContext) -> tuple[RuleWarning, ...]:
    """Return all warnings about the rules, rule by rule in order."""
    any_ecp = _any_ecp(rules, context)
    found: list[RuleWarning] = []
    possible: list[BonusRule] = []
    for rule in rules:
        found.extend(_outside_warnings(rule, context))
        found.extend(_slab_warnings(rule))
        found.extend(_pay_warnings(rule, context))
        if not any_ecp.can_meet(rule.condition):
            found.append(RuleWarning("CONTRADICTION", _contradiction(rule, any_ecp, context.names), rule.id))
            continue
        shadowed = list(_shadow_warnings(rule, possible, context, any_ecp))
        found.extend(shadowed or _overlap_warnings(rule, possible, any_ecp))
        possible.append(rule)
    return tuple(found)


def _any_ecp(rules: Iterable[BonusRule], context: WarningContext) -> AnyEcp:
    found = (clause for rule in rules for clause in walk_clauses(rule.condition))
    search = ReachSearch(all_clauses=found, scope=context.scope, paths=context.paths, tier_ranks=context.tier_ranks)
    inside = (place for place, path in context.paths.items() if not context.geography_ids.isdisjoint(path))
    return AnyEcp(search, inside)


def _contradiction(rule: BonusRule, any_ecp: AnyEcp, names: DisplayNames) -> str:
    """Write which two parts of the condition exclude each other, or else the whole condition."""
    parts = funnel_parts(rule.condition)
    for first, second in combinations(parts, 2):
        each_possible = any_ecp.can_meet(first) and any_ecp.can_meet(second)
        if each_possible and not any_ecp.can_meet(AllOf((first, second))):
            one, other = condition_phrase(first, names), condition_phrase(second, names)
            return f"Rule {quote(rule.name)} rewards nobody: no ECPs {one} and at the same time {other}."
    nobody = f"Rule {quote(rule.name)} rewards nobody: no ECP of this scheme can meet its condition"
    return f"{nobody}, which asks for ECPs who {condition_phrase(rule.condition, names)}."


def _outside_warnings(rule: BonusRule, context: WarningContext) -> Iterator[RuleWarning]:
    """Warn about places, products, channels and dates of a rule that the scheme does not have."""
    goods = {sold.product_id for sold in context.scope.variants}
    categories = {sold.category_id for sold in context.scope.variants}
    for clause in dict.fromkeys(walk_clauses(rule.condition)):
        match clause:
            case GeographyClause(ids):
                outside = [place for place in ids if not _touches_scheme(place, context)]
                yield from _outside_warning(
                    rule, display_names(outside, context.names.geographies, "place"), "the geographies of "
                )
            case ProductClause(_, products, kinds):
                named = (
                    *display_names([key for key in products if key not in goods], context.names.products, "product"),
                    *category_phrases([key for key in kinds if key not in categories], context.names),
                )
                yield from _outside_warning(rule, drop_repeats(named), "")
            case ChannelClause(channel) if channel not in context.scope.channels:
                kind = channel.value.lower()
                message = f"Rule {quote(rule.name)} is about the channel {kind}, which is not in the scheme."
                yield RuleWarning("OUTSIDE_SCHEME", message, rule.id)
            case PeriodClause(first, last) if _is_disjoint(first, last, context.scope):
                span = f"from {format_day(context.scope.starts_on)} to {format_day(context.scope.ends_on)}"
                time = f"the time in which it can pay, {span}" if context.late else f"the scheme, which runs {span}"
                message = f"Rule {quote(rule.name)} names dates outside {time}."
                yield RuleWarning("OUTSIDE_SCHEME", message, rule.id)
            case _:
                pass


def _touches_scheme(place: UUID, context: WarningContext) -> bool:
    """Whether a place is in the scheme, or contains a part of it."""
    inside = not context.geography_ids.isdisjoint(context.paths.get(place, ()))
    return inside or any(place in context.paths.get(chosen, ()) for chosen in context.geography_ids)


def _outside_warning(rule: BonusRule, outside: Sequence[str], where: str) -> Iterator[RuleWarning]:
    if outside:
        verb = "is" if len(outside) == 1 else "are"
        message = f"Rule {quote(rule.name)} mentions {_list_some(outside)}, which {verb} outside {where}the scheme."
        yield RuleWarning("OUTSIDE_SCHEME", message, rule.id)


def _is_disjoint(first: date | None, last: date | None, scope: SaleScope) -> bool:
    """Whether the dates share no day with the scheme; None leaves an end open."""
    return (first is not None and first > scope.ends_on) or (last is not None and last < scope.starts_on)


def _slab_warnings(rule: BonusRule) -> Iterator[RuleWarning]:
    if isinstance(rule.reward, Slabs):
        for lower, upper in pairwise(rule.reward.slabs):
            if upper.points_per_unit < lower.points_per_unit:
                less, more = format_count(upper.points_per_unit, "point"), format_count(lower.points_per_unit, "point")
                high, low = format_count(upper.from_quantity, "unit"), format_count(lower.from_quantity, "unit")
                pay = f"{less} per unit from {high}, after {more} from {low}"
                message = f"Rule {quote(rule.name)} pays less for more: {pay}."
                yield RuleWarning("SLABS_DECREASE", message, rule.id)
                return


def _pay_warnings(rule: BonusRule, context: WarningContext) -> Iterator[RuleWarning]:
    """Warn if the rule never pays anything, or if the least that it can pay at once is more than the budget."""
    limits = rule.limits
    paid = [points for points in _sample_points(rule, context) if points > 0]
    if not paid:
        message = f"Rule {quote(rule.name)} pays nothing: its reward is 0 points for everything that can be sold."
        yield RuleWarning("PAYS_NOTHING", message, rule.id)
    most = (limits.points_per_ecp, limits.points_per_ecp_per_month, limits.points_in_total)
    least = min((min(paid, default=0), *(limit for limit in most if limit is not None)))
    if context.budget is not None and least > context.budget:
        message = (
            f"Rule {quote(rule.name)} pays at least {format_count(least, 'point')} at once, more than the whole "
            f"budget of {format_count(context.budget, 'point')}."
        )
        yield RuleWarning("REWARD_EXCEEDS_BUDGET", message, rule.id)


def _sample_points(rule: BonusRule, context: WarningContext) -> Iterator[int]:
    """Yield the points of the reward for sample lines with the units and base points that the scheme allows."""
    earn, fewest = compile_reward(rule.reward), _min_units(rule)
    several = {count for count in _distinct_units(rule) if count > fewest} | {fewest}
    # A coupon is a line of one unit.
    units = {1} if context.scope.channels == (EarningChannel.COUPON,) else several
    bases = set(context.base_points.values()) or {0}
    yield from (earn(count, base * count) for count in units for base in bases)


def _min_units(rule: BonusRule) -> int:
    """The fewest units of a line that meets the rule, as far as quantity clauses at the top level say so."""
    bounds = (part.at_least for part in funnel_parts(rule.condition) if isinstance(part, QuantityClause))
    return max((bound for bound in bounds if bound is not None), default=1)


def _shadow_warnings(
    rule: BonusRule, earlier: Iterable[BonusRule], context: WarningContext, any_ecp: AnyEcp
) -> Iterator[RuleWarning]:
    """Warn if an earlier rule of the same group is met whenever this one is and never pays less."""
    for other in earlier:
        if (
            rule.group_key is not None
            and other.group_key == rule.group_key
            and other.limits == RuleLimits()
            and _never_pays_less(other, rule, context)
            and not any_ecp.can_meet(AllOf((rule.condition, Not(other.condition))))
        ):
            message = (
                f"Rule {quote(rule.name)} never pays: {quote(other.name)} of the same group is met whenever it is, "
                "and pays as much or more."
            )
            yield RuleWarning("SHADOWED", message, rule.id)
            return


def _never_pays_less(other: BonusRule, rule: BonusRule, context: WarningContext) -> bool:
    more, less = compile_reward(other.reward), compile_reward(rule.reward)
    bases = {0, *context.base_points.values()}
    samples = sorted({*_distinct_units(other), *_distinct_units(rule)})
    paid = [(more(units, base * units), less(units, base * units)) for units in samples for base in bases]
    ahead = other.priority >= rule.priority
    return all(high > low or (high == low and (ahead or not low)) for high, low in paid)


def _distinct_units(rule: BonusRule) -> set[int]:
    """The numbers of units at which the rewards of two rules may differ."""
    steps = rule.reward.slabs if isinstance(rule.reward, Slabs) else ()
    edges = {slab.from_quantity + offset for slab in steps for offset in (-1, 0, 1)}
    return {units for units in {*_SAMPLE_UNITS, *edges} if units >= 1}


def _overlap_warnings(rule: BonusRule, earlier: Iterable[BonusRule], any_ecp: AnyEcp) -> Iterator[RuleWarning]:
    """Warn about earlier rules that provably add up with this one on the same sale."""
    both = [
        other
        for other in earlier
        if (rule.group_key is None or other.group_key != rule.group_key)
        and any_ecp.provably_can_meet(AllOf((rule.condition, other.condition)))
    ]
    if both:
        others = _list_some([quote(other.name) for other in both])
        every = "both" if len(both) == 1 else "this one and any of them"
        message = f"Rule {quote(rule.name)} adds up with {others}: the same sale can earn {every}."
        yield RuleWarning("OVERLAP", message, rule.id, notice=True)


def _list_some(words: Sequence[str]) -> str:
    shown, more = list(words[:_MAX_LISTED]), len(words) - _MAX_LISTED
    if more > 0:
        shown.append(f"{more} more")
    return join_words(shown, "and")
