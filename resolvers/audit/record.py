"""Add entries to the audit log, in the transaction of what they are about."""

from uuid import UUID

from db.audit.changes import NewAuditEntry, add_audit_entry
from db.sessions import Writing
from domain.audit.stored_facts import AuditFact, audit_kind
from domain.node_kinds import NodeKind
from resolvers.context import Operation


async def record_audit(
    operation: Operation, session: Writing, subject: tuple[NodeKind, UUID], fact: AuditFact, *, actor_id: UUID
) -> None:
    """Add an entry about a subject, with the origin of the request."""
    kind, subject_id = subject
    entry = NewAuditEntry(
        id=operation.new_id(),
        at=operation.now,
        actor_id=actor_id,
        kind=audit_kind(fact),
        subject_kind=kind.name,
        subject_id=subject_id,
        client_address=operation.origin.address,
        user_agent=operation.origin.user_agent,
        fact=fact,
    )
    await add_audit_entry(session, entry)
