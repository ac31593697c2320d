"""jobs

Background work with its status, progress, and checkpoint. The table is the queue, too. ADR 26 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True, comment="Null for a job of the server itself"),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column(
            "checkpoint",
            postgresql.JSONB(none_as_null=True),
            nullable=True,
            comment="Where the next attempt continues; stored together with the work before it",
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "failures",
            sa.Integer(),
            nullable=False,
            comment="Failed attempts in a row without a checkpoint between them",
        ),
        sa.Column(
            "lease", sa.Uuid(), nullable=True, comment="The attempt that may write; every attempt has another one"
        ),
        sa.Column(
            "due_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When a queued job may start, or a silent worker of a running one is replaced",
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="Why the last attempt failed"),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "started_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When the last attempt started",
        ),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')", name=op.f("ck_job__status_known")
        ),
        sa.CheckConstraint("(status = 'RUNNING') = (lease IS NOT NULL)", name=op.f("ck_job__running_leased")),
        sa.CheckConstraint("(status IN ('QUEUED', 'RUNNING')) = (due_at IS NOT NULL)", name=op.f("ck_job__open_due")),
        sa.CheckConstraint("(due_at IS NULL) = (finished_at IS NOT NULL)", name=op.f("ck_job__ended_dated")),
        sa.CheckConstraint("status <> 'FAILED' OR error IS NOT NULL", name=op.f("ck_job__failure_explained")),
        sa.CheckConstraint(
            "done >= 0 AND total >= 0 AND attempts >= 0 AND failures >= 0", name=op.f("ck_job__counts_positive")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_job__owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job__created_at", "job", ["created_at", "id"], unique=False)
    op.create_index("ix_job__owner_id", "job", ["owner_id", "created_at", "id"], unique=False)
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_job__due_at", "job", ["due_at"], unique=False, postgresql_where=due)
    owner = sa.text("COALESCE(owner_id, CAST('00000000-0000-0000-0000-000000000000' AS uuid))")
    op.create_index("ix_job__turn", "job", [owner, "due_at", "id"], unique=False, postgresql_where=due)
    op.create_index("ix_job__served", "job", [owner, "started_at"], unique=False)
    ended = sa.text("finished_at IS NOT NULL")
    op.create_index("ix_job__finished_at", "job", ["finished_at"], unique=False, postgresql_where=ended)
    leased = sa.text("lease IS NOT NULL")
    op.create_index("uq_job__lease", "job", ["lease"], unique=True, postgresql_where=leased)


def downgrade() -> None:
    op.drop_table("job")
