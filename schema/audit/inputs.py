"""The filter of the audit log."""

from datetime import datetime

import strawberry

from domain.audit.stored_facts import AUDIT_KINDS
from domain.node_kinds import NodeKind
from domain.requests import BadArgument
from resolvers.audit.lists import AuditFilter
from schema.fields import optional
from schema.ids import argument_id, decode_id


@strawberry.input(name="AuditFilter", description="A filter of the audit log. All given conditions must hold.")
class AuditFilterInput:
    actor_id: strawberry.ID | None = optional("Return only entries of this account.")
    subject_id: strawberry.ID | None = optional("Return only entries about this object, of any type.")
    kinds: list[str] | None = optional(f"Return only entries of these kinds: `{'`, `'.join(AUDIT_KINDS)}`.")
    from_at: datetime | None = optional("Return only entries from this moment on.", name="from")
    to_at: datetime | None = optional("Return only entries before this moment.", name="to")

    def to_filter(self) -> AuditFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        subject = None if self.subject_id is None else decode_id(self.subject_id)
        if self.subject_id is not None and subject is None:
            raise BadArgument("This is not a global ID.", "subjectId")
        return AuditFilter(
            actor_id=None if self.actor_id is None else argument_id(NodeKind.ACCOUNT, self.actor_id, "actorId"),
            subject_id=None if subject is None else subject[1],
            kinds=self.kinds,
            from_at=self.from_at,
            to_at=self.to_at,
        )
