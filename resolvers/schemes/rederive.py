"""Store the data derived from a scheme: its hash, the states of its steps, and its stages."""

from uuid import UUID

from db.schemes import changes
from db.sessions import Writing
from domain.schemes.lifecycle import timeline
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition
from resolvers.schemes.locking import load_scheme


async def store_derived(operation: Operation, session: Writing, definition: Definition) -> None:
    """Store the hash, the states of the steps, and the stages of a scheme that is already loaded."""
    scheme_id = definition.scheme.id
    changed = {step.kind: step.state for step in definition.steps if definition.sections[step.kind].state != step.state}
    await changes.set_section_states(session, scheme_id, changed)
    await changes.replace_stages(session, scheme_id, timeline(definition.facts))
    await changes.touch_scheme(session, scheme_id, content_hash=definition.content_hash, updated_at=operation.now)


async def rederive(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Load a scheme as the transaction sees it, store its derived data, and return it."""
    definition = await load_scheme(operation, session, scheme_id)
    await store_derived(operation, session, definition)
    return definition
