"""Tables of redemptions: a coupon is redeemed once; attempts are kept for a time, and wrong codes are counted."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from db.sales.tables import SALE_NUMBER
from domain.audit.facts import LONGEST_ADDRESS
from domain.redemptions.facts import AttemptResult


class RedemptionTable(Base):
    """A redeemed coupon. It is a line of one unit, with a number like a sale's.

    It does not name the account: after an erasure, nothing may lead from the ECP to an account.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        Index("uq_redemption__sale", "sale", unique=True),
        Index("ix_redemption__ecp", "ecp", "redeemed_at", "sale"),
        # Events of EPCIS are listed in the order in which they were recorded.
        Index("ix_redemption__recorded_at", "recorded_at", "sale"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sale: Mapped[int] = mapped_column(BigInteger, server_default=SALE_NUMBER.next_value())
    ecp: Mapped[int] = mapped_column(Integer)
    scheme: Mapped[int] = mapped_column(Integer)
    variant_id: Mapped[UUID]
    redeemed_at: Mapped[Moment] = mapped_column(comment="When the coupon was scanned")
    recorded_at: Mapped[Moment]


class RedemptionAttemptTable(Base):
    """An attempt of an ECP to redeem a coupon, kept for 180 days. It never has the code."""

    __tablename__ = "redemption_attempt"
    __table_args__ = (
        one_of("result", AttemptResult),
        CheckConstraint("octet_length(code_hash) = 16", "code_hashed"),
        CheckConstraint(f"length(place) <= {LONGEST_ADDRESS}", "place_length"),
        Index("ix_redemption_attempt__ecp", "ecp", "at", "id"),
        Index("ix_redemption_attempt__at", "at"),
    )

    id: Mapped[Key]
    ecp: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="Keyed: equal codes have equal hashes")
    result: Mapped[str]
    device: Mapped[str | None] = mapped_column(comment="As the app named it; null after an erasure")
    place: Mapped[str | None] = mapped_column(comment="The address of the client; null after an erasure")


class WrongCodesTable(Base):
    """The wrong codes of an ECP, or of an account of a vendor: the bucket that limits their pace, and their number."""

    __tablename__ = "wrong_codes"
    __table_args__ = (CheckConstraint("count >= 0 AND tokens >= 0", "counted"),)

    owner_id: Mapped[Key]
    tokens: Mapped[float] = mapped_column(Double, comment="Left in the bucket when it was last refilled")
    refilled_at: Mapped[Moment]
    count: Mapped[int] = mapped_column(Integer, comment="Since the last redemption")
    since: Mapped[Moment] = mapped_column(comment="When the first of them came")


class DiscrepancyEvidenceTable(Base):
    """An ECP scanned a coupon that is missing or lost: the first scan of each ECP and coupon counts."""

    __tablename__ = "discrepancy_evidence"
    __table_args__ = (
        one_of("result", AttemptResult),
        Index("uq_discrepancy_evidence__scan", "discrepancy_id", "serial", "ecp", unique=True),
    )

    id: Mapped[Key]
    discrepancy_id: Mapped[UUID] = mapped_column(ForeignKey("discrepancy.id"))
    serial: Mapped[int] = mapped_column(BigInteger)
    ecp: Mapped[int] = mapped_column(Integer)
    result: Mapped[str]
    scanned_at: Mapped[Moment]
