"""Loaders of the reach of rules: current, and at the time of a submission (R4)."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.schemes.reads import SNAPSHOTS
from db.sessions import Fetching
from domain.rules.reach import ReachVerdict
from domain.rules.reach_sentences import reach_sentence, step_sentence
from domain.rules.stored_facts import RuleReach
from domain.schemes.assessment import Assessment, assess, sale_scope
from domain.schemes.definition import ReviewWarning
from resolvers.context import Operation
from resolvers.rules.loaders import RuleView, rule_rows, rule_views
from resolvers.rules.populations import load_assessment_context
from resolvers.schemes.definitions import Definition
from resolvers.schemes.disclosure import may_follow
from resolvers.schemes.review import list_warnings


class ReachStepView(Struct, frozen=True):
    """A part of a rule's condition in words, with its counts."""

    clause: str
    remaining: int
    excluded: int


class RuleReachView(Struct, frozen=True):
    """The reach of a rule, with the rule."""

    rule: RuleView
    reach: RuleReach

    @property
    def verdict(self) -> ReachVerdict:
        """The verdict on the reach."""
        return self.reach.verdict

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return reach_sentence(self.rule.rule, self.reach)

    @property
    def funnel(self) -> Sequence[ReachStepView]:
        """The steps that narrow the reach down."""
        rule = self.rule.rule
        return [
            ReachStepView(step_sentence(rule, self.reach, position), step.remaining, step.excluded)
            for position, step in enumerate(self.reach.funnel)
        ]


class WarningView(Struct, frozen=True):
    """A warning, with the rule concerned."""

    warning: ReviewWarning
    rule: RuleView | None


class AssessmentView(Struct, frozen=True):
    """The assessment of a scheme, with its rules."""

    reach: tuple[RuleReachView, ...] = ()
    warnings: tuple[WarningView, ...] = ()


class SnapshotView(Struct, frozen=True):
    """The warnings and reach stored with a submission; later changes to names, rules and ECPs do not affect them."""

    acknowledged_warnings: Sequence[str]
    reach: tuple[RuleReachView, ...]


async def assess_definitions(
    operation: Operation, fetching: Fetching, definitions: Sequence[Definition]
) -> list[Assessment]:
    """Assess each scheme as it is now, by the policy of the operation, with all of its warnings."""
    contents = [definition.content for definition in definitions]
    found = await load_assessment_context(fetching, contents, operation.now, definitions[0].calendar)
    assessed = []
    for definition, population in zip(definitions, found.populations, strict=True):
        names = definition.names
        every = replace(names, tiers=found.tier_names, geographies={**names.geographies, **definition.places})
        scope = sale_scope(definition.content, found.variants, definition.calendar, since=_since(definition))
        # This takes milliseconds, but seconds for the largest rules, so it must not block the event loop.
        about_rules = await asyncio.to_thread(
            assess, definition.content, scope, population, every, operation.reach_policy
        )
        assessed.append(replace(about_rules, warnings=(*list_warnings(definition), *about_rules.warnings)))
    return assessed


def _since(definition: Definition) -> date | None:
    """Return the first day on which the content can be in force: the day of the revision, or today for a draft."""
    scheme, calendar = definition.scheme, definition.calendar
    if scheme.effective_at is not None:
        return calendar.day_of(scheme.effective_at)
    return calendar.day_of(definition.as_of) if scheme.approved_at is None else None


async def assessments_by_definition(operation: Operation, definitions: list[Definition]) -> list[AssessmentView]:
    """Load the assessment of each scheme; None without `scheme:follow`."""
    if not may_follow(operation):
        return [AssessmentView()] * len(definitions)
    assessed = await assess_definitions(operation, operation, definitions)
    rows = [rule_rows(found.scheme.id, found.content.rules) for found in definitions]
    views = iter(await rule_views(operation, [row for group in rows for row in group]))
    return [_view(assessment, [next(views) for _ in group]) for assessment, group in zip(assessed, rows, strict=True)]


async def snapshots_by_submission(operation: Operation, keys: list[tuple[UUID, int]]) -> list[SnapshotView]:
    """Load the snapshots of submissions, by scheme and number."""
    stored = await operation.fetch(
        SNAPSHOTS, scheme_ids=[key for key, _ in keys], numbers=[number for _, number in keys]
    )
    found = {(row.scheme_id, row.number): row for row in stored}
    rows = [rule_rows(key[0], found[key].content.rules) for key in keys]
    views = iter(await rule_views(operation, [row for group in rows for row in group]))
    return [
        SnapshotView(found[key].acknowledged_warnings, _with_rules(found[key].reach, [next(views) for _ in group]))
        for key, group in zip(keys, rows, strict=True)
    ]


def _view(assessment: Assessment, rules: Sequence[RuleView]) -> AssessmentView:
    by_id = {view.id: view for view in rules}
    warnings = (
        WarningView(warning, None if warning.rule_id is None else by_id[warning.rule_id])
        for warning in assessment.warnings
    )
    return AssessmentView(_with_rules(assessment.reach, rules), tuple(warnings))


def _with_rules(reaches: Iterable[RuleReach], rules: Sequence[RuleView]) -> tuple[RuleReachView, ...]:
    by_id = {view.id: view for view in rules}
    return tuple(RuleReachView(by_id[reach.rule_id], reach) for reach in reaches)
