"""What a simulation assumes and what it found, as sentences."""

from collections.abc import Iterator

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


def list_notices(content: SchemeContent, result: SimulationResult) -> Iterator[str]:
    """Write what explains a result of few points or none, one sentence each."""
    if not result.lines:
        yield "No sale and no coupon of the scheme's products was recorded in this period, so there is nothing to earn."
    if not content.rules:
        yield "The scheme has no bonus rules, so only base points are earned."


def has_pools(content: SchemeContent) -> bool:
    """Whether the content limits what all ECPs earn together."""
    return content.basics.budget is not None or any(rule.limits.points_in_total is not None for rule in content.rules)
