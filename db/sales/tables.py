"""Tables of sales. What a source reported is only ever added; the key of a sale points at its current revision.

Hot tables have no foreign keys: they nearly doubled the cost of an insert. `tessera ledger verify` checks references.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, Sequence, SmallInteger
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment

# Sales and redemptions share their numbers, so that lines of both are valued in the same tables.
SALE_NUMBER = Sequence("sale_number", metadata=Base.metadata)


class SaleKeyTable(Base):
    """What a source calls a sale, for ever, and the sale's current revision."""

    __tablename__ = "sale_key"
    __table_args__ = (Index("uq_sale_key__number", "number", unique=True),)

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, server_default=SALE_NUMBER.next_value())
    ecp: Mapped[int] = mapped_column(Integer, comment="The number of the ECP")
    sold_at: Mapped[Moment]
    revision: Mapped[int] = mapped_column(Integer)
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="Of the content of the current revision")
    updated_at: Mapped[Moment | None] = mapped_column(comment="As the source reported it, instead of a revision")
    returns: Mapped[int | None] = mapped_column(BigInteger, comment="The number of the sale that it returns")


class SaleTable(Base):
    """A revision of a sale, as it was reported."""

    __tablename__ = "sale"

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True)
    sold_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    sale: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    recorded_at: Mapped[Moment]
    recorded_by: Mapped[UUID] = mapped_column(comment="The account that reported it")


class SaleLineTable(Base):
    """A line of a revision: what was sold, before returns."""

    __tablename__ = "sale_line"
    __table_args__ = (CheckConstraint("quantity > 0", "quantity_positive"),)

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True)
    sold_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    sale: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    quantity: Mapped[int] = mapped_column(Integer)
    variant_id: Mapped[UUID]
    unit_price: Mapped[Decimal]
    currency: Mapped[str]


class SaleReturnTable(Base):
    """Units of a line that came back: reported by a sale that returns another one, or by a revision of the sale itself.

    Only those of the current revision of the returning sale count.
    """

    __tablename__ = "sale_return"
    __table_args__ = (CheckConstraint("quantity > 0", "quantity_positive"),)

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True)
    sold_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    sale: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    returning_sale: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    returning_revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, comment="Of the line of the returning sale")
    variant_id: Mapped[UUID]
    quantity: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[Moment]
