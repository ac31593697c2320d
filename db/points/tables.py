"""Tables of the ledger of points: entries are only ever added, and the balances beside them equal their sums.

Each ECP has one ledger, whose row is locked by everything that posts points to it. ECPs and schemes are named by
their numbers. Hot tables have no foreign keys; `tessera ledger verify` checks references.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment


class PointsLedgerTable(Base):
    """The ledger of an ECP: the number and the time of its last entry. Postings lock this row."""

    __tablename__ = "points_ledger"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), comment="Of the last entry")
    recorded_at: Mapped[Moment] = mapped_column(comment="Of the last posting; never decreases")


class PointsAccountTable(Base):
    """The balances of an ECP in a scheme, and where its lines end in canonical order.

    `state` are the volumes and the usage of rules after the last line, so that a later line needs no history.
    """

    __tablename__ = "points_account"
    __table_args__ = (
        # Of columns that never change, so that balances change without a new entry of the index.
        Index("ix_points_account__scheme", "scheme", "ecp"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    scheme: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    available: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    settling: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    paid: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    expired: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lines: Mapped[int] = mapped_column(Integer, server_default=text("0"), comment="Of sales and redemptions")
    last_sold_at: Mapped[Moment | None]
    last_source: Mapped[str | None]
    last_external_id: Mapped[str | None]
    state: Mapped[bytes | None] = mapped_column(LargeBinary)
    revalue_from: Mapped[Moment | None] = mapped_column(comment="From where a job values the lines again")
    expires_next: Mapped[Moment | None] = mapped_column(comment="When the oldest points were recorded; null if unknown")
    announced_until: Mapped[Moment | None] = mapped_column(comment="Of older points the ECP knows when they expire")


class ValuationTable(Base):
    """What a line is worth in a scheme. The newest version counts; a new one is added only where something changed."""

    __tablename__ = "valuation"

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True)
    scheme: Mapped[int] = mapped_column(Integer, primary_key=True)
    sold_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), primary_key=True)
    sale: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, comment="Of the scheme")
    entries: Mapped[int] = mapped_column(SmallInteger, comment="How many entries it posted, from `seq` on")
    base: Mapped[int] = mapped_column(BigInteger)
    bonus: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger, comment="Of its first entry")
    recorded_at: Mapped[Moment]
    cause: Mapped[int | None] = mapped_column(BigInteger, comment="The sale that caused it, unless it is its own")
    facts: Mapped[bytes] = mapped_column(LargeBinary, comment="What decided, as msgpack")


class PointsEntryTable(Base):
    """Points that move from one account to another, for good: one debit and one credit, so entries sum to zero."""

    __tablename__ = "points_entry"
    __table_args__ = (
        CheckConstraint("points > 0", "points_positive"),
        CheckConstraint("debit <> credit", "accounts_differ"),
    )

    ecp: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    scheme: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    points: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger, comment="Available points in the scheme")
    effective_at: Mapped[Moment] = mapped_column(comment="The time of the sale, or of the adjustment")
    recorded_at: Mapped[Moment]
    kind: Mapped[int] = mapped_column(SmallInteger)
    debit: Mapped[int] = mapped_column(SmallInteger)
    credit: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int | None] = mapped_column(SmallInteger, comment="Of the line of the sale")
    version: Mapped[int | None] = mapped_column(SmallInteger, comment="Of the valuation")
    rule: Mapped[int | None] = mapped_column(SmallInteger, comment="0 is the base, n the nth rule of the revision")
    sale: Mapped[int | None] = mapped_column(BigInteger)
    cause: Mapped[int | None] = mapped_column(BigInteger, comment="The sale that caused a difference")
    reverses: Mapped[int | None] = mapped_column(BigInteger, comment="The seq of the entry that it takes back")
    adjustment_id: Mapped[UUID | None]
    settlement_line_id: Mapped[UUID | None]


class PointsPoolTable(Base):
    """What is left of a limit over all ECPs, in slices, so that no row is hot. The budget has the rule of zeros."""

    __tablename__ = "points_pool"
    __table_args__ = (CheckConstraint("rest >= 0", "rest_counted"), {"postgresql_with": {"fillfactor": "20"}})

    scheme: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    slice: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    rest: Mapped[int] = mapped_column(BigInteger)


class PointsPoolLimitTable(Base):
    """A limit over all ECPs as the slices know it: that of the revision which the pools of the scheme follow.

    `owed` is what was granted beyond a limit that was lowered; what comes back pays it off first.
    """

    __tablename__ = "points_pool_limit"
    __table_args__ = (CheckConstraint("capacity >= 0 AND owed >= 0", "amounts_counted"),)

    scheme: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    capacity: Mapped[int] = mapped_column(BigInteger)
    owed: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class PointsSchemeTable(Base):
    """A scheme in which lines may have been valued, and the revision whose limits its pools follow.

    A scheme without a row has no entries of lines. The revision only moves on: to one that takes effect later. It is 0
    where nothing is known of the pools but what they granted.
    """

    __tablename__ = "points_scheme"

    scheme: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(Integer)
    effective_at: Mapped[Moment] = mapped_column(comment="When the revision takes effect")
