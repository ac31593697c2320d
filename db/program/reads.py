"""Statements that read and lock the program."""

from typing import Final

from sqlalchemy import select

from db.columns import columns, scalar
from db.program.rows import ProgramRow
from db.program.tables import ProgramTable
from db.statement import Statement

PROGRAM_COLUMNS: Final = columns(ProgramTable, ProgramRow)

PROGRAM: Final = Statement(select(*PROGRAM_COLUMNS), ProgramRow)
LOCK_PROGRAM: Final = Statement(select(*PROGRAM_COLUMNS).with_for_update(), ProgramRow)
# Changes that depend on the calendar hold it as it is, side by side with each other.
SHARE_PROGRAM: Final = Statement(select(*PROGRAM_COLUMNS).with_for_update(read=True), ProgramRow)
# None without a prefix.
GS1_COMPANY_PREFIX: Final = Statement(select(ProgramTable.gs1_company_prefix), scalar(str))
