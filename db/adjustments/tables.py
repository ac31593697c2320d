"""The table of adjustments of points by hand."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.adjustments.facts import AdjustmentStatus


class AdjustmentTable(Base):
    """Points that a person adds or takes, with a reason. It has an entry in the ledger once it is approved.

    `decided_by` is the second person; null where none was needed, where an erasure decided,
    and where the maker withdrew it.
    """

    __tablename__ = "adjustment"
    __table_args__ = (
        Index("ix_adjustment__made_at", "made_at", "id"),
        Index("ix_adjustment__ecp_id", "ecp_id", "made_at", "id"),
        Index("ix_adjustment__scheme_id", "scheme_id", "made_at", "id"),
        Index("ix_adjustment__pending", "made_at", "id", postgresql_where=text("status = 'PENDING'")),
        one_of("status", AdjustmentStatus),
        CheckConstraint("points <> 0", "points_given"),
        CheckConstraint("decided_by <> made_by", "two_persons"),
        CheckConstraint("(status = 'PENDING') = (decided_at IS NULL)", "decision_dated"),
        CheckConstraint("(status = 'APPROVED') = (recorded_at IS NOT NULL)", "posted_if_approved"),
        CheckConstraint("status <> 'REJECTED' OR decision_reason IS NOT NULL", "rejection_explained"),
        CheckConstraint("decided_by IS NULL OR decided_at IS NOT NULL", "decision_signed"),
        CheckConstraint(
            "status <> 'WITHDRAWN' OR decided_by IS NULL AND decision_reason IS NULL", "withdrawn_by_maker"
        ),
        CheckConstraint("NOT forfeits OR points < 0 AND decided_by IS NULL", "forfeit_takes"),
    )

    id: Mapped[Key]
    ecp_id: Mapped[UUID] = mapped_column(ForeignKey("ecp.id"))
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    points: Mapped[int] = mapped_column(BigInteger, comment="Negative if they are taken")
    reason: Mapped[str]
    status: Mapped[str]
    made_at: Mapped[Moment]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decision_reason: Mapped[str | None]
    recorded_at: Mapped[Moment | None] = mapped_column(comment="Of its entry in the ledger")
    forfeits: Mapped[bool] = mapped_column(server_default=text("false"), comment="What an erased ECP had")
