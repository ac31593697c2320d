"""Store the data derived from a scheme: its hash, the states of its steps, and its stages."""

from typing import Final
from uuid import UUID

from db.schemes import changes
from db.schemes.reads import SCHEME_IDS_AFTER
from db.sessions import Writing
from domain.calendar import Calendar
from domain.schemes.lifecycle import timeline
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition, load_definitions
from resolvers.schemes.locking import load_scheme

# Schemes in memory at a time.
_SCHEMES_AT_ONCE: Final = 200


async def store_derived(operation: Operation, session: Writing, definition: Definition) -> None:
    """Store the hash, the states of the steps, and the stages of a scheme that is already loaded."""
    scheme_id = definition.scheme.id
    changed = {step.kind: step.state for step in definition.steps if definition.sections[step.kind].state != step.state}
    await changes.set_section_states(session, scheme_id, changed)
    await changes.replace_stages(session, {scheme_id: timeline(definition.facts)})
    await changes.touch_scheme(session, scheme_id, content_hash=definition.content_hash, updated_at=operation.now)


async def rederive_all(operation: Operation, session: Writing, calendar: Calendar) -> None:
    """Derive the stages of every scheme again, by this calendar. The transaction must hold the lock of the program."""
    after = UUID(int=0)
    while ids := await session.fetch(SCHEME_IDS_AFTER, after=after, limit=_SCHEMES_AT_ONCE):
        definitions = await load_definitions(session, ids, operation.now, calendar)
        found = [definition for definition in definitions if definition is not None]
        await changes.replace_stages(session, {each.scheme.id: timeline(each.facts) for each in found})
        after = ids[-1]


async def rederive(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Load a scheme as the transaction sees it, store its derived data, and return it."""
    definition = await load_scheme(operation, session, scheme_id)
    await store_derived(operation, session, definition)
    return definition
