"""Statements that read the participants and the activity of schemes."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import any_, func, select, true

from db.keyset import Sort, keyset
from db.schemes.rows import ActivityRow
from db.schemes.tables import SchemeActivityTable, SchemeParticipantTable
from db.statement import Query, Statement, uuids


def _activities() -> Query:
    return select(
        SchemeActivityTable.id,
        SchemeActivityTable.scheme_id,
        SchemeActivityTable.kind,
        SchemeActivityTable.actor_id,
        SchemeActivityTable.at,
        SchemeActivityTable.message,
        SchemeActivityTable.section,
        SchemeActivityTable.version,
        SchemeActivityTable.changes,
    )


def _pair(first: UUID, second: UUID) -> tuple[UUID, UUID]:
    return first, second


def _count(key: UUID, count: int) -> tuple[UUID, int]:
    return key, count


ACTIVITIES_BY_ID = Statement(_activities().where(SchemeActivityTable.id == any_(uuids("ids"))), ActivityRow)


PARTICIPANTS_BY_SCHEME = Statement(
    select(SchemeParticipantTable.scheme_id, SchemeParticipantTable.account_id)
    .where(SchemeParticipantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeParticipantTable.scheme_id, SchemeParticipantTable.added_at, SchemeParticipantTable.account_id),
    _pair,
)


_NEWEST_ACTIVITY: Final = Sort(
    SchemeActivityTable.at, SchemeActivityTable.id, SchemeActivityTable.at.type, descending=True
)


@cache
def activity_pages(*, resumed: bool) -> Statement[ActivityRow]:
    """A page of the activity of each of the schemes in the parameter `ids`, newest first."""
    wanted = func.unnest(uuids("ids")).table_valued("id", name="wanted").render_derived()
    own = _activities().where(SchemeActivityTable.scheme_id == wanted.c.id)
    page = keyset(own, _NEWEST_ACTIVITY, backward=False, resumed=resumed).lateral("page")
    query = select(*page.c).select_from(wanted.join(page, true())).order_by(page.c.at.desc(), page.c.id.desc())
    return Statement(query, ActivityRow)


ACTIVITY_COUNTS = Statement(
    select(SchemeActivityTable.scheme_id, func.count())
    .where(SchemeActivityTable.scheme_id == any_(uuids("ids")))
    .group_by(SchemeActivityTable.scheme_id),
    _count,
)
