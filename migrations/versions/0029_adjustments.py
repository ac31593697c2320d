"""adjustments

Adjustments of points by hand, and from how many points on a second person decides about them. ADR 39 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_CHECKS = {
    "status_known": "status IN ('PENDING', 'APPROVED', 'REJECTED')",
    "points_given": "points <> 0",
    "two_persons": "decided_by <> made_by",
    "decision_dated": "(status = 'PENDING') = (decided_at IS NULL)",
    "posted_if_approved": "(status = 'APPROVED') = (recorded_at IS NOT NULL)",
    "rejection_explained": "status <> 'REJECTED' OR decision_reason IS NOT NULL",
    "decision_signed": "decided_by IS NULL OR decided_at IS NOT NULL",
    "forfeit_takes": "NOT forfeits OR points < 0 AND decided_by IS NULL",
}


def upgrade() -> None:
    op.add_column(
        "program",
        sa.Column(
            "approval_threshold_points",
            sa.BigInteger(),
            server_default=sa.text("1000"),
            nullable=False,
            comment="Adjustments of more points need a second person",
        ),
    )
    op.create_check_constraint(
        op.f("ck_program__approval_threshold_counted"),
        "program",
        "approval_threshold_points BETWEEN 0 AND 9007199254740991",
    )
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ecp_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="Negative if they are taken"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", _MOMENT, nullable=True, comment="Of its entry in the ledger"),
        sa.Column(
            "forfeits",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="What an erased ECP had",
        ),
        *(sa.CheckConstraint(check, name=op.f(f"ck_adjustment__{name}")) for name, check in _CHECKS.items()),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_adjustment__decided_by")),
        sa.ForeignKeyConstraint(["ecp_id"], ["ecp.id"], name=op.f("fk_adjustment__ecp_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_adjustment__made_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_adjustment__scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    op.create_index("ix_adjustment__ecp_id", "adjustment", ["ecp_id", "made_at", "id"], unique=False)
    op.create_index("ix_adjustment__made_at", "adjustment", ["made_at", "id"], unique=False)
    op.create_index("ix_adjustment__scheme_id", "adjustment", ["scheme_id", "made_at", "id"], unique=False)
    op.create_index(
        "ix_adjustment__pending",
        "adjustment",
        ["made_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )


def downgrade() -> None:
    op.drop_table("adjustment")
    op.drop_column("program", "approval_threshold_points")
