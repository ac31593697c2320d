"""Statements that read entries of the audit log one by one."""

from typing import Any, Final

from sqlalchemy import Uuid, any_, cast, select

from db.accounts.reads import display_name_of
from db.audit.rows import AuditEntryRow, AuditFactRow
from db.audit.tables import AuditEntryTable
from db.columns import columns
from db.statement import Statement, uuids

_FACT: Final[Any] = AuditEntryTable.fact
_ACTOR_ID: Final[Any] = AuditEntryTable.actor_id
ENTRY_COLUMNS: Final = columns(
    AuditEntryTable,
    AuditEntryRow,
    stored=columns(
        AuditEntryTable,
        AuditFactRow,
        fact_json=_FACT,
        actor_name=display_name_of(_ACTOR_ID),
        account_name=display_name_of(cast(_FACT["account_id"].astext, Uuid())),
    ),
)

ENTRIES_BY_ID = Statement(select(*ENTRY_COLUMNS).where(AuditEntryTable.id == any_(uuids("ids"))), AuditEntryRow)
