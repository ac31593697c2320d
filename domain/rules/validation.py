"""Validates the bonus rules of a scheme; every problem is a sentence that says how to fix it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.failures import Problem, UserErrorCode
from domain.rules.bounds import LONGEST_GROUP_NAME, LONGEST_NAME, MAX_RULES, PRIORITY_RANGE
from domain.rules.condition_problems import condition_problems
from domain.rules.model import BonusRule
from domain.rules.problems import KnownIds, invalid, out_of_range, required, too_many
from domain.rules.reward_problems import limit_problems, reward_problems
from domain.text import text_key


def rule_problems(rules: Sequence[BonusRule], known: KnownIds) -> tuple[Problem, ...]:
    """Return all problems of the rules in order, none when they can be saved. Never raises.

    A path starts at `rules` and continues in the names of the GraphQL input. Too many rules are reported as the only
    problem, so that the work stays bounded.
    """
    if len(rules) > MAX_RULES:
        message = f"A scheme has at most {MAX_RULES} bonus rules and this one has {len(rules):,}; remove some."
        return (too_many(message, "rules"),)
    problems: list[Problem] = []
    ids: set[UUID] = set()
    names: set[str] = set()
    for index, rule in enumerate(rules):
        label = _label(rule, index)
        found = [*_identity_problems(rule, ids, names), *_content_problems(rule, known)]
        problems.extend(
            Problem(problem.code, f"{label}: {problem.message}", ("rules", str(index), *problem.path))
            for problem in found
        )
        ids.add(rule.id)
        names.add(text_key(rule.name))
    return tuple(problems)


def _label(rule: BonusRule, index: int) -> str:
    name = " ".join(rule.name.split())
    if not name:
        return f"Rule {index + 1}"
    return f"Rule “{name}”" if len(name) <= LONGEST_NAME else f"Rule “{name[:LONGEST_NAME]}…”"


def _identity_problems(rule: BonusRule, ids: set[UUID], names: set[str]) -> Iterator[Problem]:
    if rule.id in ids:
        message = "the same rule is in the list twice; remove one of the two."
        yield Problem(UserErrorCode.DUPLICATE, message, ("id",))
    name = text_key(rule.name)
    if not name:
        yield required("the rule has no name; give it one.", "name")
    elif name in names:
        message = "another rule has the same name; give this one a different name."
        yield Problem(UserErrorCode.DUPLICATE, message, ("name",))
    if name and len(rule.name) > LONGEST_NAME:
        yield invalid(f"the name is longer than {LONGEST_NAME} characters; shorten it.", "name")


def _content_problems(rule: BonusRule, known: KnownIds) -> Iterator[Problem]:
    yield from (problem.under("condition") for problem in condition_problems(rule.condition, known))
    yield from (problem.under("reward") for problem in reward_problems(rule.reward))
    yield from (problem.under("limits") for problem in limit_problems(rule.limits))
    yield from out_of_range("the priority", rule.priority, PRIORITY_RANGE, "priority")
    group = rule.exclusive_group
    if group is not None and not text_key(group):
        yield required("the exclusive group has no name; give it one, or leave the group out.", "exclusiveGroup")
    elif group is not None and len(group) > LONGEST_GROUP_NAME:
        message = f"the name of the exclusive group is longer than {LONGEST_GROUP_NAME} characters; shorten it."
        yield invalid(message, "exclusiveGroup")
