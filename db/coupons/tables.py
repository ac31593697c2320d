"""Tables of coupons: runs of serials, coupon references, and shortfalls that nobody will generate."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import INT8RANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment


class CouponRunTable(Base):
    """Serials of a variant of a scheme, unique in the deployment. Their codes are derived, not stored."""

    __tablename__ = "coupon_run"
    __table_args__ = (
        ExcludeConstraint(("span", "&&"), name="ex_coupon_run__span", using="gist"),
        CheckConstraint("NOT isempty(span) AND lower(span) >= 0 AND upper(span) <= 4294967296", "span_of_serials"),
        Index("ix_coupon_run__scheme_id_variant_id", "scheme_id", "variant_id"),
        Index("ix_coupon_run__end", text("upper(span)")),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"))
    span: Mapped[Any] = mapped_column(INT8RANGE, comment="The serials")
    key_id: Mapped[int] = mapped_column(SmallInteger, comment="The key from which the codes are derived")
    generated_at: Mapped[Moment]
    generated_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class ShortfallClosureTable(Base):
    """Planned coupons of a variant that will not be generated: a part of its shortfall, closed with a reason."""

    __tablename__ = "shortfall_closure"
    __table_args__ = (
        CheckConstraint("quantity > 0", "quantity_positive"),
        Index("ix_shortfall_closure__scheme_id_variant_id", "scheme_id", "variant_id"),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    closed_at: Mapped[Moment]
    closed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class CouponReferenceTable(Base):
    """The coupon reference of a variant of a scheme: what its Global Coupon Number has after the company prefix."""

    __tablename__ = "coupon_reference"
    __table_args__ = (
        CheckConstraint("number >= 0", "number_counted"),
        Index("uq_coupon_reference__number", "number", unique=True),
    )

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
