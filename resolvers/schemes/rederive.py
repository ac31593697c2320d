"""Store the data derived from a scheme: its hash, the states of its steps, and its stages."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from db.schemes import changes
from db.schemes.reads import LOCK_SCHEME, SCHEME_IDS_AFTER
from db.sessions import Writing
from domain.calendar import Calendar
from domain.schemes.lifecycle import timeline
from domain.schemes.lifecycle_facts import SchemeFacts
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition, load_definitions
from resolvers.schemes.execution_facts import add_execution
from resolvers.schemes.locking import load_scheme
from resolvers.schemes.stage_facts import load_facts

# Schemes in memory at a time.
_SCHEMES_AT_ONCE: Final = 200


async def store_derived(operation: Operation, session: Writing, definition: Definition) -> None:
    """Store the hash, the states of the steps, and the stages of a scheme that is already loaded."""
    scheme_id = definition.scheme.id
    changed = {step.kind: step.state for step in definition.steps if definition.sections[step.kind].state != step.state}
    await changes.set_section_states(session, scheme_id, changed)
    await _store_stages(session, {scheme_id: definition.facts})
    await changes.touch_scheme(session, scheme_id, content_hash=definition.content_hash, updated_at=operation.now)


async def rederive_all(operation: Operation, session: Writing, calendar: Calendar) -> None:
    """Derive the stages of every scheme again, by this calendar. The transaction must hold the lock of the program."""
    after = UUID(int=0)
    while ids := await session.fetch(SCHEME_IDS_AFTER, after=after, limit=_SCHEMES_AT_ONCE):
        definitions = await load_definitions(session, ids, operation.now, calendar)
        await _store_stages(session, {each.scheme.id: each.facts for each in definitions if each is not None})
        after = ids[-1]


async def rederive(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Load a scheme as the transaction sees it, store its derived data, and return it."""
    definition = await load_scheme(operation, session, scheme_id)
    await store_derived(operation, session, definition)
    return definition


async def rederive_execution(operation: Operation, session: Writing, scheme_id: UUID) -> None:
    """Derive the stages of an approved scheme again after its coupons or consignments changed.

    Locks the scheme, and keeps the program as it is until the transaction ends. Nothing else of the scheme changes: it
    keeps its place in lists of what changed last.
    """
    await session.fetch(LOCK_SCHEME, id=scheme_id)
    program = await operation.share_program(session)
    await _store_stages(session, await load_facts(session, [scheme_id], program.calendar))


async def _store_stages(session: Writing, schemes: Mapping[UUID, SchemeFacts]) -> None:
    complete = await add_execution(session, schemes)
    await changes.replace_stages(session, {scheme_id: timeline(facts) for scheme_id, facts in complete.items()})
