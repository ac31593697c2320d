"""Tables of enrollments, of the applications before them, and of counts by scheme, geography, tier and status."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Key, Moment, one_of
from domain.enrollments.facts import EnrollmentStatus


class EnrollmentTable(Base):
    """An ECP in a scheme: the latest application with its decision and withdrawal.

    Place and tier are those of the ECP at any time: triggers keep them here, so that lists of any size are read by an
    index.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        Index("uq_enrollment__scheme_id_ecp_id", "scheme_id", "ecp_id", unique=True),
        Index("ix_enrollment__ecp_id", "ecp_id", "requested_at", "id"),
        # The other filters are at the end, where the index itself can apply them.
        Index("ix_enrollment__scheme_id", "scheme_id", "requested_at", "id", "tier_id", "status"),
        Index("ix_enrollment__scheme_id_status", "scheme_id", "status", "requested_at", "id", "tier_id"),
        *(
            Index(f"ix_enrollment__scheme_id_{place}", "scheme_id", place, "requested_at", "id", "tier_id", "status")
            for place in ("geography_id", "region_id", "country_id")
        ),
        Index("ix_enrollment__scheme_id_enrolled_at", "scheme_id", "enrolled_at"),
        Index("ix_enrollment__pending", "requested_at", "id", postgresql_where=text("status = 'PENDING'")),
        one_of("status", EnrollmentStatus),
        CheckConstraint("terms_version >= 1", "terms_accepted"),
        CheckConstraint("status <> 'ENROLLED' OR enrolled_at IS NOT NULL", "enrolled_dated"),
        CheckConstraint("enrolled_at >= requested_at", "enrolled_in_order"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", "decision_signed"),
        CheckConstraint("withdrawn_at >= enrolled_at", "ended_in_order"),
        CheckConstraint(
            "enrolled_at IS NULL OR (first_enrolled_at IS NOT NULL AND first_enrolled_at <= enrolled_at)", "first_known"
        ),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    ecp_id: Mapped[UUID] = mapped_column(ForeignKey("ecp.id"))
    status: Mapped[str]
    terms_version: Mapped[int] = mapped_column(comment="The version of the scheme's terms that was accepted")
    requested_at: Mapped[Moment]
    requested_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Null when the ECP asked whose account must not lead to it any more"
    )
    enrolled_at: Mapped[Moment | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None]
    withdrawn_at: Mapped[Moment | None]
    geography_id: Mapped[UUID]
    region_id: Mapped[UUID | None]
    country_id: Mapped[UUID]
    tier_id: Mapped[UUID | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    first_enrolled_at: Mapped[Moment | None] = mapped_column(comment="Over all applications; a trigger keeps it")


class PastEnrollmentTable(Base):
    """An application that the ECP replaced by a later one to the same scheme; a trigger of `enrollment` adds it."""

    __tablename__ = "past_enrollment"
    __table_args__ = (
        CheckConstraint("status IN ('WITHDRAWN', 'REJECTED')", "ended"),
        CheckConstraint("enrolled_at >= requested_at AND withdrawn_at >= enrolled_at", "in_order"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.id", ondelete="CASCADE"), primary_key=True)
    requested_at: Mapped[Moment] = mapped_column(primary_key=True)
    status: Mapped[str]
    terms_version: Mapped[int]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    enrolled_at: Mapped[Moment | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None]
    withdrawn_at: Mapped[Moment | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class EnrollmentCountTable(Base):
    """How many enrollments there are in a scheme of a geography, tier and status; triggers keep it, too."""

    __tablename__ = "enrollment_count"
    __table_args__ = (
        Index(
            "uq_enrollment_count__sort",
            "scheme_id",
            "geography_id",
            "tier_id",
            "status",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    geography_id: Mapped[UUID] = mapped_column(ForeignKey("geography.id"))
    tier_id: Mapped[UUID | None] = mapped_column(ForeignKey("tier.id"))
    status: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)
