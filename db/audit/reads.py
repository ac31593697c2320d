"""Statements that read entries of the audit log one by one."""

from typing import Any, Final

from sqlalchemy import Uuid, any_, cast, select

from db.accounts.reads import display_name_of
from db.audit.rows import AuditEntryRow, AuditFactRow
from db.audit.tables import AuditEntryTable
from db.columns import columns, scalar
from db.statement import Statement, moment, string, uuid, uuids

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

# Whether an account had an entry of this kind about this object since a moment.
RECENT_ENTRIES = Statement(
    select(AuditEntryTable.id)
    .where(
        AuditEntryTable.subject_id == uuid("subject_id"),
        AuditEntryTable.actor_id == uuid("actor_id"),
        AuditEntryTable.kind == string("kind"),
        AuditEntryTable.at > moment("since"),
    )
    .limit(1),
    scalar(object),
)
ENTRIES_BY_ID = Statement(select(*ENTRY_COLUMNS).where(AuditEntryTable.id == any_(uuids("ids"))), AuditEntryRow)
