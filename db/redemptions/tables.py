"""Tables of redemptions: a coupon is redeemed once."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment
from db.sales.tables import SALE_NUMBER


class RedemptionTable(Base):
    """A redeemed coupon. It is a line of one unit, with a number like a sale's."""

    __tablename__ = "redemption"
    __table_args__ = (
        Index("uq_redemption__sale", "sale", unique=True),
        Index("ix_redemption__ecp", "ecp", "redeemed_at", "sale"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sale: Mapped[int] = mapped_column(BigInteger, server_default=SALE_NUMBER.next_value())
    ecp: Mapped[int] = mapped_column(Integer)
    scheme: Mapped[int] = mapped_column(Integer)
    variant_id: Mapped[UUID]
    redeemed_at: Mapped[Moment] = mapped_column(comment="When the coupon was scanned")
    recorded_at: Mapped[Moment]
    account_id: Mapped[UUID]
