"""Rows of the program."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.calendar import Calendar
from domain.program.facts import ProgramSettings, SettingChange
from domain.time_zones import find_calendar


class ProgramRow(ProgramSettings, frozen=True):
    """The settings of the program. Its time zone is fixed once `first_posting_at` is set."""

    id: UUID
    logo_id: UUID | None
    first_posting_at: datetime | None
    updated_at: datetime

    @property
    def calendar(self) -> Calendar:
        """The calendar in which people read days and times."""
        return find_calendar(self.time_zone)

    @property
    def settings(self) -> ProgramSettings:
        """The settings on their own."""
        return ProgramSettings(**{name: getattr(self, name) for name in ProgramSettings.__struct_fields__})


class ProgramActivityRow(Struct, frozen=True):
    """A change of the program: the account that made it, and the changed settings as JSON."""

    id: UUID
    at: datetime
    actor_id: UUID
    changes_json: str

    @property
    def changes(self) -> tuple[SettingChange, ...]:
        """The changed settings."""
        return msgspec.json.decode(self.changes_json, type=tuple[SettingChange, ...])

    @property
    def action(self) -> tuple[UUID, tuple[SettingChange, ...]]:
        """The account and what it changed."""
        return self.actor_id, self.changes
