"""Statements that read the stored stages of schemes as they are, to compare them with what they derive from."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import any_, func, select

from db.columns import columns, scalar
from db.schemes.tables import SchemeStageTable, SchemeTable
from db.statement import Statement, uuids


class StoredStageRow(NamedTuple):
    """A stage of a timeline; `blocked_by` is JSON."""

    scheme_id: UUID
    kind: str
    valid_from: datetime
    valid_until: datetime
    position: int
    state: str
    status: str | None
    since: datetime | None
    done: int
    total: int
    open_step: str | None
    waiting_role: str | None
    waiting_vendor_ids: list[UUID] | None
    waiting_variant_ids: list[UUID] | None
    due_on: date | None
    blocked_by: str
    is_current: bool


STORED_STAGES = Statement(
    select(*columns(SchemeStageTable, StoredStageRow)).where(SchemeStageTable.scheme_id == any_(uuids("ids"))),
    StoredStageRow,
)
SCHEME_COUNT = Statement(select(func.count().label("count")).select_from(SchemeTable), scalar(int))
