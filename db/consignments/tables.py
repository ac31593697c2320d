"""Tables of consignments: lines and legs, batches, discrepancies, and what is derived from custody."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, INT8MULTIRANGE, INT8RANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.consignments.facts import BatchStatus, ConsignmentStatus, CustodyStatus, DiscrepancyKind


class ConsignmentTable(Base):
    """Coupons of a scheme that one chain of vendors makes and moves."""

    __tablename__ = "consignment"
    __table_args__ = (
        Index("uq_consignment__code", "code", unique=True),
        Index("ix_consignment__scheme_id", "scheme_id", "created_at", "id"),
        Index("ix_consignment__created_at", "created_at", "id"),
        Index("ix_consignment__due_on", text("COALESCE(due_on, 'infinity'::date)"), "id"),
        CheckConstraint(
            "(canceled_at IS NULL) = (canceled_by IS NULL) AND (canceled_at IS NULL) = (cancel_reason IS NULL)",
            "cancellation_whole",
        ),
    )

    id: Mapped[Key]
    code: Mapped[str]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    due_on: Mapped[date | None]
    created_at: Mapped[Moment]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    codes_downloaded_at: Mapped[Moment | None] = mapped_column(
        comment="The first download; its serials are never reused"
    )
    canceled_at: Mapped[Moment | None]
    canceled_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    cancel_reason: Mapped[str | None]


class ConsignmentStateTable(Base):
    """What is derived from the custody of a consignment, stored for lists; changed when a place empties or fills.

    A row of its own: movements share-lock the consignment, and must not wait for each other.
    """

    __tablename__ = "consignment_state"
    __table_args__ = (
        one_of("status", ConsignmentStatus),
        one_of("custody_status", CustodyStatus),
        Index("ix_consignment_state__moved_at", "moved_at", "consignment_id"),
        Index(
            "ix_consignment_state__waiting_since",
            text("COALESCE(waiting_since, '9999-12-31 00:00:00+00'::timestamptz)"),
            "consignment_id",
        ),
        Index("ix_consignment_state__status", "status", "consignment_id"),
    )

    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignment.id"), primary_key=True)
    status: Mapped[str]
    since: Mapped[Moment] = mapped_column(comment="When it reached this status")
    custody_status: Mapped[str] = mapped_column(comment="The status by custody alone, whatever the artwork")
    custody_since: Mapped[Moment] = mapped_column(comment="When it reached the status by custody")
    waiting_legs: Mapped[list[int]] = mapped_column(
        ARRAY(SmallInteger), comment="The positions of the legs that must act: they hold coupons or must receive some"
    )
    waiting_since: Mapped[Moment | None] = mapped_column(comment="When the legs that must act last changed")
    has_discrepancy: Mapped[bool] = mapped_column(comment="Whether a discrepancy is open")
    moved_at: Mapped[Moment] = mapped_column(comment="The last movement, to a second, or the creation")


class ConsignmentLegTable(Base):
    """A vendor of the chain of a consignment, at a position from 1."""

    __tablename__ = "consignment_leg"
    __table_args__ = (
        CheckConstraint("position >= 1", "position_counted"),
        Index("uq_consignment_leg__vendor_id_consignment_id", "vendor_id", "consignment_id", unique=True),
    )

    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendor.id"))


class ConsignmentLineTable(Base):
    """The coupons of one variant in a consignment. A serial belongs to the segment `serial >> segment_bits`."""

    __tablename__ = "consignment_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", "quantity_positive"),
        CheckConstraint("segment_bits BETWEEN 12 AND 32", "segment_bits_known"),
        Index("uq_consignment_line__consignment_id_variant_id", "consignment_id", "variant_id", unique=True),
    )

    id: Mapped[Key]
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignment.id"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"), index=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    segment_bits: Mapped[int] = mapped_column(SmallInteger)


class AllotmentTable(Base):
    """Serials of a run that a line of a consignment took. No serial is allotted twice, unless it was released."""

    __tablename__ = "allotment"
    __table_args__ = (
        ExcludeConstraint(("span", "&&"), name="ex_allotment__span", using="gist", where=text("released_at IS NULL")),
        CheckConstraint("NOT isempty(span)", "span_not_empty"),
    )

    id: Mapped[Key]
    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("coupon_run.id"), index=True)
    span: Mapped[Any] = mapped_column(INT8RANGE)
    released_at: Mapped[Moment | None] = mapped_column(comment="When a canceled consignment gave the serials back")


class BatchTable(Base):
    """A shipment from one leg of a consignment to the next."""

    __tablename__ = "batch"
    __table_args__ = (
        one_of("status", BatchStatus),
        CheckConstraint("from_leg >= 1", "from_leg_counted"),
        CheckConstraint("(status = 'VOIDED') = (voided_at IS NOT NULL)", "voided_dated"),
        Index("uq_batch__code", "code", unique=True),
        Index("ix_batch__dispatched_at", "dispatched_at", "id"),
        Index("ix_batch__consignment_id", "consignment_id", "dispatched_at", "id"),
        Index("ix_batch__from_vendor_id", "from_vendor_id", "dispatched_at", "id"),
        Index("ix_batch__to_vendor_id", "to_vendor_id", "dispatched_at", "id"),
        Index(
            "ix_batch__shipment_reference",
            "shipment_reference",
            postgresql_where=text("shipment_reference IS NOT NULL"),
        ),
        Index(
            "ix_batch__to_receive",
            "to_vendor_id",
            "dispatched_at",
            "id",
            postgresql_where=text("status IN ('IN_TRANSIT', 'PARTLY_RECEIVED')"),
        ),
    )

    id: Mapped[Key]
    code: Mapped[str]
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignment.id"))
    from_leg: Mapped[int] = mapped_column(
        SmallInteger, comment="The position of the sending leg; the next one receives"
    )
    from_vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendor.id"))
    to_vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendor.id"))
    status: Mapped[str]
    shipment_reference: Mapped[str | None]
    dispatched_at: Mapped[Moment]
    received_at: Mapped[Moment | None] = mapped_column(comment="The latest receipt")
    voided_at: Mapped[Moment | None]
    void_reason: Mapped[str | None]


class BatchLineTable(Base):
    """The coupons of one line of a consignment in a batch: sent, and what the receiver stated."""

    __tablename__ = "batch_line"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND accepted >= 0 AND damaged >= 0", "quantities_known"),
        CheckConstraint("accepted + damaged <= quantity", "received_within_sent"),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    damaged: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class DiscrepancyTable(Base):
    """Serials whose receipt differs from what was sent. It is open while `open_spans` is not empty."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        one_of("kind", DiscrepancyKind),
        CheckConstraint("NOT isempty(spans) AND spans @> open_spans", "open_within_spans"),
        CheckConstraint("isempty(open_spans) = (resolved_at IS NOT NULL)", "resolved_dated"),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", "resolution_signed"),
        CheckConstraint("(kind = 'ARTWORK_SUPERSEDED') = (batch_id IS NULL)", "batch_of_receipt"),
        CheckConstraint("(kind = 'ARTWORK_SUPERSEDED') = (artwork_version IS NOT NULL)", "version_of_artwork"),
        Index("ix_discrepancy__opened_at", "opened_at", "id"),
        Index("ix_discrepancy__consignment_id", "consignment_id", "id"),
        Index("ix_discrepancy__batch_id", "batch_id"),
        Index("ix_discrepancy__line_id", "line_id"),
        Index("ix_discrepancy__vendor_id", "vendor_id", "id"),
        Index("ix_discrepancy__open", "opened_at", "id", postgresql_where=text("resolved_at IS NULL")),
        # The serials that superseded artwork holds.
        Index(
            "ix_discrepancy__held",
            "line_id",
            postgresql_where=text("kind = 'ARTWORK_SUPERSEDED' AND resolved_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignment.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    vendor_id: Mapped[UUID] = mapped_column(
        ForeignKey("vendor.id"),
        comment="SHORT: the vendor that received less; OVER_SENT: the one that sent too much; ARTWORK_SUPERSEDED: the "
        "one that printed",
    )
    artwork_version: Mapped[int | None] = mapped_column(
        Integer, comment="ARTWORK_SUPERSEDED: the version that superseded what is printed on the coupons"
    )
    spans: Mapped[Any] = mapped_column(INT8MULTIRANGE, comment="All its serials, resolved or not")
    open_spans: Mapped[Any] = mapped_column(INT8MULTIRANGE)
    opened_at: Mapped[Moment]
    resolved_at: Mapped[Moment | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None]
