"""Tables of settlements: a settlement of a scheme, and a line for each ECP that had points or owed some."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.settlements.facts import CarryReason, LineStatus, SettlementStatus

_NONE = text("0")


class SettlementTable(Base):
    """A settlement of a scheme. What it counts is what its lines add up to.

    The terms are those of the revision in force at the end of the scheme. `decided_by` is the second person; null where
    the maker withdrew it.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        Index("uq_settlement__scheme_id", "scheme_id", "number", unique=True),
        # Not two that are open at a time.
        Index(
            "uq_settlement__open",
            "scheme_id",
            unique=True,
            postgresql_where=text("status IN ('PREPARING', 'PROPOSED', 'APPROVED')"),
        ),
        Index("ix_settlement__made_at", "made_at", "id"),
        Index("ix_settlement__scheme_made_at", "scheme_id", "made_at", "id"),
        Index(
            "ix_settlement__payable_file_id",
            "payable_file_id",
            postgresql_where=text("payable_file_id IS NOT NULL"),
        ),
        Index("ix_settlement__proposed", "made_at", "id", postgresql_where=text("status = 'PROPOSED'")),
        one_of("status", SettlementStatus),
        CheckConstraint("decided_by <> made_by", "two_persons"),
        CheckConstraint("(status IN ('PREPARING', 'PROPOSED')) = (decided_at IS NULL)", "decision_dated"),
        CheckConstraint(
            "status NOT IN ('APPROVED', 'PAYING', 'SETTLED', 'REJECTED') OR decided_by IS NOT NULL", "decision_signed"
        ),
        CheckConstraint("status <> 'REJECTED' OR decision_reason IS NOT NULL", "rejection_explained"),
        CheckConstraint("status <> 'WITHDRAWN' OR decided_by IS NULL", "withdrawn_by_maker"),
        CheckConstraint("status IN ('PREPARING', 'WITHDRAWN') OR as_known_at IS NOT NULL", "lines_frozen"),
        CheckConstraint("(point_value IS NULL) = (currency IS NULL)", "value_has_currency"),
        CheckConstraint("(status = 'SETTLED') = (settled_at IS NOT NULL)", "settled_dated"),
        CheckConstraint(
            "status <> 'SETTLED' OR paid_lines + failed_lines + returned_lines = payable_lines", "settled_reported"
        ),
        CheckConstraint("paid_lines + failed_lines + returned_lines <= payable_lines", "reports_counted"),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    number: Mapped[int] = mapped_column(Integer, comment="From 1 within the scheme; later ones are supplementary")
    status: Mapped[str]
    made_at: Mapped[Moment]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    as_known_at: Mapped[Moment | None] = mapped_column(comment="As of when the lines are")
    point_value: Mapped[Decimal | None] = mapped_column(Numeric, comment="The amount of a point")
    currency: Mapped[str | None]
    minimum_payout: Mapped[int | None] = mapped_column(BigInteger, comment="Points that an ECP needs for a payout")
    open_discrepancies: Mapped[int] = mapped_column(Integer, comment="That the maker acknowledged, as the next ones")
    open_parked_sales: Mapped[int] = mapped_column(Integer)
    open_adjustments: Mapped[int] = mapped_column(Integer)
    open_valuations: Mapped[int] = mapped_column(Integer)
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decision_reason: Mapped[str | None]
    settled_at: Mapped[Moment | None]
    lines: Mapped[int] = mapped_column(Integer, server_default=_NONE)
    payable_lines: Mapped[int] = mapped_column(Integer, server_default=_NONE)
    points: Mapped[int] = mapped_column(BigInteger, server_default=_NONE, comment="To pay")
    amount: Mapped[Decimal | None] = mapped_column(Numeric, comment="To pay; null without a value of a point")
    carried_over: Mapped[int] = mapped_column(BigInteger, server_default=_NONE, comment="Points, negative ones too")
    paid_lines: Mapped[int] = mapped_column(Integer, server_default=_NONE)
    paid_points: Mapped[int] = mapped_column(BigInteger, server_default=_NONE)
    paid_amount: Mapped[Decimal] = mapped_column(Numeric, server_default=_NONE)
    failed_lines: Mapped[int] = mapped_column(Integer, server_default=_NONE)
    failed_points: Mapped[int] = mapped_column(BigInteger, server_default=_NONE)
    returned_lines: Mapped[int] = mapped_column(Integer, server_default=_NONE, comment="Paid before, and not any more")
    returned_points: Mapped[int] = mapped_column(BigInteger, server_default=_NONE)
    payable_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))


class SettlementLineTable(Base):
    """The points of an ECP in a settlement: those that are paid, or those that are carried over and why."""

    __tablename__ = "settlement_line"
    __table_args__ = (
        Index("uq_settlement_line__ecp", "settlement_id", "ecp", unique=True),
        Index("ix_settlement_line__status", "settlement_id", "status", "ecp"),
        Index("ix_settlement_line__known_at", "ecp", "known_at", "id"),
        one_of("status", LineStatus),
        one_of("carry_reason", CarryReason),
        CheckConstraint("(status = 'CARRIED_OVER') = (carry_reason IS NOT NULL)", "carrying_explained"),
        CheckConstraint(
            "CASE status WHEN 'CARRIED_OVER' THEN points = 0 AND carried_over <> 0 AND amount IS NULL "
            "ELSE points > 0 AND carried_over = 0 END",
            "points_placed",
        ),
        CheckConstraint("amount > 0", "amount_positive"),
        CheckConstraint(
            "CASE WHEN status IN ('PAID', 'FAILED', 'RETURNED') THEN reference IS NOT NULL AND reported_at IS NOT NULL "
            "ELSE reference IS NULL AND reported_at IS NULL END",
            "report_complete",
        ),
        CheckConstraint(
            "CASE WHEN status = 'RETURNED' THEN return_reference IS NOT NULL AND returned_at IS NOT NULL "
            "ELSE return_reference IS NULL AND returned_at IS NULL END",
            "return_complete",
        ),
    )

    id: Mapped[Key]
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"))
    ecp: Mapped[int] = mapped_column(Integer, comment="The number of the ECP")
    points: Mapped[int] = mapped_column(BigInteger, comment="To pay")
    carried_over: Mapped[int] = mapped_column(BigInteger, comment="That stay with the ECP; may be negative")
    carry_reason: Mapped[str | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    status: Mapped[str]
    reference: Mapped[str | None] = mapped_column(comment="Of the payment, as it was reported")
    reported_at: Mapped[Moment | None]
    return_reference: Mapped[str | None] = mapped_column(comment="Of the return of the money of a payment")
    returned_at: Mapped[Moment | None]
    known_seq: Mapped[int] = mapped_column(BigInteger, comment="The last entry of the ledger that it knows")
    known_at: Mapped[Moment]
