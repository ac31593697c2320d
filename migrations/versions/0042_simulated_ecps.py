"""simulated ecps

The ECPs who gain or lose in a simulation. ADR 44 says why.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulation_ecp",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("ecp", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("live_points", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False, comment="Points that the ECP gains; negative if it loses"),
        sa.CheckConstraint("change = points - live_points AND change <> 0", name=op.f("ck_simulation_ecp__changes")),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulation.id"], name=op.f("fk_simulation_ecp__simulation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulation_ecp")),
    )
    op.create_index("ix_simulation_ecp__change", "simulation_ecp", ["simulation_id", "change", "id"], unique=False)
    op.drop_constraint(op.f("fk_simulation_piece__simulation_id"), "simulation_piece", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_simulation_piece__simulation_id"),
        "simulation_piece",
        "simulation",
        ["simulation_id"],
        ["id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_simulation_piece__simulation_id"), "simulation_piece", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_simulation_piece__simulation_id"), "simulation_piece", "simulation", ["simulation_id"], ["id"]
    )
    op.drop_table("simulation_ecp")
