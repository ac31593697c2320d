"""identities

Identities of people at identity providers, with which accounts sign in. ADR 46 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Every server notices an identity that is unlinked, by whatever way, before it sends the next event.
_NOTE_ACCESS_CHANGE = """
    CREATE TRIGGER note_access_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON account_identity
    FOR EACH STATEMENT EXECUTE FUNCTION note_access_change()
"""


def upgrade() -> None:
    op.create_table(
        "account_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False, comment="How it was linked"),
        sa.Column("linked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("unlinked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("unlinked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("length(issuer) BETWEEN 1 AND 255", name=op.f("ck_account_identity__issuer_length")),
        sa.CheckConstraint("length(subject) BETWEEN 1 AND 255", name=op.f("ck_account_identity__subject_length")),
        sa.CheckConstraint(
            "origin IN ('EMAIL', 'ADMIN', 'REGISTRATION')", name=op.f("ck_account_identity__origin_known")
        ),
        sa.CheckConstraint(
            "(unlinked_at IS NULL) = (unlinked_by IS NULL)", name=op.f("ck_account_identity__unlinking_signed")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_identity__account_id")),
        sa.ForeignKeyConstraint(["linked_by"], ["account.id"], name=op.f("fk_account_identity__linked_by")),
        sa.ForeignKeyConstraint(["unlinked_by"], ["account.id"], name=op.f("fk_account_identity__unlinked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_identity")),
    )
    for name, columns in (("subject", ["issuer", "subject"]), ("account_id", ["account_id", "issuer"])):
        op.create_index(
            f"uq_account_identity__{name}",
            "account_identity",
            columns,
            unique=True,
            postgresql_where=sa.text("unlinked_at IS NULL"),
        )
    op.create_index("ix_account_identity__subject", "account_identity", ["issuer", "subject"], unique=False)
    op.create_index("ix_account_identity__account_id", "account_identity", ["account_id"], unique=False)
    op.execute(_NOTE_ACCESS_CHANGE)
    op.create_index(
        "ix_account__email",
        "account",
        ["email"],
        unique=False,
        postgresql_where=sa.text("email IS NOT NULL AND email_key IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_account__email", table_name="account", postgresql_where=sa.text("email IS NOT NULL AND email_key IS NULL")
    )
    op.drop_table("account_identity")
