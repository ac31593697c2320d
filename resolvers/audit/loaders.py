"""Loaders of entries of the audit log."""

from uuid import UUID

from db.audit import reads as statements
from db.audit.rows import AuditEntryRow, AuditFactRow
from domain.audit.sentences import audit_sentence
from domain.audit.stored_facts import AUDIT_DECODER
from resolvers.context import Operation
from resolvers.loading import align_one


async def audit_entries_by_id(operation: Operation, ids: list[UUID]) -> list[AuditEntryRow | None]:
    """Load entries; None for unknown ids."""
    rows = await operation.fetch(statements.ENTRIES_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def audit_sentences(operation: Operation, stored: list[AuditFactRow]) -> list[str]:
    """Write the sentences of stored facts, without a statement for each."""
    facts = [AUDIT_DECODER.decode(row.fact_json) for row in stored]
    calendar = await operation.calendar_for(facts)
    return [audit_sentence(fact, row.names, calendar) for fact, row in zip(facts, stored, strict=True)]
