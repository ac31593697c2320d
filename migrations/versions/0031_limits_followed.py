"""limits followed

The pools of a scheme follow the limits of one revision, which is noted for the scheme. ADR 35 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "points_scheme",
        sa.Column("scheme", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "effective_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="When the revision takes effect",
        ),
        sa.PrimaryKeyConstraint("scheme", name=op.f("pk_points_scheme")),
    )
    # The next posting in each of them compares its pools with the revision in force.
    op.execute(
        "INSERT INTO points_scheme (scheme, revision, effective_at) "
        "SELECT DISTINCT scheme, 0, '0001-01-01 00:00:00+00'::timestamptz FROM points_account"
    )
    op.drop_column("points_pool_limit", "revision")


def downgrade() -> None:
    op.add_column("points_pool_limit", sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        "UPDATE points_pool_limit SET revision = known.revision FROM points_scheme AS known "
        "WHERE known.scheme = points_pool_limit.scheme"
    )
    op.alter_column("points_pool_limit", "revision", server_default=None)
    op.drop_table("points_scheme")
