"""What the acts of a revision do: it is opened beside its scheme, changed, moved, and takes effect."""

from datetime import timedelta
from typing import Final

from db.rules.reads import RULES_BY_SCHEME
from domain.schemes.stages import WizardStepKind
from graphql_api.demo.catalog import Naming
from graphql_api.demo.rules import RULES
from graphql_api.demo.stories import Act
from graphql_api.demo.telling import Scene, Telling
from resolvers.schemes.apply_revisions import apply_revisions
from resolvers.schemes.reschedule_scheme_revision import reschedule_scheme_revision
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules

# A revision that is moved was to take effect so much earlier.
_MOVED: Final = timedelta(days=7)


async def open_revision(telling: Telling, scene: Scene) -> None:
    """Begin the revision; who moves it later is a week too early at first."""
    turns = {turn.act for turn in telling.revision.sequel.turns}
    at = telling.effective_at - (_MOVED if Act.RESCHEDULE in turns else timedelta())
    revision_id = await revise_scheme(scene.operation, ReviseScheme(telling.live_id, at))
    telling.go_on_with(revision_id, version=1)


async def change_rules(telling: Telling, scene: Scene) -> None:
    """Save the rules of the revision; those that the scheme has already keep their ids."""
    rows = await scene.session.fetch(RULES_BY_SCHEME, ids=[telling.scheme_id])
    known = {row.rule.name: row.rule.id for row in rows}
    naming = Naming(scene.catalog, telling.basics.starts_on or scene.operation.now.date())
    drafts = []
    for name in telling.revision.rules:
        plan = RULES[name]
        known_id = known.get(plan.name if plan.replaces is None else RULES[plan.replaces].name)
        drafts.append(RuleDraft(known_id, plan.rule(known_id or scene.operation.new_id(), naming)))
    version = telling.expected_version(WizardStepKind.BONUS_RULES)
    await save_scheme_bonus_rules(scene.operation, SaveSchemeBonusRules(telling.scheme_id, version, tuple(drafts)))


async def reschedule(telling: Telling, scene: Scene) -> None:
    """Move the revision to the time that is planned."""
    await reschedule_scheme_revision(scene.operation, ReviseScheme(telling.scheme_id, telling.effective_at))


async def take_effect(telling: Telling, scene: Scene) -> None:
    """Do what the server does by itself when the time has come; nobody is signed in."""
    await apply_revisions(scene.environment.operation(None), telling.live_id)
