"""The table of notifications."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment


class NotificationTable(Base):
    """A sentence for one account about something that concerns it."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification__account_id_created_at", "account_id", "created_at", "id"),
        Index("ix_notification__unread", "account_id", "created_at", "id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(comment="What happened")
    message: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    scheme_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme.id"))
    activity_id: Mapped[UUID | None] = mapped_column(ForeignKey("scheme_activity.id"))
    created_at: Mapped[Moment]
    read_at: Mapped[Moment | None]
