"""The mutation saveSchemeGeographies."""

from uuid import UUID

from msgspec import Struct

from db.catalog.reads import GEOGRAPHIES_BY_ID
from db.schemes import changes
from domain.checks import choice_problems
from domain.schemes.inputs import GEOGRAPHIES_LIMIT
from domain.schemes.stages import WizardStepKind
from resolvers.context import Operation
from resolvers.schemes.edit import SavedStep, begin_edit, finish_edit
from resolvers.validation import reject_invalid


class SaveSchemeGeographies(Struct, frozen=True):
    """Save the third step: exactly these geographies, each with everything beneath it."""

    scheme_id: UUID
    expected_version: int
    geography_ids: tuple[UUID, ...]


async def save_scheme_geographies(operation: Operation, command: SaveSchemeGeographies) -> SavedStep:
    """Save the geographies. Raises InvalidInput, NotFound, IllegalState and VersionConflict."""
    step = WizardStepKind.GEOGRAPHIES
    async with operation.writing() as session:
        draft = await begin_edit(operation, session, command.scheme_id, step, command.expected_version)
        known = await session.fetch(GEOGRAPHIES_BY_ID, ids=list(command.geography_ids[: GEOGRAPHIES_LIMIT + 1]))
        known_ids = {geography.id for geography in known}
        reject_invalid(
            choice_problems(command.geography_ids, known_ids, "geographyIds", "geography", GEOGRAPHIES_LIMIT)
        )
        await changes.set_geographies(session, command.scheme_id, command.geography_ids)
        return await finish_edit(operation, session, draft, step)
