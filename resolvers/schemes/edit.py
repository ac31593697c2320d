"""Save a step of the wizard: begin with the locked scheme at the expected version, finish with its changes."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from db.schemes import changes
from db.schemes import reads as statements
from db.schemes.rows import SectionRow
from db.sessions import Writing
from domain.events import EventKind
from domain.schemes.content import FieldDifference, differences
from domain.schemes.failures import VersionConflict
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.stages import WizardStepKind
from domain.schemes.stored_facts import StepSaved
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition, names_of_changes
from resolvers.schemes.locking import load_scheme, lock_scheme
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from resolvers.schemes.rederive import store_derived


class SavedStep(Struct, frozen=True):
    """A saved step, with sentences about effects elsewhere in the scheme."""

    scheme_id: UUID
    step: WizardStepKind
    notices: tuple[str, ...] = ()


async def begin_edit(
    operation: Operation, session: Writing, scheme_id: UUID, step: WizardStepKind, expected_version: int
) -> Definition:
    """Lock a scheme in order to save one step. Raises NotFound, IllegalState and VersionConflict."""
    definition = await lock_scheme(operation, session, scheme_id)
    SCHEME_GUARDS.check(SchemeAction.EDIT, definition.standing, operation.viewer)
    if definition.sections[step].version != expected_version:
        raise await _find_conflict(session, definition, step, expected_version)
    return definition


async def finish_edit(
    operation: Operation, session: Writing, before: Definition, step: WizardStepKind, notices: Sequence[str] = ()
) -> SavedStep:
    """Finish saving a step: count up its version, record the changes, and rederive the stages.

    Saving a step again without a change keeps its version.
    """
    after = await load_scheme(operation, session, before.scheme.id)
    changed = differences(before.content, after.content)
    section = before.sections[step]
    if not changed and section.version > 0:
        return SavedStep(before.scheme.id, step)
    editor_id = operation.viewer.account_id
    authors = section.authors if editor_id in section.authors else [*section.authors, editor_id]
    saved = replace(section, version=section.version + 1, saved_at=operation.now, saved_by=editor_id, authors=authors)
    await changes.record_section_save(session, saved)
    await join_scheme(operation, session, before.scheme.id)
    await record_activity(operation, session, before.scheme.id, _describe_save(before, after, saved, changed))
    await store_derived(operation, session, replace(after, sections={**after.sections, step: saved}))
    return SavedStep(before.scheme.id, step, tuple(notices))


def _describe_save(
    before: Definition, after: Definition, saved: SectionRow, changed: Sequence[FieldDifference]
) -> NewActivity:
    """Describe the save, with the names of what was added or removed."""
    fact = StepSaved(scheme=after.name, names=names_of_changes(changed, before, after))
    step = WizardStepKind(saved.section)
    return NewActivity(
        kind=EventKind.SCHEME_STEP_SAVED, fact=fact, section=step, version=saved.version, changes=changed
    )


async def _find_conflict(
    session: Writing, definition: Definition, step: WizardStepKind, expected_version: int
) -> VersionConflict:
    """Collect the changes to a section since the version that the editor saw; none for a version still to come."""
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
