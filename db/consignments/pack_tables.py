"""The tables of packs: rolls and cartons with the serials inside, and the batches that carried them.

Migration 0021 adds the guard that every pack is whole: all its serials are at its place.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment


class PackTable(Base):
    """A pack with serials of one line. No serial is in two packs, and no two packs have the same SSCC at a time."""

    __tablename__ = "pack"
    __table_args__ = (
        ExcludeConstraint(("spans", "&&"), name="ex_pack__spans", using="gist", where=text("unpacked_at IS NULL")),
        CheckConstraint("sscc ~ '^[0-9]{18}$'", "sscc_written"),
        CheckConstraint("leg >= 1", "leg_counted"),
        CheckConstraint("NOT isempty(spans)", "spans_not_empty"),
        Index("uq_pack__sscc", "sscc", unique=True, postgresql_where=text("unpacked_at IS NULL")),
        Index("ix_pack__line_id", "line_id", "id"),
        # Movements ask whether a line has packs.
        Index("ix_pack__open", "line_id", postgresql_where=text("unpacked_at IS NULL")),
        Index("ix_pack__sscc", "sscc", "id"),
        Index("ix_pack__packed_at", "packed_at", "id"),
        Index("ix_pack__batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    )

    id: Mapped[Key]
    sscc: Mapped[str] = mapped_column(comment="The Serial Shipping Container Code of GS1, with its check digit")
    line_id: Mapped[UUID] = mapped_column(ForeignKey("consignment_line.id"))
    spans: Mapped[Any] = mapped_column(INT8MULTIRANGE)
    quantity: Mapped[int] = mapped_column(BigInteger, Computed("spans_size(spans)", persisted=True))
    leg: Mapped[int] = mapped_column(SmallInteger, comment="On hand at this leg, or in a batch that left it")
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    packed_at: Mapped[Moment]
    packed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unpacked_at: Mapped[Moment | None] = mapped_column(comment="When it stopped to be a pack")


class BatchPackTable(Base):
    """A pack that a batch carried when it was dispatched. Rows are only ever added."""

    __tablename__ = "batch_pack"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    pack_id: Mapped[UUID] = mapped_column(ForeignKey("pack.id"), primary_key=True, index=True)
