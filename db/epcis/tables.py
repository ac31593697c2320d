"""Tables of EPCIS: captured events, and the documents that they came in."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.epcis.captures import ErrorBehavior


class EpcisEventTable(Base):
    """An event as a client stated it. The movements that it caused are in `epcis_event_movement`."""

    __tablename__ = "epcis_event"
    __table_args__ = (
        Index("uq_epcis_event__owner_id_event_id", "owner_id", "event_id", unique=True),
        Index("ix_epcis_event__event_id", "event_id"),
        CheckConstraint("zone_offset ~ '^[+-][0-9]{2}:[0-9]{2}$'", "zone_offset_written"),
    )

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(comment="The vendor that stated it, or the account of others")
    event_id: Mapped[str] = mapped_column(comment="As the client named it, or a UUID of its content")
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="Of the content, to compare it when it comes again")
    content: Mapped[str] = mapped_column(comment="The event in JSON, without its id")
    event_time: Mapped[Moment]
    zone_offset: Mapped[str] = mapped_column(comment="The offset from UTC where it happened")
    recorded_at: Mapped[Moment]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class EpcisEventMovementTable(Base):
    """A movement that a captured event caused. Queries answer the event in the place of the one that leads."""

    __tablename__ = "epcis_event_movement"
    __table_args__ = (Index("ix_epcis_event_movement__event_id", "event_id"),)

    movement_id: Mapped[UUID] = mapped_column(ForeignKey("movement.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("epcis_event.id"))
    leads: Mapped[bool]


class EpcisCaptureTable(Base):
    """A document that a client sent, and what became of its events."""

    __tablename__ = "epcis_capture"
    __table_args__ = (
        one_of("behavior", ErrorBehavior),
        CheckConstraint("(finished_at IS NULL) = (success IS NULL)", "success_at_the_end"),
        Index("ix_epcis_capture__account_id", "account_id", "created_at", "id"),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    behavior: Mapped[str]
    events: Mapped[int] = mapped_column(Integer, comment="How many events the document has")
    document: Mapped[str | None] = mapped_column(comment="None once its events are recorded")
    created_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    success: Mapped[bool | None]
    captured: Mapped[int] = mapped_column(Integer, server_default=text("0"), comment="How many events are recorded")
    errors: Mapped[Any] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
