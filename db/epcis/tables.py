"""Tables of EPCIS: captured events, and the documents that they came in."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.epcis.captures import ErrorBehavior


class EpcisEventTable(Base):
    """An event as a client stated it. Events that one command recorded together share their movements."""

    __tablename__ = "epcis_event"
    __table_args__ = (
        Index("uq_epcis_event__owner_id_event_id", "owner_id", "event_id", unique=True),
        Index("ix_epcis_event__event_id", "event_id"),
        Index("ix_epcis_event__recorded_at", "recorded_at", "id"),
        Index("ix_epcis_event__movement_id", "movement_id"),
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
    spans: Mapped[Any] = mapped_column(INT8MULTIRANGE, comment="The serials of its coupons, if it names them")
    movement_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("movement.id"), comment="The first movement that recorded it; None if nothing moved"
    )


class CapturedMovementTable(Base):
    """A movement that captured events describe, so that queries answer these instead."""

    __tablename__ = "captured_movement"

    movement_id: Mapped[UUID] = mapped_column(ForeignKey("movement.id"), primary_key=True)


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
