"""retention of imports

Files of imports are deleted 90 days after the import began. The import stays, so it keeps the name of its file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_GONE = "SELECT id FROM sales_import WHERE file_id IS NULL"


def upgrade() -> None:
    op.add_column("sales_import", sa.Column("file_name", sa.Text(), nullable=True))
    op.execute(
        "UPDATE sales_import SET file_name = stored_file.name FROM stored_file WHERE stored_file.id = sales_import.file_id"
    )
    op.alter_column("sales_import", "file_name", nullable=False)
    op.alter_column(
        "sales_import",
        "file_id",
        nullable=True,
        comment="Null when it is deleted, together with the rejected rows",
    )
    op.create_index(
        "ix_sales_import__kept", "sales_import", ["created_at"], postgresql_where=sa.text("file_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_sales_import__kept", table_name="sales_import")
    # An import without its file cannot be stored before this migration.
    for table in ("sales_import_stream", "sales_import_rejection"):
        op.execute(f"DELETE FROM {table} WHERE import_id IN ({_GONE})")  # noqa: S608 - our own text
    op.execute("DELETE FROM sales_import WHERE file_id IS NULL")
    op.alter_column("sales_import", "file_id", nullable=False, comment=None)
    op.drop_column("sales_import", "file_name")
