"""imports

Files of sales: what was asked for, the sales of a file before they are recorded, and its rejected rows. ADR 43 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False, comment="By the ECP"),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "occurrence", sa.BigInteger(), nullable=False, comment="Rows with different ones are different sales"
        ),
        sa.Column("ecp_key", sa.Text(), nullable=False),
        sa.Column("sold_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("returns", sa.Text(), nullable=True),
        sa.Column("line_count", sa.SmallInteger(), nullable=False),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="The sale and its lines in the file, as msgpack"
        ),
        sa.Column("fault", sa.Text(), nullable=True, comment="Why it cannot be recorded together with other rows"),
        sa.PrimaryKeyConstraint("import_id", "part", "line", name=op.f("pk_sales_import_row")),
    )
    op.create_index(
        "ix_sales_import_row__fault",
        "sales_import_row",
        ["import_id", "part", "line"],
        unique=False,
        postgresql_where=sa.text("fault IS NOT NULL"),
    )
    op.create_table(
        "sales_import_sale",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "contents",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            comment="Of its rows, in the order of the file",
        ),
        sa.PrimaryKeyConstraint("import_id", "part", "position", name=op.f("pk_sales_import_sale")),
    )
    op.create_table(
        "sales_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("park", sa.Boolean(), nullable=False),
        sa.Column(
            "job_id", sa.Uuid(), nullable=False, comment="The job that does it, which is deleted before the import"
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True, comment="Null until the first line was read"),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("delimiter", sa.Text(), nullable=True),
        sa.Column("ignored_columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("lines_read", sa.BigInteger(), nullable=False),
        sa.Column("sales_read", sa.BigInteger(), nullable=False),
        sa.Column(
            "rejected",
            sa.BigInteger(),
            nullable=False,
            comment="Rows and sales that were rejected while they were read",
        ),
        sa.Column("is_cut", sa.Boolean(), nullable=False, comment="The last line has no line break"),
        sa.Column("is_staged", sa.Boolean(), nullable=False, comment="Sales of the file may be stored for the import"),
        sa.Column("error", sa.Text(), nullable=True, comment="Why the file is not imported, or not to its end"),
        sa.Column("rejected_file_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(phase = 'FINISHED') = (finished_at IS NOT NULL)", name=op.f("ck_sales_import__finish_dated")
        ),
        sa.CheckConstraint("format IN ('CSV', 'NDJSON')", name=op.f("ck_sales_import__format_known")),
        sa.CheckConstraint(
            "phase IN ('READING', 'SORTING', 'RECORDING', 'FINISHING', 'FINISHED')",
            name=op.f("ck_sales_import__phase_known"),
        ),
        sa.CheckConstraint(
            "bytes_read >= 0 AND lines_read >= 0 AND sales_read >= 0 AND rejected >= 0",
            name=op.f("ck_sales_import__counts_positive"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_sales_import__created_by")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_sales_import__file_id")),
        sa.ForeignKeyConstraint(
            ["rejected_file_id"], ["stored_file.id"], name=op.f("fk_sales_import__rejected_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_import")),
    )
    op.create_index("ix_sales_import__created_at", "sales_import", ["created_at", "id"], unique=False)
    op.create_index("ix_sales_import__created_by", "sales_import", ["created_by", "created_at", "id"], unique=False)
    op.create_index("ix_sales_import__file_id", "sales_import", ["file_id"], unique=False)
    op.create_index(
        "ix_sales_import__rejected_file_id",
        "sales_import",
        ["rejected_file_id"],
        unique=False,
        postgresql_where=sa.text("rejected_file_id IS NOT NULL"),
    )
    op.create_index(
        "ix_sales_import__staged", "sales_import", ["created_at"], unique=False, postgresql_where=sa.text("is_staged")
    )
    op.create_index("uq_sales_import__job_id", "sales_import", ["job_id"], unique=True)
    op.create_table(
        "sales_import_rejection",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("while_reading", sa.Boolean(), nullable=False, comment="Other rows of the sale are rejected with it"),
        sa.ForeignKeyConstraint(["import_id"], ["sales_import.id"], name=op.f("fk_sales_import_rejection__import_id")),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_sales_import_rejection")),
    )
    op.create_index(
        "ix_sales_import_rejection__external_id",
        "sales_import_rejection",
        ["import_id", "external_id"],
        unique=False,
        postgresql_where=sa.text("while_reading"),
    )
    op.create_table(
        "sales_import_stream",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.SmallInteger(), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True, comment="Of the attempt at the job that records now"),
        sa.Column("part", sa.Integer(), nullable=False, comment="Of the last sale that was tried"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("corrected", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        sa.Column("conflicts", sa.BigInteger(), nullable=False),
        sa.Column("parked", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False, comment="Rows of the sales that were tried"),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="That were posted"),
        sa.CheckConstraint("part >= 0 AND position >= 0", name=op.f("ck_sales_import_stream__place_positive")),
        sa.ForeignKeyConstraint(["import_id"], ["sales_import.id"], name=op.f("fk_sales_import_stream__import_id")),
        sa.PrimaryKeyConstraint("import_id", "stream", name=op.f("pk_sales_import_stream")),
    )


def downgrade() -> None:
    op.drop_table("sales_import_stream")
    op.drop_table("sales_import_rejection")
    op.drop_table("sales_import")
    op.drop_table("sales_import_sale")
    op.drop_table("sales_import_row")
