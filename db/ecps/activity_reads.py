"""Statements that recording activities needs: the ECPs that a report names, and the activities that are stored."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, select

from db.columns import columns
from db.ecps.tables import EcpActivityTable, EcpTable
from db.statement import Statement, string, texts, uuid


class NamedEcpRow(Struct, frozen=True):
    """An ECP by its code."""

    code: str
    id: UUID
    status: str


class StoredActivityRow(Struct, frozen=True):
    """The content of an activity, by its id in the system that reported it."""

    external_id: str
    ecp_id: UUID
    kind: str
    occurred_at: datetime


class ExternalIdRow(NamedTuple):
    """An activity, by our id and by its id in the system that reported it."""

    id: int
    external_id: str


ECPS_BY_CODE = Statement(
    select(*columns(EcpTable, NamedEcpRow)).where(EcpTable.code == any_(texts("codes"))), NamedEcpRow
)
STORED_ACTIVITIES = Statement(
    select(*columns(EcpActivityTable, StoredActivityRow)).where(
        EcpActivityTable.source_key == string("source_key"), EcpActivityTable.external_id == any_(texts("external_ids"))
    ),
    StoredActivityRow,
)
ACTIVITY_IDS_OF_ECP = Statement(
    select(*columns(EcpActivityTable, ExternalIdRow)).where(EcpActivityTable.ecp_id == uuid("ecp_id")),
    ExternalIdRow,
)
