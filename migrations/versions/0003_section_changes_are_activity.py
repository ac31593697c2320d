"""section changes are activity

Contracts what 0002 expanded: scheme_activity holds what scheme_section_change held.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop what nothing reads any more."""
    op.drop_table("scheme_section_change")


def downgrade() -> None:
    """Undo `upgrade`."""
    op.create_table(
        "scheme_section_change",
        sa.Column("scheme_id", sa.UUID(), autoincrement=False, nullable=False),
        sa.Column("section", sa.TEXT(), autoincrement=False, nullable=False),
        sa.Column("version", sa.INTEGER(), autoincrement=False, nullable=False),
        sa.Column("changed_by", sa.UUID(), autoincrement=False, nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_scheme_section_change__changed_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_section_change__scheme_id")),
        sa.PrimaryKeyConstraint("scheme_id", "section", "version", name=op.f("pk_scheme_section_change")),
    )
    op.execute(
        """
        INSERT INTO scheme_section_change (scheme_id, section, version, changed_by, changed_at, changes)
        SELECT scheme_id, section, version, actor_id, at, changes FROM scheme_activity WHERE section IS NOT NULL
        """
    )
