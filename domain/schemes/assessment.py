"""Assesses the rules of a scheme before it is submitted: how many ECPs they reach, and warnings about them (R4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar
from domain.rules.model import BonusRule
from domain.rules.phrases import DisplayNames
from domain.rules.reach import Population, ReachPolicy, ReachVerdict, compute_reach, funnel_parts
from domain.rules.reach_causes import describe_reach, never_done
from domain.rules.reach_sentences import never_done_sentence, reach_sentence
from domain.rules.rule_warnings import WarningContext, find_rule_warnings
from domain.rules.sale_assignments import SaleScope, SoldVariant
from domain.rules.stored_facts import ActivityNeverDone, RuleReach
from domain.schemes.content import SchemeContent
from domain.schemes.definition import ReviewWarning
from domain.text import quote

_NO_AUDIENCE = "No active ECP works in the geographies of the scheme, so nobody can earn in it."
_REACH_CODES: Mapping[ReachVerdict, str] = {ReachVerdict.NOBODY: "REACHES_NOBODY", ReachVerdict.FEW: "REACHES_FEW"}


class Assessment(Struct, frozen=True):
    """The reach of each rule in order, and the warnings about the rules for the current ECPs."""

    reach: tuple[RuleReach, ...] = ()
    warnings: tuple[ReviewWarning, ...] = ()


def sale_scope(
    content: SchemeContent, variants: Mapping[UUID, SoldVariant], calendar: Calendar, *, since: date | None = None
) -> SaleScope | None:
    """The sales that a scheme rewards, on days of the calendar; None while its dates or products are missing.

    `since` is the first day on which this content can be in force; it does not apply to earlier sales.
    """
    basics = content.basics
    opens, closes = basics.enrollment_opens_on, basics.enrollment_closes_on
    starts, ends = basics.starts_on, basics.ends_on
    sold = tuple(variants[key] for key in content.variant_ids if key in variants)
    if opens is None or closes is None or starts is None or ends is None or not sold:
        return None
    if since is not None and since <= ends:
        starts = max(starts, since)
    return SaleScope(
        variants=sold,
        channels=tuple(basics.channels),
        enrollment_opens_on=opens,
        enrollment_closes_on=closes,
        starts_on=starts,
        ends_on=ends,
        calendar=calendar,
    )


def assess(
    content: SchemeContent, scope: SaleScope | None, population: Population, names: DisplayNames, policy: ReachPolicy
) -> Assessment:
    """Compute the reach of the rules and warn about them; empty while the scheme lacks a scope or geographies."""
    if scope is None or not content.geography_ids:
        return Assessment()
    reaches = compute_reach(content.rules, scope, population, policy)
    described = tuple(
        describe_reach(rule, reach, population, names) for rule, reach in zip(content.rules, reaches, strict=True)
    )
    rule_warnings = find_rule_warnings(content.rules, _warning_context(content, scope, population, names))
    found = [
        ReviewWarning(code=warning.code, message=warning.message, rule_id=warning.rule_id, notice=warning.notice)
        for warning in rule_warnings
    ]
    return Assessment(
        described,
        tuple(_order_warnings(content.rules, [*_reach_warnings(content.rules, described, population, names), *found])),
    )


def _reach_warnings(
    rules: Iterable[BonusRule], reaches: Iterable[RuleReach], population: Population, names: DisplayNames
) -> Iterator[ReviewWarning]:
    if not population.size:
        yield ReviewWarning("NO_AUDIENCE", _NO_AUDIENCE)
        return
    for rule, reach in zip(rules, reaches, strict=True):
        if code := _REACH_CODES.get(reach.verdict):
            reaches_whom = "reaches nobody" if reach.verdict is ReachVerdict.NOBODY else "reaches few"
            sentence = reach_sentence(rule, reach)
            yield ReviewWarning(code, f"Rule {quote(rule.name)} {reaches_whom}: {sentence}", rule.id)
        for clause in never_done(rule, population):
            shut_by = funnel_parts(rule.condition)[reach.shut_by]
            if not isinstance(reach.cause, ActivityNeverDone) or clause != shut_by:
                message = f"Rule {quote(rule.name)} {never_done_sentence(clause, names)}"
                yield ReviewWarning("NEVER_DONE", message, rule.id, notice=True)


def _order_warnings(rules: Sequence[BonusRule], warnings: Sequence[ReviewWarning]) -> Iterator[ReviewWarning]:
    """Order warnings: those about the scheme first, then rule by rule."""
    yield from (warning for warning in warnings if warning.rule_id is None)
    for rule in rules:
        yield from (warning for warning in warnings if warning.rule_id == rule.id)


def _warning_context(
    content: SchemeContent, scope: SaleScope, population: Population, names: DisplayNames
) -> WarningContext:
    return WarningContext(
        scope=scope,
        geography_ids=frozenset(content.geography_ids),
        base_points={value.variant_id: value.base_points for value in content.coupon_values},
        budget=content.basics.budget,
        paths=population.paths,
        tier_ranks=population.tier_ranks,
        names=names,
        late=scope.starts_on != content.basics.starts_on,
    )
