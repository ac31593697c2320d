"""program

The settings of the one program, whose calendar was UTC until now, and the log of their changes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Days on which points were earned must not move, whichever program or person changes the row.
KEPT_TIME_ZONE = (
    """
    CREATE FUNCTION keep_time_zone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.first_posting_at IS NOT NULL THEN
            RAISE 'points are posted, so the time zone stays %', OLD.time_zone USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_time_zone BEFORE UPDATE ON program FOR EACH ROW
    WHEN (NEW.time_zone <> OLD.time_zone OR NEW.first_posting_at IS DISTINCT FROM OLD.first_posting_at)
    EXECUTE FUNCTION keep_time_zone()
    """,
)


def upgrade() -> None:
    """Add the tables, and the program with the calendar that all schemes have had."""
    op.create_table(
        "program",
        sa.Column(
            "id", sa.Uuid(), server_default=sa.text("'00000000-0000-0000-0000-000000000001'::uuid"), nullable=False
        ),
        sa.Column("name", sa.Text(), server_default="Program", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False, comment="A zone of the IANA database"),
        sa.Column("currency", sa.Text(), server_default="USD", nullable=False, comment="A currency of ISO 4217"),
        sa.Column("locale", sa.Text(), server_default="en", nullable=False, comment="A language tag of BCP 47"),
        sa.Column("authors_may_approve", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "first_posting_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="Set by the first posting; fixes the time zone",
        ),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id = '00000000-0000-0000-0000-000000000001'::uuid", name=op.f("ck_program__only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
    )
    op.create_table(
        "program_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_program_activity__actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_activity")),
    )
    op.create_index("ix_program_activity__at", "program_activity", ["at", "id"], unique=False)
    for statement in KEPT_TIME_ZONE:
        op.execute(statement)
    op.execute("INSERT INTO program DEFAULT VALUES")


def downgrade() -> None:
    """Undo `upgrade`."""
    op.drop_table("program_activity")
    op.drop_table("program")
    op.execute("DROP FUNCTION keep_time_zone")
