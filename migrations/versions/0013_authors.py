"""authors of sections and submissions

Keeps every account that changed a section, and with a submission every author of its content, who may not approve it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

# A saved step is in the activity with its actor; the title and the channels of a new scheme are basics, too.
_SECTION_AUTHORS = """
UPDATE scheme_section SET authors = ARRAY(
    SELECT author FROM (
        SELECT actor_id AS author, at FROM scheme_activity AS done
        WHERE done.scheme_id = scheme_section.scheme_id AND done.section = scheme_section.section
        UNION ALL
        SELECT created_by, created_at FROM scheme
        WHERE id = scheme_section.scheme_id AND revises IS NULL AND scheme_section.section = 'BASICS'
    ) AS saved GROUP BY author ORDER BY min(at), author)
"""
_SUBMISSION_AUTHORS = """
UPDATE scheme_submission SET authors = ARRAY(
    SELECT author FROM (
        SELECT actor_id AS author, at FROM scheme_activity AS done
        WHERE done.scheme_id = scheme_submission.scheme_id AND done.section IS NOT NULL AND done.at <= submitted_at
        UNION ALL
        SELECT created_by, created_at FROM scheme WHERE id = scheme_submission.scheme_id AND revises IS NULL
    ) AS saved GROUP BY author ORDER BY min(at), author)
"""
# Until now only the submitter could not approve.
_EARLIER_APPROVALS = "UPDATE scheme_submission SET authors_may_approve = true WHERE decision = 'APPROVED'"


_FOUR_EYES = "authors_may_approve OR decision <> 'APPROVED' OR decided_by <> ALL (authors)"


def upgrade() -> None:
    """Add the columns, fill them from the activity of the schemes, and check approvals from now on."""
    for table, comment in (
        ("scheme_section", "Every account that changed it"),
        ("scheme_submission", "Every account that changed a section"),
    ):
        nobody, ids = sa.text("'{}'"), postgresql.ARRAY(sa.Uuid())
        op.add_column(table, sa.Column("authors", ids, server_default=nobody, nullable=False, comment=comment))
    op.add_column(
        "scheme_submission",
        sa.Column(
            "authors_may_approve",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the program let authors approve when it was approved",
        ),
    )
    for statement in (_SECTION_AUTHORS, _SUBMISSION_AUTHORS, _EARLIER_APPROVALS):
        op.execute(statement)
    op.create_check_constraint(op.f("ck_scheme_submission__four_eyes_of_authors"), "scheme_submission", _FOUR_EYES)


def downgrade() -> None:
    """Undo `upgrade`: only the last save of a section has a name again."""
    op.drop_constraint(op.f("ck_scheme_submission__four_eyes_of_authors"), "scheme_submission")
    op.drop_column("scheme_submission", "authors_may_approve")
    op.drop_column("scheme_submission", "authors")
    op.drop_column("scheme_section", "authors")
