"""planned points

A generated column: the base points of all planned coupons of a variant in a scheme.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; PostgreSQL computes it for every row, of which a scheme has some dozens at most."""
    planned = sa.Computed("base_points::bigint * planned_quantity", persisted=True)
    op.add_column("scheme_variant", sa.Column("planned_points", sa.BigInteger(), planned, nullable=True))


def downgrade() -> None:
    """Undo `upgrade`."""
    op.drop_column("scheme_variant", "planned_points")
