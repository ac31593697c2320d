"""Statements that read what recording activities looks at: the ECPs that are named, and what is recorded already."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import any_, select

from db.ecps.tables import EcpActivityTable, EcpTable
from db.statement import Statement, string, texts, uuid


class NamedEcpRow(Struct, frozen=True):
    """An ECP by its code."""

    code: str
    id: UUID
    status: str


class StoredActivityRow(Struct, frozen=True):
    """What an activity says, by its id in the system that reported it."""

    external_id: str
    ecp_id: UUID
    kind: str
    occurred_at: datetime


def _external_id(activity_id: int, external_id: str) -> tuple[int, str]:
    return activity_id, external_id


ECPS_BY_CODE = Statement(
    select(EcpTable.code, EcpTable.id, EcpTable.status).where(EcpTable.code == any_(texts("codes"))), NamedEcpRow
)
STORED_ACTIVITIES = Statement(
    select(
        EcpActivityTable.external_id, EcpActivityTable.ecp_id, EcpActivityTable.kind, EcpActivityTable.occurred_at
    ).where(EcpActivityTable.source == string("source"), EcpActivityTable.external_id == any_(texts("external_ids"))),
    StoredActivityRow,
)
# What other systems call the activities of an ECP.
ACTIVITY_IDS_OF_ECP = Statement(
    select(EcpActivityTable.id, EcpActivityTable.external_id).where(EcpActivityTable.ecp_id == uuid("ecp_id")),
    _external_id,
)
