"""Tables of working together: who takes part in a scheme, what happened to it, and who was told."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Json, Key, Moment, one_of
from domain.schemes.stages import WizardStepKind


class SchemeParticipantTable(Base):
    """Somebody who is told what others do to a scheme."""

    __tablename__ = "scheme_participant"

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[Moment]


class SchemeActivityTable(Base):
    """What somebody did to a scheme; a saved step with the version it made and the fields it changed."""

    __tablename__ = "scheme_activity"
    __table_args__ = (
        one_of("section", WizardStepKind),
        CheckConstraint("(kind = 'SCHEME_STEP_SAVED') = (section IS NOT NULL)", "section_of_step"),
        CheckConstraint("(section IS NULL) = (version IS NULL)", "section_with_version"),
        Index("ix_scheme_activity__scheme_id_at", "scheme_id", "at", "id"),
        Index(
            "uq_scheme_activity__version",
            "scheme_id",
            "section",
            "version",
            unique=True,
            postgresql_where=text("section IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    kind: Mapped[str]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Moment]
    message: Mapped[str] = mapped_column(comment="What happened as a sentence, with the names of that time")
    section: Mapped[str | None]
    version: Mapped[int | None]
    changes: Mapped[Json]


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
