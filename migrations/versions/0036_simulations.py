"""simulations

Simulations of schemes with their results, and the totals of their pieces while a job runs. ADR 44 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "simulation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column(
            "live_id",
            sa.Uuid(),
            nullable=True,
            comment="The approved scheme whose ledger it is compared with; null of a new draft",
        ),
        sa.Column("job_id", sa.Uuid(), nullable=False, comment="Jobs are deleted some time after they ended"),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Of the scheme, as it was then",
        ),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("known_at", _MOMENT, nullable=False, comment="Sales that were recorded later do not count"),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("from_day <= to_day", name=op.f("ck_simulation__days_ordered")),
        sa.CheckConstraint("(result IS NULL) = (finished_at IS NULL)", name=op.f("ck_simulation__result_dated")),
        sa.ForeignKeyConstraint(["live_id"], ["scheme.id"], name=op.f("fk_simulation__live_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_simulation__made_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_simulation__scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulation")),
    )
    op.create_index("ix_simulation__made_at", "simulation", ["made_at", "id"], unique=False)
    op.create_index("ix_simulation__scheme_id", "simulation", ["scheme_id", "made_at", "id"], unique=False)
    op.create_table(
        "simulation_piece",
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("totals", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["simulation_id"], ["simulation.id"], name=op.f("fk_simulation_piece__simulation_id")),
        sa.PrimaryKeyConstraint("simulation_id", "number", name=op.f("pk_simulation_piece")),
    )


def downgrade() -> None:
    op.drop_table("simulation_piece")
    op.drop_table("simulation")
