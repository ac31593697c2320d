"""The one way a scheme changes: lock it, check the version, change it, record what changed, derive its stages."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from db.schemes import changes
from db.schemes import reads as statements
from db.schemes.reads import schemes_by_id
from db.schemes.rows import SectionRow
from db.sessions import Writing
from domain.events import EventKind
from domain.schemes.change_sentences import sentence
from domain.schemes.content import FieldDifference, differences
from domain.schemes.failures import SchemeNotFound, VersionConflict
from domain.schemes.guards import SchemeAction, refusal
from domain.schemes.lifecycle import timeline
from domain.schemes.stages import WizardStepKind
from resolvers.context import Operation
from resolvers.schemes.activity import Act, record, take_part
from resolvers.schemes.definitions import Definition, load_definitions


class SavedStep(Struct, frozen=True):
    """A step that was saved, and sentences about what saving it did elsewhere in the scheme."""

    scheme_id: UUID
    step: WizardStepKind
    notices: tuple[str, ...] = ()


async def lock_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Lock a scheme that the viewer may see and load it. Raises SchemeNotFound."""
    shown = await session.fetch(schemes_by_id(operation.viewer.scheme_scope), ids=[scheme_id])
    if not shown or not await session.fetch(statements.LOCK_SCHEME, id=scheme_id):
        raise SchemeNotFound
    return await load_scheme(operation, session, scheme_id)


async def load_scheme(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """A scheme as the transaction sees it, whoever asks. Raises SchemeNotFound."""
    (definition,) = await load_definitions(session, [scheme_id], operation.now)
    if definition is None:
        raise SchemeNotFound
    return definition


async def open_draft(
    operation: Operation, session: Writing, scheme_id: UUID, step: WizardStepKind, expected_version: int
) -> Definition:
    """Lock a scheme in order to save one step. Raises SchemeNotFound, IllegalState and VersionConflict."""
    definition = await lock_scheme(operation, session, scheme_id)
    if failure := refusal(SchemeAction.EDIT, definition.standing, operation.viewer):
        raise failure
    if definition.sections[step].version != expected_version:
        raise await _conflict(session, definition, step, expected_version)
    return definition


async def keep_draft(
    operation: Operation, session: Writing, before: Definition, step: WizardStepKind, notices: Sequence[str] = ()
) -> SavedStep:
    """Finish saving a step: its version counts up, what changed is recorded, and the stages follow.

    Saving a step again without a change keeps its version.
    """
    after = await load_scheme(operation, session, before.scheme.id)
    changed = differences(before.content, after.content)
    section = before.sections[step]
    if not changed and section.version > 0:
        return SavedStep(before.scheme.id, step)
    saved = replace(section, version=section.version + 1, saved_at=operation.now, saved_by=operation.viewer.account_id)
    await changes.record_section_save(session, saved)
    await take_part(operation, session, before.scheme.id)
    await record(operation, session, before.scheme.id, _act(operation, before, after, saved, changed))
    await derive(operation, session, replace(after, sections={**after.sections, step: saved}))
    return SavedStep(before.scheme.id, step, tuple(notices))


async def derive(operation: Operation, session: Writing, definition: Definition) -> None:
    """Store everything that follows from the facts of a scheme: its hash, the states of its steps, its stages."""
    scheme_id = definition.scheme.id
    moved = {step.kind: step.state for step in definition.steps if definition.sections[step.kind].state != step.state}
    await changes.set_section_states(session, scheme_id, moved)
    await changes.replace_stages(session, scheme_id, timeline(definition.facts))
    await changes.touch_scheme(session, scheme_id, content_hash=definition.content_hash, updated_at=operation.now)


async def derive_again(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Derive after something other than a step has changed; the scheme as it is now."""
    definition = await load_scheme(operation, session, scheme_id)
    await derive(operation, session, definition)
    return definition


def _act(
    operation: Operation,
    before: Definition,
    after: Definition,
    saved: SectionRow,
    changed: Sequence[FieldDifference],
) -> Act:
    """The save as others are told of it, with the names of what came and of what left."""
    names = {**before.names.variants, **before.places, **after.names.variants, **after.places}
    message = sentence(
        operation.viewer.display_name,
        after.content.basics.title,
        changed,
        {str(key): name for key, name in names.items()},
    )
    if before.scheme.revises is not None:
        message = f"Revision {before.scheme.revision}: {message}"
    step = WizardStepKind(saved.section)
    return Act(EventKind.SCHEME_STEP_SAVED, message, step, saved.version, changed)


async def _conflict(
    session: Writing, definition: Definition, step: WizardStepKind, expected_version: int
) -> VersionConflict:
    """What happened to a section since the version that the editor saw; a version from the future saw nothing."""
    section = definition.sections[step]
    since = await session.fetch(
        statements.CHANGES_SINCE, scheme_id=definition.scheme.id, section=step, version=expected_version
    )
    first: dict[str, FieldDifference] = {}
    for row in since:
        for change in msgspec.json.decode(row.changes_json, type=list[FieldDifference]):
            earlier = first.get(change.field, change)
            first[change.field] = FieldDifference(change.field, earlier.before, change.after)
    latest = since[-1] if since else None
    return VersionConflict(
        step=step,
        expected_version=expected_version,
        current_version=section.version,
        changed_by=section.saved_by,
        changed_by_name=latest.changed_by_name if latest else None,
        changed_at=section.saved_at or definition.scheme.created_at,
        changes=[change for change in first.values() if change.before != change.after],
    )
