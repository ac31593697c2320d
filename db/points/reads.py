"""Statements that read the facts of an ECP for evaluation."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import any_, select

from db.columns import columns
from db.ecps.tables import EcpActivityTable
from db.statement import Statement, moment, texts, uuid


class PastActivityRow(NamedTuple):
    """An activity of an ECP."""

    kind: str
    occurred_at: datetime


# The activities of an ECP up to a moment, of the kinds that rules use.
ACTIVITIES_OF_ECP = Statement(
    select(*columns(EcpActivityTable, PastActivityRow)).where(
        EcpActivityTable.ecp_id == uuid("ecp_id"),
        EcpActivityTable.kind == any_(texts("kinds")),
        EcpActivityTable.occurred_at <= moment("at"),
    ),
    PastActivityRow,
)
