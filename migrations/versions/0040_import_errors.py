"""errors of imports

Counts the sales of a file that were rejected because of an unexpected error, so that an import with many of them stops.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sales_import_stream",
        sa.Column(
            "failed",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Those of the rejected sales that met an unexpected error",
        ),
    )


def downgrade() -> None:
    op.drop_column("sales_import_stream", "failed")
