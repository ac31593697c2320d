"""The mutation upsertGeography."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.reads import CHILDREN_BY_GEOGRAPHY, GEOGRAPHIES_BENEATH, GEOGRAPHIES_BY_ID, LOCK_GEOGRAPHY
from db.catalog.rows import GeographyRow
from db.ecps.changes import update_places_of_ecps
from db.schemes.impact_reads import AffectedSchemeRow
from db.sessions import Writing
from domain.catalog.facts import GeographyLevel
from domain.catalog.inputs import parent_problems
from domain.catalog.stored_facts import GeographyMoved
from domain.checks import NAME_LENGTH, code_problems, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.text import trim_text
from resolvers.catalog.impact import CatalogChange, path_of, require_acknowledgment
from resolvers.context import Operation
from resolvers.ecps.notify import notify_ecps_in
from resolvers.outbox.append import append_event
from resolvers.schemes.notify import notify_affected
from resolvers.validation import lock_existing, open_upsert, reject_invalid


class UpsertGeography(Struct, frozen=True):
    """Add a geography, or replace the one with this id."""

    id: UUID | None
    code: str
    name: str
    level: GeographyLevel
    parent_id: UUID | None
    acknowledge_impact: bool = False


async def upsert_geography(operation: Operation, command: UpsertGeography) -> UUID:
    """Store the geography and return its id; storing the same values again changes nothing.

    A geography with children keeps its level; parents are one level up, so the tree cannot have a circle. The ECPs of a
    geography that moves go with it.

    Raises InvalidInput, and ImpactNotAcknowledged if a move changes whom live schemes or their rules include.
    """
    reject_invalid(
        [
            *code_problems(command.code.strip(), ("code",), "The code"),
            *text_problems(command.name, ("name",), "The name", NAME_LENGTH),
        ]
    )
    async with open_upsert(operation, {"uq_geography__code": ("code", "Another geography has this code.")}) as session:
        stored = await lock_existing(session, LOCK_GEOGRAPHY, command.id, "geography")
        parents = await _lock_parents(session, stored, command)
        if command.parent_id is not None and not parents:
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This geography does not exist.", ("parentId",))])
        reject_invalid(parent_problems(command.level, GeographyLevel(parents[0].level) if parents else None))
        moved = stored is not None and stored.level != command.level
        if moved and await session.fetch(CHILDREN_BY_GEOGRAPHY, ids=[command.id]):
            message = "A geography that has others beneath it keeps its level."
            reject_invalid([Problem(UserErrorCode.CONFLICT, message, ("level",))])
        key = operation.new_id() if stored is None else stored.id
        geography = GeographyRow(
            id=key,
            code=command.code.strip(),
            name=trim_text(command.name),
            level=command.level.value,
            parent_id=command.parent_id,
        )
        if geography != stored:
            affected = await _check_move(operation, session, stored, geography, command)
            await put_rows(session, [geography], operation.now)
            if stored is not None and stored.parent_id != geography.parent_id:
                await _move(operation, session, stored, geography, affected)
            await append_event(operation, session, EventKind.GEOGRAPHY_SAVED, key)
    return key


async def _lock_parents(
    session: Writing, stored: GeographyRow | None, command: UpsertGeography
) -> Sequence[GeographyRow]:
    """Lock the new parent, whose level stays while a child is added, and return it; of a move, lock the old one too.

    A move of the old parent takes the ECPs of its children along, by the tree that it sees: one move waits for the
    other. Parents are locked in the order of their ids, so that two moves never wait for each other.
    """
    left = None if stored is None or stored.parent_id == command.parent_id else stored.parent_id
    locked = {
        key: await session.fetch(LOCK_GEOGRAPHY, id=key)
        for key in sorted({key for key in (left, command.parent_id) if key is not None})
    }
    return [] if command.parent_id is None else locked[command.parent_id]


async def _check_move(
    operation: Operation, session: Writing, before: GeographyRow | None, after: GeographyRow, command: UpsertGeography
) -> Sequence[AffectedSchemeRow]:
    """Find the schemes that a move affects, with everything beneath the geography. Raises ImpactNotAcknowledged."""
    if before is None or before.parent_id == after.parent_id:
        return ()
    beneath = await session.fetch(GEOGRAPHIES_BENEATH, ids=[before.id])
    change = CatalogChange.of_place(await path_of(session, before), await path_of(session, after), beneath)
    return await require_acknowledgment(operation, session, change, acknowledged=command.acknowledge_impact)


async def _move(
    operation: Operation,
    session: Writing,
    before: GeographyRow,
    after: GeographyRow,
    affected: Sequence[AffectedSchemeRow],
) -> None:
    """Take the ECPs of a geography along, and notify them and those who work on the affected schemes."""
    await update_places_of_ecps(session, after.id)
    parents = [key for key in (before.parent_id, after.parent_id) if key is not None]
    names = {row.id: row.name for row in await session.fetch(GEOGRAPHIES_BY_ID, ids=parents)}
    old, new = (None if key is None else names[key] for key in (before.parent_id, after.parent_id))
    await notify_affected(operation, session, affected, GeographyMoved(after.name, old, new))
    beneath = await session.fetch(GEOGRAPHIES_BENEATH, ids=[after.id])
    await notify_ecps_in(operation, session, beneath, place=after.name, parent=new)
