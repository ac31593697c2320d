"""audit log

Who did what with what must not leak, when, and from where. Entries are only ever added. ADR 23 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False, comment="The kind of node that the entry is about"),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("client_address", sa.Text(), nullable=True, comment="Where the request came from"),
        sa.Column("user_agent", sa.Text(), nullable=True, comment="The program that sent it"),
        sa.Column("fact", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("length(client_address) <= 64", name=op.f("ck_audit_entry__client_address_length")),
        sa.CheckConstraint("length(user_agent) <= 300", name=op.f("ck_audit_entry__user_agent_length")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_audit_entry__actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry__at", "audit_entry", ["at", "id"], unique=False)
    op.create_index("ix_audit_entry__actor_id", "audit_entry", ["actor_id", "at", "id"], unique=False)
    op.create_index("ix_audit_entry__subject_id", "audit_entry", ["subject_id", "at", "id"], unique=False)
    op.create_index("ix_audit_entry__kind", "audit_entry", ["kind", "at", "id"], unique=False)
    # The function is that of movements.
    op.execute(
        "CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION reject_change()"
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entry__kind", table_name="audit_entry")
    op.drop_index("ix_audit_entry__subject_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry__actor_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry__at", table_name="audit_entry")
    op.drop_table("audit_entry")
