"""The table of notifications."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment


class NotificationTable(Base):
    """A stored fact that concerns one account."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification__account_id_created_at", "account_id", "created_at", "id"),
        Index("ix_notification__unread", "account_id", "created_at", "id", postgresql_where=text("read_at IS NULL")),
        CheckConstraint("fact IS NOT NULL OR activity_id IS NOT NULL", "fact_present"),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(comment="What happened")
    fact: Mapped[Any | None] = mapped_column(
        JSONB(none_as_null=True), comment="What the account is notified of; null for what the activity holds"
    )
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    scheme_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme.id"))
    activity_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme_activity.id"))
    created_at: Mapped[Moment]
    read_at: Mapped[Moment | None]
