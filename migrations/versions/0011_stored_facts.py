"""stored facts

Notifications, the activity of schemes, the reach of submissions, and the reasons of disabled endpoints hold facts in
place of sentences. Sentences cannot be taken apart again, so they are kept as they were written. Why a stage is blocked
follows from the decision about its scheme.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The kind of the row and what the fact is about, in place of a sentence that only the newer version can write.
_SUMMARY = """
    concat_ws(
        ': ',
        left(kind, 1) || replace(lower(substr(kind, 2)), '_', ' '),
        coalesce(fact #>> '{scheme,title}', fact ->> 'title', fact ->> 'code', fact ->> 'url')
    ) || '.'
"""
_SENTENCE = f"coalesce(fact ->> 'text', {_SUMMARY})"
_AS_WRITTEN = "jsonb_build_object('kind', 'asWritten', 'text', message)"
_STORE_BLOCKS = """
UPDATE scheme_stage SET blocks = jsonb_build_array(
    jsonb_build_object('kind', 'stageRejected', 'account_id', decided_by, 'reason', coalesce(reason, ''))
) FROM (
    SELECT DISTINCT ON (scheme_id) scheme_id, decided_by, reason FROM scheme_submission
    WHERE decision = 'REJECTED' ORDER BY scheme_id, number DESC
) AS rejection
WHERE scheme_stage.scheme_id = rejection.scheme_id AND cardinality(blocked_by) > 0
"""
_WRITE_BLOCKS = """
UPDATE scheme_stage SET sentences = ARRAY[
    concat('Rejected by ', display_name, ': ', blocked_by #>> '{0,reason}')
] FROM account WHERE account.id = (blocked_by #>> '{0,account_id}')::uuid
"""
_STORE_REACH = """
UPDATE scheme_submission SET reach = (
    SELECT coalesce(jsonb_agg(rule - 'sentence' || jsonb_build_object(
        'funnel', (
            SELECT coalesce(jsonb_agg(step - 'clause' ORDER BY position), '[]')
            FROM jsonb_array_elements(rule -> 'funnel') WITH ORDINALITY AS steps (step, position)
        ),
        'cause', jsonb_build_object('kind', 'asWritten', 'sentence', rule -> 'sentence', 'clauses', (
            SELECT coalesce(jsonb_agg(step -> 'clause' ORDER BY position), '[]')
            FROM jsonb_array_elements(rule -> 'funnel') WITH ORDINALITY AS steps (step, position)
        ))
    ) ORDER BY number), '[]')
    FROM jsonb_array_elements(reach) WITH ORDINALITY AS rules (rule, number)
) WHERE jsonb_typeof(reach) = 'array'
"""
_WRITE_REACH = """
UPDATE scheme_submission SET reach = (
    SELECT coalesce(jsonb_agg(rule - 'cause' || jsonb_build_object(
        'sentence', coalesce(
            rule #>> '{cause,sentence}', concat(rule ->> 'eligible', ' of ', rule ->> 'audience', ' ECPs could qualify.')
        ),
        'funnel', (
            SELECT coalesce(jsonb_agg(step || jsonb_build_object('clause', coalesce(
                rule #>> ARRAY['cause', 'clauses', (position - 1)::text], concat('Part ', position, ' of the condition')
            )) ORDER BY position), '[]')
            FROM jsonb_array_elements(rule -> 'funnel') WITH ORDINALITY AS steps (step, position)
        )
    ) ORDER BY number), '[]')
    FROM jsonb_array_elements(reach) WITH ORDINALITY AS rules (rule, number)
) WHERE jsonb_typeof(reach) = 'array'
"""


def upgrade() -> None:
    """Turn each sentence into a fact that shows it."""
    concerns = "What the account is notified of; null for what the activity holds"
    op.add_column("notification", sa.Column("fact", postgresql.JSONB(), nullable=True, comment=concerns))
    happened = "What happened, as domain/schemes/stored_facts.py declares it"
    op.add_column("scheme_activity", sa.Column("fact", postgresql.JSONB(), nullable=True, comment=happened))
    op.execute(f"UPDATE notification SET fact = {_AS_WRITTEN}")  # noqa: S608 - no text of others
    op.execute(f"UPDATE scheme_activity SET fact = {_AS_WRITTEN}")  # noqa: S608 - no text of others
    op.alter_column("scheme_activity", "fact", nullable=False)
    op.create_check_constraint(
        op.f("ck_notification__fact_present"), "notification", "fact IS NOT NULL OR activity_id IS NOT NULL"
    )
    op.drop_column("notification", "message")
    op.drop_column("scheme_activity", "message")
    op.execute(_STORE_REACH)
    _store_blocks()
    op.alter_column(
        "webhook_endpoint",
        "disabled_reason",
        type_=postgresql.JSONB(),
        comment="Why, as a stored fact",
        postgresql_using="CASE WHEN disabled_reason IS NOT NULL THEN "
        "jsonb_build_object('kind', 'asWritten', 'text', disabled_reason) END",
    )


def downgrade() -> None:
    """Bring kept sentences back. Other facts become their kind and what they are about: “Scheme approved: Diwali.”."""
    op.drop_constraint(op.f("ck_notification__fact_present"), "notification", type_="check")
    op.execute(
        "UPDATE notification SET fact = scheme_activity.fact FROM scheme_activity "
        "WHERE notification.fact IS NULL AND scheme_activity.id = notification.activity_id"
    )
    op.add_column("notification", sa.Column("message", sa.Text(), nullable=True))
    happened = "What happened as a sentence, with the names of that time"
    op.add_column("scheme_activity", sa.Column("message", sa.Text(), nullable=True, comment=happened))
    op.execute(f"UPDATE notification SET message = {_SENTENCE}")  # noqa: S608 - no text of others
    op.execute(f"UPDATE scheme_activity SET message = {_SENTENCE}")  # noqa: S608 - no text of others
    op.alter_column("notification", "message", nullable=False)
    op.alter_column("scheme_activity", "message", nullable=False)
    op.drop_column("notification", "fact")
    op.drop_column("scheme_activity", "fact")
    op.execute(_WRITE_REACH)
    _write_blocks()
    op.alter_column(
        "webhook_endpoint",
        "disabled_reason",
        type_=sa.Text(),
        comment=None,
        postgresql_using="CASE WHEN disabled_reason IS NOT NULL THEN "
        "coalesce(disabled_reason ->> 'text', disabled_reason ->> 'error', 'The endpoint was disabled.') END",
    )


def _store_blocks() -> None:
    comment = "Why it cannot continue, as stored facts"
    op.add_column("scheme_stage", sa.Column("blocks", postgresql.JSONB(), server_default="[]", nullable=False))
    op.execute(_STORE_BLOCKS)
    op.drop_column("scheme_stage", "blocked_by")
    op.alter_column("scheme_stage", "blocks", new_column_name="blocked_by", server_default=None, comment=comment)


def _write_blocks() -> None:
    texts = postgresql.ARRAY(sa.Text())
    op.add_column("scheme_stage", sa.Column("sentences", texts, server_default="{}", nullable=False))
    op.execute(_WRITE_BLOCKS)
    op.drop_column("scheme_stage", "blocked_by")
    op.alter_column("scheme_stage", "sentences", new_column_name="blocked_by", server_default=None)
