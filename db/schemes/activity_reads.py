"""Statements that read the participants and the activity of schemes."""

from typing import Final

from sqlalchemy import any_, select

from db.columns import columns
from db.counting import counting_by
from db.schemes.rows import ActivityRow, ParticipantRow
from db.schemes.tables import SchemeActivityTable, SchemeParticipantTable
from db.statement import Statement, uuids

ACTIVITY_COLUMNS: Final = columns(SchemeActivityTable, ActivityRow, changes_json=SchemeActivityTable.changes)

ACTIVITIES_BY_ID = Statement(select(*ACTIVITY_COLUMNS).where(SchemeActivityTable.id == any_(uuids("ids"))), ActivityRow)
ACTIVITY_COUNTS = counting_by(SchemeActivityTable.scheme_id)
PARTICIPANTS_BY_SCHEME = Statement(
    select(*columns(SchemeParticipantTable, ParticipantRow))
    .where(SchemeParticipantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeParticipantTable.scheme_id, SchemeParticipantTable.added_at, SchemeParticipantTable.account_id),
    ParticipantRow,
)
