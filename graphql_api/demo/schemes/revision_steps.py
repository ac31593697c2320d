"""Steps of a revision, through the mutations: it is opened, edited, rescheduled, and applied."""

from datetime import timedelta
from typing import Final

from db.rules.reads import RULES_BY_SCHEME
from domain.schemes.stages import WizardStepKind
from graphql_api.demo.rules.bonus_rules import RULES
from graphql_api.demo.rules.references import RuleReferences
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.schemes.scenarios import SchemeStep
from graphql_api.demo.steps import StepContext
from resolvers.schemes.apply_revisions import apply_revisions
from resolvers.schemes.reschedule_scheme_revision import reschedule_scheme_revision
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules

# How much earlier a revision that is rescheduled was going to take effect.
_POSTPONEMENT: Final = timedelta(days=7)


async def open_revision(progress: SchemeProgress, context: StepContext) -> None:
    """Open the revision, with an earlier time if the scenario reschedules it."""
    steps = {step.kind for step in progress.revision.scenario.steps}
    at = progress.effective_at - (_POSTPONEMENT if SchemeStep.RESCHEDULE in steps else timedelta())
    revision_id = await revise_scheme(context.operation, ReviseScheme(progress.live_id, at))
    progress.edit_next(revision_id, version=1)


async def change_rules(progress: SchemeProgress, context: StepContext) -> None:
    """Save the rules of the revision; rules that the scheme already has keep their ids."""
    rows = await context.session.fetch(RULES_BY_SCHEME, ids=[progress.scheme_id])
    known = {row.rule.name: row.rule.id for row in rows}
    references = RuleReferences(
        context.catalog, progress.basics.starts_on or context.clock.calendar.day_of(context.operation.now)
    )
    drafts = []
    for name in progress.revision.rules:
        plan = RULES[name]
        known_id = known.get(plan.name if plan.replaces is None else RULES[plan.replaces].name)
        drafts.append(RuleDraft(known_id, plan.rule(known_id or context.operation.new_id(), references)))
    version = progress.expected_version(WizardStepKind.BONUS_RULES)
    await save_scheme_bonus_rules(context.operation, SaveSchemeBonusRules(progress.scheme_id, version, tuple(drafts)))


async def reschedule(progress: SchemeProgress, context: StepContext) -> None:
    """Move the revision to the planned time."""
    await reschedule_scheme_revision(context.operation, ReviseScheme(progress.scheme_id, progress.effective_at))


async def take_effect(progress: SchemeProgress, context: StepContext) -> None:
    """Apply the revision as the server does when it is due: without a viewer."""
    await apply_revisions(context.environment.operation(None), progress.live_id)
