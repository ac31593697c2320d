"""scheme materials

An index of the marketing materials of schemes, by which a download finds the schemes that show a file.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_scheme__materials",
        "scheme",
        ["materials"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"materials": "jsonb_path_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_scheme__materials", table_name="scheme", postgresql_using="gin")
