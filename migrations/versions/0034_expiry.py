"""expiry

When the points of an account expire next, and which of them were announced; accounts of a scheme are found by an index.
ADR 42 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_COLUMNS = {
    "expires_next": "When the oldest points were recorded; null if unknown",
    "announced_until": "Of older points the ECP knows when they expire",
}


def upgrade() -> None:
    for name, comment in _COLUMNS.items():
        column = sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True, comment=comment)
        op.add_column("points_account", column)
    op.create_index("ix_points_account__scheme", "points_account", ["scheme", "ecp"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_points_account__scheme", table_name="points_account")
    for name in _COLUMNS:
        op.drop_column("points_account", name)
