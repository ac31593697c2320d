"""Statements that list the activity of schemes."""

from functools import cache
from typing import Final

from sqlalchemy import select

from db.keyset import Sort, keyset_by_owner
from db.schemes.activity_reads import ACTIVITY_COLUMNS
from db.schemes.rows import ActivityRow
from db.schemes.tables import SchemeActivityTable
from db.statement import Statement

NEWEST_ACTIVITY: Final = Sort(SchemeActivityTable.at, descending=True)


@cache
def activity_pages(*, resumed: bool) -> Statement[ActivityRow]:
    """A page of the activity of each of the schemes in the parameter `ids`, newest first."""
    query = keyset_by_owner(select(*ACTIVITY_COLUMNS), SchemeActivityTable.scheme_id, NEWEST_ACTIVITY, resumed=resumed)
    return Statement(query, ActivityRow)
