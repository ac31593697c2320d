"""The mutation updateProgram."""

from uuid import UUID

from msgspec import Struct

from db.files.reads import FILES_BY_ID
from db.program.changes import add_program_activity, set_logo, set_settings
from db.program.reads import LOCK_PROGRAM
from db.sessions import Writing
from domain.events import EventKind
from domain.files.facts import UploadPurpose
from domain.program.facts import NO_LOGO, ProgramSettings, SettingChange, setting_changes
from domain.program.failures import TimeZoneFixed
from domain.program.inputs import program_problems
from domain.text import trim_text
from domain.time_zones import find_calendar
from resolvers.context import Operation
from resolvers.files.take_upload import take_upload
from resolvers.outbox.append import append_event
from resolvers.schemes.rederive import rederive_all
from resolvers.validation import reject_invalid


class UpdateProgram(Struct, frozen=True):
    """Change settings of the program. None keeps a setting."""

    name: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    locale: str | None = None
    authors_may_approve: bool | None = None
    logo_upload_id: UUID | None = None
    gs1_company_prefix: str | None = None
    approval_threshold_points: int | None = None

    def apply_to(self, before: ProgramSettings) -> ProgramSettings:
        """The settings after the change."""
        return ProgramSettings(
            name=before.name if self.name is None else trim_text(self.name),
            time_zone=before.time_zone if self.time_zone is None else self.time_zone.strip(),
            currency=before.currency if self.currency is None else self.currency.strip(),
            locale=before.locale if self.locale is None else self.locale.strip(),
            authors_may_approve=(
                before.authors_may_approve if self.authors_may_approve is None else self.authors_may_approve
            ),
            gs1_company_prefix=(
                before.gs1_company_prefix if self.gs1_company_prefix is None else self.gs1_company_prefix.strip()
            ),
            approval_threshold_points=(
                before.approval_threshold_points
                if self.approval_threshold_points is None
                else self.approval_threshold_points
            ),
        )


async def update_program(operation: Operation, command: UpdateProgram) -> UUID:
    """Change settings of the program and log the change; the same settings change nothing.

    A new time zone moves the days of all schemes: the stages of every scheme are derived again in the same transaction.
    Raises InvalidInput, TimeZoneFixed once points are posted, and what `take_upload` raises for a logo.
    """
    async with operation.writing() as session:
        # Changes of schemes share this lock, so none is under way with the calendar of before.
        (before,) = await session.fetch(LOCK_PROGRAM)
        settings = command.apply_to(before)
        reject_invalid(program_problems(settings))
        changes = setting_changes(before.settings, settings)
        moved = settings.time_zone != before.time_zone
        if moved and before.first_posting_at is not None:
            raise TimeZoneFixed(before.time_zone)
        if command.logo_upload_id is not None:
            changes = (*changes, await _replace_logo(operation, session, command.logo_upload_id, before.logo_id))
        if changes:
            await set_settings(session, settings, operation.now)
            await add_program_activity(session, operation.new_id(), operation.viewer.account_id, changes, operation.now)
            if moved:
                await rederive_all(operation, session, find_calendar(settings.time_zone))
            await append_event(operation, session, EventKind.PROGRAM_UPDATED, before.id)
    return before.id


async def _replace_logo(
    operation: Operation, session: Writing, upload_id: UUID, before_id: UUID | None
) -> SettingChange:
    logo = await take_upload(operation, session, upload_id, UploadPurpose.LOGO, ("input", "logoUploadId"))
    await set_logo(session, logo.id)
    before = await session.fetch(FILES_BY_ID, ids=[] if before_id is None else [before_id])
    return SettingChange("logo", before[0].name if before else NO_LOGO, logo.name)
