"""Tables of sales. What a source reported is only ever added; the key of a sale points at its current revision.

Hot tables have no foreign keys: they nearly doubled the cost of an insert. `tessera ledger verify` checks references.
Their columns of 4 bytes stand in pairs, because those of 8 bytes behind them are aligned.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, Texts, Uuids, one_of
from domain.sales.facts import AliasKind

# Sales and redemptions share their numbers, so that lines of both are valued in the same tables.
SALE_NUMBER = Sequence("sale_number", metadata=Base.metadata)


class SaleKeyTable(Base):
    """What a source calls a sale, for ever, and the sale's current revision."""

    __tablename__ = "sale_key"
    __table_args__ = (Index("uq_sale_key__number", "number", unique=True),)

    number: Mapped[int] = mapped_column(BigInteger, server_default=SALE_NUMBER.next_value())
    sold_at: Mapped[Moment]
    ecp: Mapped[int] = mapped_column(Integer, comment="The number of the ECP")
    revision: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="Of the content of the current revision")
    updated_at: Mapped[Moment | None] = mapped_column(comment="As the source reported it, instead of a revision")
    returns: Mapped[int | None] = mapped_column(BigInteger, comment="The number of the sale that it returns")


class SaleTable(Base):
    """A revision of a sale, as it was reported."""

    __tablename__ = "sale"
    __table_args__ = (PrimaryKeyConstraint("ecp", "sold_at", "sale", "revision"),)

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    sold_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    sale: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    recorded_at: Mapped[Moment]
    recorded_by: Mapped[UUID] = mapped_column(comment="The account that reported it")
    previous_revision: Mapped[int | None] = mapped_column(Integer, comment="Null of the first one")
    previous_ecp: Mapped[int | None] = mapped_column(Integer, comment="Where the previous revision is")
    previous_sold_at: Mapped[Moment | None]


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
    unit_price: Mapped[Decimal] = mapped_column(comment="As the return said")
    currency: Mapped[str]
    recorded_at: Mapped[Moment]


class ParkedSaleTable(Base):
    """A sale that names an ECP, a variant, or a returned sale that does not exist yet; it is tried again."""

    __tablename__ = "parked_sale"
    __table_args__ = (
        Index("uq_parked_sale__id", "id", unique=True),
        Index("ix_parked_sale__since", "since", "id"),
        Index("ix_parked_sale__source", "source", "since", "id"),
        Index(
            "ix_parked_sale__returns",
            "source",
            "returns_external_id",
            postgresql_where=text("returns_external_id IS NOT NULL"),
        ),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    revision: Mapped[int | None] = mapped_column(Integer)
    updated_at: Mapped[Moment | None]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary, comment="The sale as it was sent, as msgpack")
    ecp_key: Mapped[str] = mapped_column(comment="What names the ECP")
    sku_keys: Mapped[Texts] = mapped_column(comment="What names the variants")
    returns_external_id: Mapped[str | None]
    code: Mapped[str] = mapped_column(comment="Of the problem")
    problem: Mapped[str]
    since: Mapped[Moment]
    checked_at: Mapped[Moment]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class DiscardedSaleTable(Base):
    """A parked sale that somebody discarded, as it was."""

    __tablename__ = "discarded_sale"

    id: Mapped[Key]
    source: Mapped[str]
    external_id: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    problem: Mapped[str]
    since: Mapped[Moment]
    reason: Mapped[str]
    discarded_at: Mapped[Moment]
    discarded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class SaleAliasTable(Base):
    """What other systems call an ECP or a variant: a dealer code, a telephone number, a GTIN."""

    __tablename__ = "sale_alias"
    __table_args__ = (
        Index("uq_sale_alias__kind_key", "kind", "key", unique=True),
        Index("ix_sale_alias__added_at", "added_at", "id"),
        Index("ix_sale_alias__ecp_id", "ecp_id"),
        one_of("kind", AliasKind),
        CheckConstraint("(kind = 'SKU') = (variant_id IS NOT NULL)", "sku_of_variant"),
        CheckConstraint("(kind = 'ECP') = (ecp_id IS NOT NULL)", "ecp_named"),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    alias: Mapped[str]
    key: Mapped[str] = mapped_column(comment="By which aliases are compared")
    variant_id: Mapped[UUID | None] = mapped_column(ForeignKey("variant.id"))
    ecp_id: Mapped[UUID | None] = mapped_column(ForeignKey("ecp.id"))
    added_at: Mapped[Moment]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class SaleSourceTable(Base):
    """A system that reports sales, and the accounts that may report for it. Its first account is the first to do so."""

    __tablename__ = "sale_source"

    key: Mapped[str] = mapped_column(primary_key=True, comment="By which sources are compared")
    name: Mapped[str]
    account_ids: Mapped[Uuids]
    created_at: Mapped[Moment]
