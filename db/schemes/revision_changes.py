"""Changes to revisions of schemes: open one beside its scheme, and merge it into its scheme."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.schemes.changes import basics_columns, set_sections
from db.schemes.rows import SchemeRow, SubmissionRow
from db.schemes.tables import (
    SchemeActivityTable,
    SchemeParticipantTable,
    SchemeSectionTable,
    SchemeSubmissionTable,
    SchemeTable,
)
from db.sessions import Writing
from domain.schemes.content import SchemeContent, content_hash
from domain.schemes.stages import STEP_ORDER, WizardStepState


async def add_open_revision(  # noqa: PLR0913 - the columns of a new revision, by name
    session: Writing,
    live: SchemeRow,
    content: SchemeContent,
    *,
    scheme_id: UUID,
    number: int,
    effective_at: datetime,
    account_id: UUID,
    at: datetime,
) -> None:
    """Insert the next revision of a scheme, with all five sections saved once, and with the participants of the scheme.

    `terms_version` is preliminary: the number of the version is decided when the revision takes effect.
    """
    same_terms = content.basics.terms_markdown == live.terms_markdown
    values = {
        **basics_columns(live.code, content.basics),
        "id": scheme_id,
        "code": live.code,
        "revision": number,
        "terms_version": live.terms_version if same_terms else live.terms_version + 1,
        "terms_published_at": live.terms_published_at if same_terms else None,
        "content_hash": content_hash(content),
        "revises": live.id,
        "effective_at": effective_at,
        "created_by": account_id,
        "created_at": at,
        "updated_at": at,
    }
    await session.execute(insert(SchemeTable).values(**values))
    saved = {"scheme_id": scheme_id, "version": 1, "saved_at": at, "saved_by": account_id}
    sections = [{**saved, "section": kind, "state": WizardStepState.COMPLETE} for kind in STEP_ORDER]
    await session.execute(insert(SchemeSectionTable), sections)
    await set_sections(session, scheme_id, content)
    await _copy_participants(session, live.id, scheme_id)


async def copy_submission(session: Writing, submission: SubmissionRow, *, scheme_id: UUID, number: int) -> None:
    """Copy the submission of a revision, with its decision, as the latest submission of its scheme."""
    table = SchemeSubmissionTable
    changed: dict[str, Any] = {
        "scheme_id": literal(scheme_id, table.scheme_id.type),
        "number": literal(number, table.number.type),
        "effective_at": literal(None, table.effective_at.type),
    }
    columns = table.__table__.columns
    values = [changed.get(column.name, column) for column in columns]
    copied = select(*values).where(table.scheme_id == submission.scheme_id, table.number == submission.number)
    await session.execute(insert(table).from_select([column.name for column in columns], copied))


async def hand_over(session: Writing, revision_id: UUID, live_id: UUID, opened_at: datetime) -> None:
    """Move the activity of a revision to its scheme, and add the participants who joined it since `opened_at`.

    The versions of saved sections count on from those of the scheme; version 1 was the opening of the revision.
    """
    mine = SchemeActivityTable.scheme_id == revision_id
    counted = SchemeActivityTable.version + SchemeSectionTable.version - 1
    await session.execute(
        update(SchemeActivityTable)
        .where(mine, SchemeSectionTable.scheme_id == live_id, SchemeSectionTable.section == SchemeActivityTable.section)
        .values(scheme_id=live_id, version=counted)
        .execution_options(synchronize_session=False)
    )
    await session.execute(update(SchemeActivityTable).where(mine).values(scheme_id=live_id))
    await _copy_participants(session, revision_id, live_id, since=opened_at)


async def _copy_participants(
    session: Writing, source_id: UUID, target_id: UUID, *, since: datetime | None = None
) -> None:
    table = SchemeParticipantTable
    rows = select(literal(target_id, table.scheme_id.type), table.account_id, table.added_by, table.added_at).where(
        table.scheme_id == source_id
    )
    if since is not None:
        rows = rows.where(table.added_at >= since)
    names = ["scheme_id", "account_id", "added_by", "added_at"]
    await session.execute(upsert(table).from_select(names, rows).on_conflict_do_nothing())
