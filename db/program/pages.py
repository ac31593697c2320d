"""Statements that list and count the changes of the program."""

from functools import cache
from typing import Final

from sqlalchemy import select

from db.columns import columns
from db.counting import counting
from db.keyset import Sort, keyset
from db.program.rows import ProgramActivityRow
from db.program.tables import ProgramActivityTable
from db.statement import Statement

NEWEST_CHANGES: Final = Sort(ProgramActivityTable.at, descending=True)
_ALL: Final = select(*columns(ProgramActivityTable, ProgramActivityRow, changes_json=ProgramActivityTable.changes))
CHANGE_COUNT: Final = counting(_ALL)


@cache
def change_page(*, backward: bool, resumed: bool) -> Statement[ProgramActivityRow]:
    """A page of the changes of the program, newest first."""
    return Statement(keyset(_ALL, NEWEST_CHANGES, backward=backward, resumed=resumed), ProgramActivityRow)
