"""What a simulation assumes and what it found, as sentences."""

from collections.abc import Iterator
from datetime import date

from domain.calendar import format_day
from domain.rules.facts import needed_volumes
from domain.rules.model import RuleLimits
from domain.schemes.content import SchemeContent
from domain.simulations.results import SimulationResult


def list_assumptions(content: SchemeContent, *, is_draft: bool) -> Iterator[str]:
    """Write what a simulation assumes, one sentence each."""
    if is_draft:
        yield "The scheme is assumed to run on all days of the period, whatever its own dates."
        yield "Every ECP is assumed to enroll at the beginning of the period."
        yield "Coupons of all schemes that were redeemed in the period count, if the scheme earns through coupons."
    else:
        yield "This content is assumed to be in force during the whole period, within the dates of the scheme."
    if needed_volumes(content.rules):
        yield "Volumes begin with 0 at the beginning of the period."
    if content.basics.budget is not None or any(rule.limits != RuleLimits() for rule in content.rules):
        yield "Limits and the budget are unused at the beginning of the period."


def list_notices(
    content: SchemeContent, result: SimulationResult, period: tuple[date, date], *, is_draft: bool
) -> Iterator[str]:
    """Write what explains few points or none, one sentence each; `period` has the first and the last day."""
    if not result.lines:
        yield "No sale and no coupon of the scheme's products was recorded in this period, so there is nothing to earn."
    yield from _missing_content(content)
    if not is_draft and result.lines and not result.points:
        yield from _closed_scheme(content, period)


def _missing_content(content: SchemeContent) -> Iterator[str]:
    if not content.rules and not content.coupon_values:
        yield "The scheme has neither coupon values nor bonus rules yet, so no sale earns points."
    elif not content.rules:
        yield "The scheme has no bonus rules, so only base points are earned."
    elif not content.coupon_values:
        yield "The scheme has no coupon values, so only bonus points are earned."


def _closed_scheme(content: SchemeContent, period: tuple[date, date]) -> Iterator[str]:
    """What keeps sales from earning in a scheme that takes effect as it is."""
    first, last = content.basics.starts_on, content.basics.ends_on
    if first is not None and first > period[1]:
        yield f"The scheme begins on {format_day(first)}, after this period."
    elif last is not None and last < period[0]:
        yield f"The scheme ended on {format_day(last)}, before this period."
    else:
        yield "Only sales of ECPs that were enrolled when they sold earn points."


def has_pools(content: SchemeContent) -> bool:
    """Whether the content limits what all ECPs earn together."""
    return content.basics.budget is not None or any(rule.limits.points_in_total is not None for rule in content.rules)
