"""What is legal in a rule and yet not what anybody means: contradictions, rules in the way of others, things outside.

Each finding is a sentence for a manager. Whether conditions can hold at all, or together, is asked of every tier and
place there is, on every occasion that the scheme allows; see domain.rules.reach.
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
    Limits,
    Not,
    PeriodClause,
    ProductClause,
    QuantityClause,
    Slabs,
)
from domain.rules.payouts import earning
from domain.rules.reach import parts_of
from domain.rules.reach_search import AnyEcp, ReachSearch
from domain.rules.sale_assignments import SaleScope
from domain.rules.sentences import Names, asks
from domain.rules.traversal import clauses
from domain.rules.wording import named
from domain.text import counted, listing, quoted, unique

# Units and base points for which rewards are compared: small, large, and around every slab.
_UNITS: Final = (1, 2, 3, 5, 10, 100, 1_000, 1_000_000)
_NAMED: Final = 3


class Finding(Struct, frozen=True):
    """Something that a manager should know about a rule before it is submitted; a `notice` is often meant so."""

    code: str
    message: str
    rule_id: UUID
    notice: bool = False


class Setting(Struct, frozen=True):
    """What rules are checked against: the scheme, and the places and tiers there are.

    It is `late` when the scheme has begun before the rules can pay.
    """

    scope: SaleScope
    geography_ids: frozenset[UUID]
    base_points: Mapping[UUID, int]
    budget: int | None
    paths: Mapping[UUID, tuple[UUID, ...]]
    tier_ranks: Mapping[UUID, int]
    names: Names
    late: bool = False


def rule_findings(rules: Sequence[BonusRule], setting: Setting) -> tuple[Finding, ...]:
    """Everything to know about the rules, rule by rule in their order."""
    any_ecp = _any_ecp(rules, setting)
    found: list[Finding] = []
    possible: list[BonusRule] = []
    for rule in rules:
        found.extend(_outside(rule, setting))
        found.extend(_slabs(rule))
        found.extend(_pay(rule, setting))
        if not any_ecp.can_meet(rule.condition):
            found.append(Finding("CONTRADICTION", _contradiction(rule, any_ecp, setting.names), rule.id))
            continue
        shadowed = list(_shadowed(rule, possible, setting, any_ecp))
        found.extend(shadowed or _overlap(rule, possible, any_ecp))
        possible.append(rule)
    return tuple(found)


def _any_ecp(rules: Iterable[BonusRule], setting: Setting) -> AnyEcp:
    asked = (clause for rule in rules for clause in clauses(rule.condition))
    search = ReachSearch(asked, setting.scope, setting.paths, setting.tier_ranks)
    inside = (place for place, path in setting.paths.items() if not setting.geography_ids.isdisjoint(path))
    return AnyEcp(search, inside)


def _contradiction(rule: BonusRule, any_ecp: AnyEcp, names: Names) -> str:
    """Say which two parts of the condition exclude each other, if it is two of them."""
    parts = parts_of(rule.condition)
    for first, second in combinations(parts, 2):
        alone = any_ecp.can_meet(first) and any_ecp.can_meet(second)
        if alone and not any_ecp.can_meet(AllOf((first, second))):
            one, other = asks(first, names), asks(second, names)
            return f"Rule {quoted(rule.name)} rewards nobody: no ECPs {one} and at the same time {other}."
    what = asks(rule.condition, names)
    return f"Rule {quoted(rule.name)} rewards nobody: no ECPs of this scheme can meet its condition, that they {what}."


def _outside(rule: BonusRule, setting: Setting) -> Iterator[Finding]:
    """What a rule names and the scheme does not have."""
    goods = {sold.product_id for sold in setting.scope.variants}
    categories = {sold.category for sold in setting.scope.variants}
    for clause in dict.fromkeys(clauses(rule.condition)):
        match clause:
            case GeographyClause(ids):
                strangers = [place for place in ids if not _near(place, setting)]
                yield from _strangers(rule, named(strangers, setting.names.geographies, "place"), "the geographies of ")
            case ProductClause(_, products, kinds):
                outside = (
                    *named([key for key in products if key not in goods], setting.names.products, "product"),
                    *(f"the category {quoted(kind)}" for kind in kinds if kind not in categories),
                )
                yield from _strangers(rule, unique(outside), "")
            case ChannelClause(channel) if channel not in setting.scope.channels:
                kind = channel.value.lower()
                message = f"Rule {quoted(rule.name)} is about the channel {kind}, which is not in the scheme."
                yield Finding("OUTSIDE_SCHEME", message, rule.id)
            case PeriodClause(first, last) if _apart(first, last, setting.scope):
                span = f"from {format_day(setting.scope.starts_on)} to {format_day(setting.scope.ends_on)}"
                time = f"the time in which it can pay, {span}" if setting.late else f"the scheme, which runs {span}"
                message = f"Rule {quoted(rule.name)} names dates outside {time}."
                yield Finding("OUTSIDE_SCHEME", message, rule.id)
            case _:
                pass


def _near(place: UUID, setting: Setting) -> bool:
    """Whether a place is in the scheme, or holds a part of it."""
    inside = not setting.geography_ids.isdisjoint(setting.paths.get(place, ()))
    return inside or any(place in setting.paths.get(chosen, ()) for chosen in setting.geography_ids)


def _strangers(rule: BonusRule, strangers: Sequence[str], where: str) -> Iterator[Finding]:
    if strangers:
        verb = "is" if len(strangers) == 1 else "are"
        message = f"Rule {quoted(rule.name)} mentions {_some(strangers)}, which {verb} outside {where}the scheme."
        yield Finding("OUTSIDE_SCHEME", message, rule.id)


def _apart(first: date | None, last: date | None, scope: SaleScope) -> bool:
    """Whether dates, of which either may be open, share no day with the scheme."""
    return (first is not None and first > scope.ends_on) or (last is not None and last < scope.starts_on)


def _slabs(rule: BonusRule) -> Iterator[Finding]:
    if isinstance(rule.reward, Slabs):
        for lower, upper in pairwise(rule.reward.slabs):
            if upper.points_per_unit < lower.points_per_unit:
                message = (
                    f"Rule {quoted(rule.name)} pays less for more: {counted(upper.points_per_unit, 'point')} per unit "
                    f"from {counted(upper.from_quantity, 'unit')}, after {counted(lower.points_per_unit, 'point')} "
                    f"from {counted(lower.from_quantity, 'unit')}."
                )
                yield Finding("SLABS_DECREASE", message, rule.id)
                return


def _pay(rule: BonusRule, setting: Setting) -> Iterator[Finding]:
    """That the rule pays nothing at all; or the least that it can pay at once, when that is more than the budget."""
    limits = rule.limits
    paid = [points for points in _earned(rule, setting) if points > 0]
    if not paid:
        message = f"Rule {quoted(rule.name)} pays nothing: its reward is 0 points for everything that can be sold."
        yield Finding("PAYS_NOTHING", message, rule.id)
    most = (limits.points_per_ecp, limits.points_per_ecp_per_month, limits.points_in_total)
    least = min((min(paid, default=0), *(limit for limit in most if limit is not None)))
    if setting.budget is not None and least > setting.budget:
        message = (
            f"Rule {quoted(rule.name)} pays at least {counted(least, 'point')} at once, more than the whole "
            f"budget of {counted(setting.budget, 'point')}."
        )
        yield Finding("REWARD_EXCEEDS_BUDGET", message, rule.id)


def _earned(rule: BonusRule, setting: Setting) -> Iterator[int]:
    """What the reward is for lines of as many units, and with such base points, as the scheme allows."""
    earn, fewest = earning(rule.reward), _fewest_units(rule)
    several = {count for count in _units(rule) if count > fewest} | {fewest}
    # A coupon is a line of one unit.
    units = {1} if setting.scope.channels == (EarningChannel.COUPON,) else several
    bases = set(setting.base_points.values()) or {0}
    yield from (earn(count, base * count) for count in units for base in bases)


def _fewest_units(rule: BonusRule) -> int:
    """The units below which no line meets the rule, as far as the parts that must all hold say so."""
    bounds = (part.at_least for part in parts_of(rule.condition) if isinstance(part, QuantityClause))
    return max((bound for bound in bounds if bound is not None), default=1)


def _shadowed(rule: BonusRule, earlier: Iterable[BonusRule], setting: Setting, any_ecp: AnyEcp) -> Iterator[Finding]:
    """An earlier rule of the group that is met whenever this one is, and never pays less, leaves it nothing."""
    for other in earlier:
        if (
            rule.exclusive_group is not None
            and other.exclusive_group == rule.exclusive_group
            and other.limits == Limits()
            and _never_less(other, rule, setting)
            and not any_ecp.can_meet(AllOf((rule.condition, Not(other.condition))))
        ):
            message = (
                f"Rule {quoted(rule.name)} never pays: {quoted(other.name)} of the same group is met whenever it is, "
                "and pays as much or more."
            )
            yield Finding("SHADOWED", message, rule.id)
            return


def _never_less(other: BonusRule, rule: BonusRule, setting: Setting) -> bool:
    more, less = earning(other.reward), earning(rule.reward)
    bases = {0, *setting.base_points.values()}
    samples = sorted({*_units(other), *_units(rule)})
    paid = [(more(units, base * units), less(units, base * units)) for units in samples for base in bases]
    ahead = other.priority >= rule.priority
    return all(high > low or (high == low and (ahead or not low)) for high, low in paid)


def _units(rule: BonusRule) -> set[int]:
    """Numbers of units that tell rewards apart."""
    steps = rule.reward.slabs if isinstance(rule.reward, Slabs) else ()
    edges = {slab.from_quantity + offset for slab in steps for offset in (-1, 0, 1)}
    return {units for units in {*_UNITS, *edges} if units >= 1}


def _overlap(rule: BonusRule, earlier: Iterable[BonusRule], any_ecp: AnyEcp) -> Iterator[Finding]:
    """Earlier rules that add up with this one on the same sale."""
    both = [
        other
        for other in earlier
        if (rule.exclusive_group is None or other.exclusive_group != rule.exclusive_group)
        and any_ecp.provably_can_meet(AllOf((rule.condition, other.condition)))
    ]
    if both:
        others = _some([quoted(other.name) for other in both])
        every = "both" if len(both) == 1 else "this one and any of them"
        message = f"Rule {quoted(rule.name)} adds up with {others}: the same sale can earn {every}."
        yield Finding("OVERLAP", message, rule.id, notice=True)


def _some(words: Sequence[str]) -> str:
    shown, more = list(words[:_NAMED]), len(words) - _NAMED
    if more > 0:
        shown.append(f"{more} more")
    return listing(shown, "and")
