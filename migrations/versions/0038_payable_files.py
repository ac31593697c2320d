"""payable files

The file of the payable lines of a settlement, which a payment system downloads. ADR 41.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("settlement", sa.Column("payable_file_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_settlement__payable_file_id"), "settlement", "stored_file", ["payable_file_id"], ["id"]
    )
    op.create_index(
        "ix_settlement__payable_file_id",
        "settlement",
        ["payable_file_id"],
        unique=False,
        postgresql_where=sa.text("payable_file_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_settlement__payable_file_id", table_name="settlement")
    op.drop_constraint(op.f("fk_settlement__payable_file_id"), "settlement", type_="foreignkey")
    op.drop_column("settlement", "payable_file_id")
