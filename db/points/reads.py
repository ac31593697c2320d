"""Statements that read what evaluation is told of an ECP."""

from datetime import datetime

from sqlalchemy import any_, select

from db.ecps.tables import EcpActivityTable
from db.statement import Statement, moment, texts, uuid


def _done(kind: str, at: datetime) -> tuple[str, datetime]:
    return kind, at


# What an ECP did up to a moment, of the kinds that rules ask for.
ACTIVITIES_OF_ECP = Statement(
    select(EcpActivityTable.kind, EcpActivityTable.occurred_at).where(
        EcpActivityTable.ecp_id == uuid("ecp_id"),
        EcpActivityTable.kind == any_(texts("kinds")),
        EcpActivityTable.occurred_at <= moment("at"),
    ),
    _done,
)
