"""Tables of webhooks: endpoints with their positions in the stream of events, and delivery attempts."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, Texts
from db.outbox.tables import Xid8


class WebhookEndpointTable(Base):
    """A URL that receives the events that one account may see."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        Index("ix_webhook_endpoint__created_at", "created_at", "id"),
        CheckConstraint("length(url) BETWEEN 1 AND 2000", "url_length"),
        CheckConstraint("cardinality(kinds) >= 1", "kinds_present"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", "disabled_with_reason"),
        CheckConstraint("(blocked_xid IS NULL) = (blocked_id IS NULL)", "blocked_by_event"),
        CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", "old_secret_with_end"),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    url: Mapped[str]
    description: Mapped[str | None]
    kinds: Mapped[Texts]
    secret: Mapped[str] = mapped_column(comment="Signs deliveries, so it is needed as it is")
    old_secret: Mapped[str | None] = mapped_column(comment="Signs beside the secret that replaced it, for a while")
    old_secret_until: Mapped[Moment | None]
    position_epoch: Mapped[int] = mapped_column(comment="The epoch of the stream that the position belongs to")
    position_xid: Mapped[int] = mapped_column(Xid8, comment="The last event that is done with")
    position_id: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(comment="Attempts that have failed in a row")
    throttles: Mapped[int] = mapped_column(comment="Attempts answered 429 since the last delivery; no failures")
    next_attempt_at: Mapped[Moment]
    blocked_xid: Mapped[int | None] = mapped_column(Xid8, comment="The event that was not accepted; others wait for it")
    blocked_id: Mapped[int | None] = mapped_column(BigInteger)
    latest_at: Mapped[Moment | None] = mapped_column(comment="The latest timestamp sent; none goes back behind it")
    disabled_at: Mapped[Moment | None]
    disabled_reason: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True), comment="Why, as a stored fact")
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class WebhookDeliveryTable(Base):
    """One attempt to deliver an event."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery__endpoint_id_attempted_at", "endpoint_id", "attempted_at", "id"),
        Index(
            "ix_webhook_delivery__failed",
            "endpoint_id",
            "attempted_at",
            "id",
            postgresql_where=text("error IS NOT NULL"),
        ),
        Index("ix_webhook_delivery__attempted_at", "attempted_at"),
        CheckConstraint("(skipped_at IS NULL) = (skipped_by IS NULL)", "skip_signed"),
    )

    id: Mapped[Key]
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    event_xid: Mapped[int] = mapped_column(Xid8)
    event_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    attempt: Mapped[int]
    attempted_at: Mapped[Moment]
    milliseconds: Mapped[int]
    status: Mapped[int | None] = mapped_column(comment="The HTTP status; null when there was no answer")
    error: Mapped[str | None]
    skipped_at: Mapped[Moment | None] = mapped_column(comment="When an account skipped the event after this attempt")
    skipped_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
