"""Additions to the audit log. Nothing changes or deletes an entry."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import insert

from db.audit.tables import AuditEntryTable
from db.sessions import Writing
from domain.stored_facts import StoredFact


class NewAuditEntry(Struct, frozen=True):
    """An entry to insert."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    kind: str
    subject_kind: str
    subject_id: UUID
    client_address: str | None
    user_agent: str | None
    fact: StoredFact


async def add_audit_entry(session: Writing, entry: NewAuditEntry) -> None:
    """Insert an entry."""
    values = asdict(entry)
    await session.execute(insert(AuditEntryTable), [{**values, "fact": msgspec.to_builtins(entry.fact)}])
