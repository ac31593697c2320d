"""minimum payout"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scheme", sa.Column("minimum_payout", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_scheme__minimum_payout_positive"), "scheme", "minimum_payout > 0")


def downgrade() -> None:
    op.drop_column("scheme", "minimum_payout")
