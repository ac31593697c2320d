"""Tables of the program: one row with its settings, and the log of their changes."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Json, Key, Moment
from domain.adjustments.facts import DEFAULT_THRESHOLD, LARGEST_POINTS
from domain.program.facts import PROGRAM_ID


class ProgramTable(Base):
    """The settings of the one program of this deployment. A trigger keeps the time zone once points are posted."""

    __tablename__ = "program"
    __table_args__ = (
        CheckConstraint(f"id = '{PROGRAM_ID}'::uuid", "only_one"),
        CheckConstraint(f"approval_threshold_points BETWEEN 0 AND {LARGEST_POINTS}", "approval_threshold_counted"),
        CheckConstraint("gs1_company_prefix ~ '^[0-9]{4,12}$'", "gs1_company_prefix_written"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text(f"'{PROGRAM_ID}'::uuid"))
    name: Mapped[str] = mapped_column(server_default="Program")
    time_zone: Mapped[str] = mapped_column(server_default="UTC", comment="A zone of the IANA database")
    currency: Mapped[str] = mapped_column(server_default="USD", comment="A currency of ISO 4217")
    locale: Mapped[str] = mapped_column(server_default="en", comment="A language tag of BCP 47")
    authors_may_approve: Mapped[bool] = mapped_column(server_default=text("false"))
    gs1_company_prefix: Mapped[str | None] = mapped_column(comment="The GS1 company prefix, 4 to 12 digits")
    approval_threshold_points: Mapped[int] = mapped_column(
        BigInteger,
        server_default=text(str(DEFAULT_THRESHOLD)),
        comment="Adjustments of more points need a second person",
    )
    logo_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    first_posting_at: Mapped[Moment | None] = mapped_column(comment="Set by the first posting; fixes the time zone")
    updated_at: Mapped[Moment] = mapped_column(server_default=text("now()"))


class ProgramActivityTable(Base):
    """A change of the program: who changed which settings, with the values before and after."""

    __tablename__ = "program_activity"
    __table_args__ = (Index("ix_program_activity__at", "at", "id"),)

    id: Mapped[Key]
    at: Mapped[Moment]
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    changes: Mapped[Json]
