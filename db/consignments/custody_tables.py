"""Tables of custody: which serials are where and in which condition, and the movements that brought them there.

Migration 0015 adds the triggers that keep the quantities of places and the guard that no serial is lost or doubled.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.consignments.facts import Condition, MovementKind


class CustodySegmentTable(Base):
    """The serials of a line in one segment: what all its places together must hold, no more and no less."""

    __tablename__ = "custody_segment"
    __table_args__ = (CheckConstraint("NOT isempty(spans)", "spans_not_empty"),)

    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"), primary_key=True)
    segment: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    spans: Mapped[Any] = mapped_column(INT8MULTIRANGE)
    quantity: Mapped[int] = mapped_column(BigInteger, Computed("spans_size(spans)", persisted=True))


class CustodyPlaceTable(Base):
    """A place and a condition in which serials of a line are: on hand at a leg, or in a batch that left this leg.

    Triggers keep `quantity`, the number of serials there; progress and boards read only this table.
    """

    __tablename__ = "custody_place"
    __table_args__ = (
        one_of("condition", Condition),
        CheckConstraint("quantity >= 0", "quantity_not_negative"),
        CheckConstraint("condition <> 'PLANNED' OR (leg = 1 AND batch_id IS NULL)", "planned_at_first_leg"),
        CheckConstraint("condition <> 'UNRESOLVED' OR batch_id IS NOT NULL", "unresolved_in_batch"),
        CheckConstraint("condition <> 'COMMISSIONED' OR batch_id IS NULL", "commissioned_on_hand"),
        UniqueConstraint("id", "line_id", "condition", name="uq_custody_place__id_line_id_condition"),
        UniqueConstraint("id", "line_id", name="uq_custody_place__id_line_id"),
        Index(
            "uq_custody_place__place",
            "line_id",
            "leg",
            "batch_id",
            "condition",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_custody_place__batch_id", "batch_id"),
        # The few places that progress adds up, among those of many batches.
        Index(
            "ix_custody_place__settled",
            "line_id",
            postgresql_where=text("condition IN ('COMMISSIONED', 'DAMAGED', 'LOST', 'VOID')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"))
    leg: Mapped[int] = mapped_column(SmallInteger)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    condition: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class CustodyTable(Base):
    """The serials of one segment at one place; a place that holds none of a segment has no row."""

    __tablename__ = "custody"
    __table_args__ = (
        ForeignKeyConstraint(["line_id", "segment"], ["custody_segment.line_id", "custody_segment.segment"]),
        ForeignKeyConstraint(["place_id", "line_id"], ["custody_place.id", "custody_place.line_id"]),
        CheckConstraint("NOT isempty(spans)", "spans_not_empty"),
        Index("ix_custody__place_id_segment", "place_id", "segment"),
    )

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    segment: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    spans: Mapped[Any] = mapped_column(INT8MULTIRANGE)
    quantity: Mapped[int] = mapped_column(BigInteger, Computed("spans_size(spans)", persisted=True))


class CustodyTransitionTable(Base):
    """A kind of movement, and conditions that it may take serials from and to."""

    __tablename__ = "custody_transition"

    kind: Mapped[str] = mapped_column(primary_key=True)
    from_condition: Mapped[str] = mapped_column(primary_key=True)
    to_condition: Mapped[str] = mapped_column(primary_key=True)


class MovementTable(Base):
    """Serials of a line that went from one place to another. Rows are only ever added."""

    __tablename__ = "movement"
    __table_args__ = (
        one_of("kind", MovementKind),
        CheckConstraint("quantity > 0", "quantity_positive"),
        # Packing leaves the serials where they are.
        CheckConstraint("(from_place_id <> to_place_id) = (kind NOT IN ('PACKED', 'UNPACKED'))", "places_differ"),
        CheckConstraint("(pack_id IS NOT NULL) = (kind IN ('PACKED', 'UNPACKED'))", "pack_named"),
        CheckConstraint("artwork_version IS NULL OR kind = 'PRODUCED'", "artwork_printed"),
        ForeignKeyConstraint(
            ["kind", "from_condition", "to_condition"],
            ["custody_transition.kind", "custody_transition.from_condition", "custody_transition.to_condition"],
        ),
        ForeignKeyConstraint(
            ["from_place_id", "line_id", "from_condition"],
            ["custody_place.id", "custody_place.line_id", "custody_place.condition"],
        ),
        ForeignKeyConstraint(
            ["to_place_id", "line_id", "to_condition"],
            ["custody_place.id", "custody_place.line_id", "custody_place.condition"],
        ),
        Index("ix_movement__consignment_id", "consignment_id", "recorded_at", "id"),
        Index("ix_movement__batch_id", "batch_id", "id"),
        # Events of EPCIS are listed in the order in which they were recorded.
        Index("ix_movement__recorded_at", "recorded_at", "id"),
        Index("ix_movement__request_id", "request_id"),
        # When coupons last became void, which reopens stages.
        Index(
            "ix_movement__voiding",
            "consignment_id",
            "recorded_at",
            postgresql_where=text("to_condition = 'VOID' AND from_condition <> 'VOID'"),
        ),
        Index("ix_movement__printed", "line_id", postgresql_where=text("kind = 'PRODUCED'")),
        Index("ix_movement__pack_id", "pack_id", postgresql_where=text("pack_id IS NOT NULL")),
    )

    id: Mapped[Key]
    request_id: Mapped[UUID] = mapped_column(comment="The same for all movements that one mutation recorded")
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("consignment.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[str]
    vendor_id: Mapped[UUID] = mapped_column(
        ForeignKey("vendor.id"), comment="The vendor that moved the serials, or that held what Operations moved"
    )
    from_place_id: Mapped[int] = mapped_column(BigInteger)
    from_condition: Mapped[str]
    to_place_id: Mapped[int] = mapped_column(BigInteger)
    to_condition: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[Moment]
    recorded_at: Mapped[Moment]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None]
    artwork_version: Mapped[int | None] = mapped_column(
        Integer, comment="PRODUCED: the version of the artwork that was printed"
    )
    pack_id: Mapped[UUID | None] = mapped_column(ForeignKey("pack.id"), comment="PACKED and UNPACKED: the pack")


class MovementPartTable(Base):
    """The serials of one segment that a movement took. Replayed in the order of `id`, parts give the custody."""

    __tablename__ = "movement_part"
    __table_args__ = (
        CheckConstraint("NOT isempty(spans)", "spans_not_empty"),
        Index("ix_movement_part__movement_id", "movement_id"),
        Index("ix_movement_part__line_id_segment", "line_id", "segment", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    movement_id: Mapped[UUID] = mapped_column(ForeignKey("movement.id"))
    line_id: Mapped[UUID]
    segment: Mapped[int] = mapped_column(Integer)
    spans: Mapped[Any] = mapped_column(INT8MULTIRANGE)
