"""Rows of the audit log."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.node_kinds import NodeKind
from domain.stored_facts import AccountNames


class AuditFactRow(Struct, frozen=True):
    """The stored fact of an entry as JSON, with the present names of its accounts."""

    fact_json: str
    actor_name: str | None
    account_name: str | None

    @property
    def names(self) -> AccountNames:
        """The names that its sentence uses."""
        named = AccountNames(account=self.account_name or "")
        return named if self.actor_name is None else AccountNames(self.actor_name, named.account)


class AuditEntryRow(Struct, frozen=True):
    """An entry of the audit log; `actor_id` is None where the server acted."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    kind: str
    subject_kind: str
    subject_id: UUID
    client_address: str | None
    user_agent: str | None
    stored: AuditFactRow

    @property
    def subject_key(self) -> tuple[NodeKind, UUID]:
        """The node that the entry is about."""
        return NodeKind[self.subject_kind], self.subject_id
