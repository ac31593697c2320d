"""The mutation upsertGeography."""

from uuid import UUID

from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.reads import CHILDREN_BY_GEOGRAPHY, LOCK_GEOGRAPHY
from db.catalog.rows import GeographyRow
from db.ecps.changes import update_places_of_ecps
from domain.catalog.facts import GeographyLevel
from domain.catalog.inputs import parent_problems
from domain.checks import NAME_LENGTH, code_problems, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import lock_existing, open_upsert, reject_invalid


class UpsertGeography(Struct, frozen=True):
    """Add a geography, or replace the one with this id."""

    id: UUID | None
    code: str
    name: str
    level: GeographyLevel
    parent_id: UUID | None


async def upsert_geography(operation: Operation, command: UpsertGeography) -> UUID:
    """Store the geography and return its id; storing the same values again changes nothing. Raises InvalidInput.

    A geography with children keeps its level; parents are one level up, so the tree cannot have a circle. The ECPs of a
    geography that moves go with it.
    """
    reject_invalid(
        [
            *code_problems(command.code.strip(), ("code",), "The code"),
            *text_problems(command.name, ("name",), "The name", NAME_LENGTH),
        ]
    )
    async with open_upsert(operation, {"uq_geography__code": ("code", "Another geography has this code.")}) as session:
        stored = await lock_existing(session, LOCK_GEOGRAPHY, command.id, "geography")
        # The lock keeps the level of the parent while a child is added.
        parents = await session.fetch(LOCK_GEOGRAPHY, id=command.parent_id) if command.parent_id else []
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
            await put_rows(session, [geography])
            if stored is not None and (stored.level, stored.parent_id) != (geography.level, geography.parent_id):
                await update_places_of_ecps(session, key)
            await append_event(operation, session, EventKind.GEOGRAPHY_SAVED, key)
    return key
