"""paid amounts

How much money of a settlement was reported as paid, and did not come back. ADR 41.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("settlement", sa.Column("paid_amount", sa.Numeric(), server_default=sa.text("0"), nullable=False))
    op.execute("""
        UPDATE settlement SET paid_amount = paid.amount
        FROM (
            SELECT settlement_id, sum(amount) AS amount FROM settlement_line
            WHERE status = 'PAID' AND amount IS NOT NULL GROUP BY settlement_id
        ) AS paid
        WHERE settlement.id = paid.settlement_id
    """)


def downgrade() -> None:
    op.drop_column("settlement", "paid_amount")
