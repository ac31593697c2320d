"""Changes to the program."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import insert, update

from db.program.tables import ProgramActivityTable, ProgramTable
from db.sessions import Writing
from domain.program.facts import ProgramSettings, SettingChange


async def set_settings(session: Writing, settings: ProgramSettings, at: datetime) -> None:
    """Replace the settings of the program."""
    await session.execute(update(ProgramTable).values(**asdict(settings), updated_at=at))


async def set_logo(session: Writing, file_id: UUID) -> None:
    """Replace the logo of the program."""
    await session.execute(update(ProgramTable).values(logo_id=file_id))


async def add_program_activity(
    session: Writing, activity_id: UUID, actor_id: UUID, changes: Sequence[SettingChange], at: datetime
) -> None:
    """Insert an entry of the log of changes."""
    values = {"id": activity_id, "actor_id": actor_id, "at": at, "changes": tuple(changes)}
    await session.execute(insert(ProgramActivityTable).values(**values))
