"""The table of jobs, which is also the queue of those that wait."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Json, Key, Moment, one_of
from domain.jobs.facts import JobStatus

# Jobs of the server itself have the turns of one account, with this id.
OWNER_KEY: Final = "COALESCE(owner_id, CAST('00000000-0000-0000-0000-000000000000' AS uuid))"


class JobTable(Base):
    """Background work: what to do, for which account, and how far it is."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job__created_at", "created_at", "id"),
        Index("ix_job__owner_id", "owner_id", "created_at", "id"),
        Index("ix_job__due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_job__turn", text(OWNER_KEY), "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_job__served", text(OWNER_KEY), "started_at"),
        Index("ix_job__finished_at", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        Index("uq_job__lease", "lease", unique=True, postgresql_where=text("lease IS NOT NULL")),
        one_of("status", JobStatus),
        CheckConstraint("(status = 'RUNNING') = (lease IS NOT NULL)", "running_leased"),
        CheckConstraint("(status IN ('QUEUED', 'RUNNING')) = (due_at IS NOT NULL)", "open_due"),
        CheckConstraint("(due_at IS NULL) = (finished_at IS NOT NULL)", "ended_dated"),
        CheckConstraint("status <> 'FAILED' OR error IS NOT NULL", "failure_explained"),
        CheckConstraint("done >= 0 AND total >= 0 AND attempts >= 0 AND failures >= 0", "counts_positive"),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Null for a job of the server itself"
    )
    parameters: Mapped[Json]
    status: Mapped[str]
    done: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    checkpoint: Mapped[Any | None] = mapped_column(
        JSONB(none_as_null=True), comment="Where the next attempt continues; stored together with the work before it"
    )
    attempts: Mapped[int]
    failures: Mapped[int] = mapped_column(comment="Failed attempts in a row without a checkpoint between them")
    lease: Mapped[UUID | None] = mapped_column(comment="The attempt that may write; every attempt has another one")
    due_at: Mapped[Moment | None] = mapped_column(
        comment="When a queued job may start, or a silent worker of a running one is replaced"
    )
    error: Mapped[str | None] = mapped_column(comment="Why the last attempt failed")
    created_at: Mapped[Moment]
    started_at: Mapped[Moment | None] = mapped_column(comment="When the last attempt started")
    finished_at: Mapped[Moment | None]
