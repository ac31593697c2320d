"""What a scheme's rules would do to its ECPs, before it is submitted: their reach, and what is odd about them (R4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from domain.rules.model import BonusRule
from domain.rules.phrases import DisplayNames
from domain.rules.reach import Population, Reach, ReachPolicy, ReachVerdict, compute_reach
from domain.rules.reach_sentences import never_done, never_done_sentence, reach_sentence
from domain.rules.rule_warnings import WarningContext, find_rule_warnings
from domain.rules.sale_assignments import SaleScope, SoldVariant
from domain.rules.sentences import condition_phrase
from domain.schemes.content import SchemeContent
from domain.schemes.definition import ReviewWarning
from domain.text import quote

_NOBODY_THERE = "No active ECP works in the geographies of the scheme, so nobody can earn in it."
_CODES: Mapping[ReachVerdict, str] = {ReachVerdict.NOBODY: "REACHES_NOBODY", ReachVerdict.FEW: "REACHES_FEW"}


class ReachStep(Struct, frozen=True, rename="camel"):
    """A part of a rule's condition in words, and how many ECPs are left behind it and fell out at it."""

    clause: str
    remaining: int
    excluded: int


class RuleReach(Struct, frozen=True, rename="camel"):
    """How many ECPs could meet a rule, in words and numbers that can be kept: names may change later."""

    rule_id: UUID
    audience: int
    eligible: int
    verdict: ReachVerdict
    sentence: str
    funnel: tuple[ReachStep, ...]


class Assessment(Struct, frozen=True):
    """The reach of each rule in order, and the warnings that follow from the rules and the ECPs there are."""

    reach: tuple[RuleReach, ...] = ()
    warnings: tuple[ReviewWarning, ...] = ()


def sale_scope(
    content: SchemeContent, goods: Mapping[UUID, SoldVariant], since: date | None = None
) -> SaleScope | None:
    """What a scheme allows to be sold, how and when; None while its dates or products are missing.

    `since` is the first day on which this content can be in force: what was sold before is not valued by it.
    """
    basics = content.basics
    opens, closes = basics.enrollment_opens_on, basics.enrollment_closes_on
    starts, ends = basics.starts_on, basics.ends_on
    sold = tuple(goods[key] for key in content.variant_ids if key in goods)
    if opens is None or closes is None or starts is None or ends is None or not sold:
        return None
    if since is not None and since <= ends:
        starts = max(starts, since)
    return SaleScope(sold, tuple(basics.channels), opens, closes, starts, ends)


def assess(
    content: SchemeContent, scope: SaleScope | None, population: Population, names: DisplayNames, policy: ReachPolicy
) -> Assessment:
    """Count whom the rules reach, and check them; nothing while the scheme is not far enough to say so."""
    if scope is None or not content.geography_ids:
        return Assessment()
    reaches = compute_reach(content.rules, scope, population, policy)
    kept = tuple(_in_words(rule, reach, population, names) for rule, reach in zip(content.rules, reaches, strict=True))
    findings = find_rule_warnings(content.rules, _warning_context(content, scope, population, names))
    found = [ReviewWarning(finding.code, finding.message, finding.rule_id, finding.notice) for finding in findings]
    return Assessment(
        kept, tuple(_in_order(content.rules, [*_about_reach(content.rules, kept, population, names), *found]))
    )


def _in_words(rule: BonusRule, reach: Reach, population: Population, names: DisplayNames) -> RuleReach:
    funnel = tuple(
        ReachStep(f"ECPs who {condition_phrase(step.condition, names)}", step.remaining, step.excluded)
        for step in reach.funnel
    )
    sentence = reach_sentence(rule, reach, population, names)
    return RuleReach(rule.id, reach.audience, reach.eligible, reach.verdict, sentence, funnel)


def _about_reach(
    rules: Iterable[BonusRule], reaches: Iterable[RuleReach], population: Population, names: DisplayNames
) -> Iterator[ReviewWarning]:
    if not population.size:
        yield ReviewWarning("NO_AUDIENCE", _NOBODY_THERE)
        return
    for rule, reach in zip(rules, reaches, strict=True):
        if code := _CODES.get(reach.verdict):
            reaches_whom = "reaches nobody" if reach.verdict is ReachVerdict.NOBODY else "reaches few"
            yield ReviewWarning(code, f"Rule {quote(rule.name)} {reaches_whom}: {reach.sentence}", rule.id)
        for clause in never_done(rule, population):
            message = never_done_sentence(clause, names)
            if not reach.sentence.endswith(message):
                yield ReviewWarning("NEVER_DONE", f"Rule {quote(rule.name)} {message}", rule.id, notice=True)


def _in_order(rules: Sequence[BonusRule], warnings: Sequence[ReviewWarning]) -> Iterator[ReviewWarning]:
    """Those about the scheme, then rule by rule."""
    yield from (warning for warning in warnings if warning.rule_id is None)
    for rule in rules:
        yield from (warning for warning in warnings if warning.rule_id == rule.id)


def _warning_context(
    content: SchemeContent, scope: SaleScope, population: Population, names: DisplayNames
) -> WarningContext:
    return WarningContext(
        scope,
        frozenset(content.geography_ids),
        {value.variant_id: value.base_points for value in content.coupon_values},
        content.basics.budget,
        population.paths,
        population.tier_ranks,
        names,
        late=scope.starts_on != content.basics.starts_on,
    )
