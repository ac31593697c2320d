"""The entry of the audit log about a link to a file that did not open."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from db.audit.reads import RECENT_ENTRIES
from db.files.reads import FILES_BY_ID, UPLOAD_BY_ID
from domain.audit.stored_facts import DenialReason, FileLinkDenied, audit_kind
from domain.links import Link, LinkKind
from domain.node_kinds import NodeKind
from resolvers.audit.record import record_audit
from resolvers.context import Operation

# A program that tries again and again does not fill the log: an account has one entry about a file in this time.
_INTERVAL: Final = timedelta(hours=1)


async def record_denied_link(operation: Operation, link: Link, reason: DenialReason, *, actor_id: UUID) -> None:
    """Record a denial, unless the actor had one about the same file a short while ago."""
    name = await _name_of(operation, link)
    if name is None:
        return
    fact = FileLinkDenied(name, uploads=link.kind is LinkKind.UPLOAD, reason=reason, account_id=link.account_id)
    async with operation.writing() as session:
        recent = await session.fetch(
            RECENT_ENTRIES,
            subject_id=link.subject_id,
            actor_id=actor_id,
            kind=audit_kind(fact),
            since=operation.now - _INTERVAL,
        )
        if not recent:
            subject = (NodeKind.UPLOAD, link.subject_id)
            await record_audit(operation, session, subject, fact, actor_id=actor_id)


async def _name_of(operation: Operation, link: Link) -> str | None:
    """The name of the file of a link; None if there is neither the file nor its upload."""
    if link.kind is LinkKind.UPLOAD:
        uploads = await operation.fetch(UPLOAD_BY_ID, id=link.subject_id)
        return uploads[0].file_name if uploads else None
    files = await operation.fetch(FILES_BY_ID, ids=[link.subject_id])
    return files[0].name if files else None
