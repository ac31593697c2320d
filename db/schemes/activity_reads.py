"""Statements that read the participants and the activity of schemes."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Uuid, any_, cast, select

from db.accounts.reads import display_name_of
from db.columns import columns
from db.counting import counting_by
from db.schemes.rows import ActivityRow, ParticipantRow, StoredFactRow
from db.schemes.tables import SchemeActivityTable, SchemeParticipantTable
from db.statement import Statement, uuids


def stored_fact_columns(fact: Any, changes: Any, actor_id: Any) -> list[ColumnElement[Any]]:
    """The columns of a StoredFactRow, from the columns of another table or from expressions."""
    return columns(
        None,
        StoredFactRow,
        fact_json=fact,
        changes_json=changes,
        actor_name=display_name_of(actor_id),
        account_name=display_name_of(cast(fact["account_id"].astext, Uuid())),
    )


ACTIVITY_COLUMNS: Final = columns(
    SchemeActivityTable,
    ActivityRow,
    stored=stored_fact_columns(SchemeActivityTable.fact, SchemeActivityTable.changes, SchemeActivityTable.actor_id),
)

ACTIVITIES_BY_ID = Statement(select(*ACTIVITY_COLUMNS).where(SchemeActivityTable.id == any_(uuids("ids"))), ActivityRow)
ACTIVITY_COUNTS = counting_by(SchemeActivityTable.scheme_id)
PARTICIPANTS_BY_SCHEME = Statement(
    select(*columns(SchemeParticipantTable, ParticipantRow))
    .where(SchemeParticipantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeParticipantTable.scheme_id, SchemeParticipantTable.added_at, SchemeParticipantTable.account_id),
    ParticipantRow,
)
