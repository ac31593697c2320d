"""The table of the audit log."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment
from domain.audit.facts import LONGEST_ADDRESS, LONGEST_USER_AGENT


class AuditEntryTable(Base):
    """A stored fact about something that must not leak or get lost. Rows are only ever added."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint(f"length(client_address) <= {LONGEST_ADDRESS}", "client_address_length"),
        CheckConstraint(f"length(user_agent) <= {LONGEST_USER_AGENT}", "user_agent_length"),
        Index("ix_audit_entry__at", "at", "id"),
        Index("ix_audit_entry__actor_id", "actor_id", "at", "id"),
        Index("ix_audit_entry__subject_id", "subject_id", "at", "id"),
        Index("ix_audit_entry__kind", "kind", "at", "id"),
    )

    id: Mapped[Key]
    at: Mapped[Moment]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    subject_kind: Mapped[str] = mapped_column(comment="The kind of node that the entry is about")
    subject_id: Mapped[UUID]
    client_address: Mapped[str | None] = mapped_column(comment="Where the request came from")
    user_agent: Mapped[str | None] = mapped_column(comment="The program that sent it")
    fact: Mapped[Any] = mapped_column(JSONB)
