"""event subjects

Expands: events name their subjects in arrays, and event_subject indexes them. Until 0006, servers of the release before
may go on writing and reading scheme_id and account_id.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.outbox.tables import Xid8

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Whichever of the two shapes a server writes, the other one is there, too.
BRIDGE = (
    """
    CREATE FUNCTION bridge_event_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF cardinality(NEW.subject_kinds) > 0 THEN
            NEW.scheme_id := NEW.subject_ids[array_position(NEW.subject_kinds, 'SCHEME')];
            NEW.account_id := NEW.subject_ids[array_position(NEW.subject_kinds, 'ACCOUNT')];
        ELSE
            NEW.subject_kinds := array_remove(ARRAY[
                CASE WHEN NEW.scheme_id IS NOT NULL THEN 'SCHEME' END,
                CASE WHEN NEW.account_id IS NOT NULL THEN 'ACCOUNT' END
            ], NULL);
            NEW.subject_ids := array_remove(ARRAY[NEW.scheme_id, NEW.account_id], NULL);
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER bridge_event_subjects BEFORE INSERT ON event
    FOR EACH ROW EXECUTE FUNCTION bridge_event_subjects()
    """,
)
FROM_COLUMNS = """
UPDATE event SET
    subject_kinds = array_remove(ARRAY[
        CASE WHEN scheme_id IS NOT NULL THEN 'SCHEME' END, CASE WHEN account_id IS NOT NULL THEN 'ACCOUNT' END
    ], NULL),
    subject_ids = array_remove(ARRAY[scheme_id, account_id], NULL)
WHERE scheme_id IS NOT NULL OR account_id IS NOT NULL
"""
# Statement triggers, so that no writer can forget the index. Deleting looks up one subject after the other: PostgreSQL
# does not know how few rows a statement has deleted, and would rather read the whole index table.
KEPT_FROM_NOW_ON = (
    """
    CREATE FUNCTION index_event_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO event_subject (subject_kind, subject_id, xid, id, kind)
        SELECT subject.kind, subject.id, event.xid, event.id, event.kind
        FROM added AS event CROSS JOIN unnest(event.subject_kinds, event.subject_ids) AS subject (kind, id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION forget_event_subjects() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    BEGIN
        DELETE FROM event_subject USING removed AS event
        CROSS JOIN unnest(event.subject_kinds, event.subject_ids) AS subject (kind, id)
        WHERE subject_kind = subject.kind AND subject_id = subject.id
            AND event_subject.xid = event.xid AND event_subject.id = event.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION forget_all_event_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM event_subject;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER index_event_subjects AFTER INSERT ON event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION index_event_subjects()
    """,
    """
    CREATE TRIGGER forget_event_subjects AFTER DELETE ON event REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_event_subjects()
    """,
    """
    CREATE TRIGGER forget_all_event_subjects AFTER TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION forget_all_event_subjects()
    """,
    """
    INSERT INTO event_subject (subject_kind, subject_id, xid, id, kind)
    SELECT subject.kind, subject.id, event.xid, event.id, event.kind
    FROM event CROSS JOIN unnest(event.subject_kinds, event.subject_ids) AS subject (kind, id)
    """,
)


def upgrade() -> None:
    """Expand first; contract in a later migration, once nothing reads the old shape."""
    op.create_table(
        "event_subject",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="The kind of the event"),
        sa.PrimaryKeyConstraint(
            "subject_kind",
            "subject_id",
            "xid",
            "id",
            name=op.f("pk_event_subject"),
            postgresql_include=["kind"],
        ),
    )
    op.add_column(
        "event",
        sa.Column(
            "subject_kinds",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="SubjectKinds; one for each id",
        ),
    )
    op.add_column(
        "event",
        sa.Column(
            "subject_ids",
            postgresql.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="The schemes, accounts, ECPs, … that the event is about",
        ),
    )
    op.execute(FROM_COLUMNS)
    op.create_check_constraint(
        op.f("ck_event__subjects_paired"), "event", "cardinality(subject_kinds) = cardinality(subject_ids)"
    )
    for statement in (*BRIDGE, *KEPT_FROM_NOW_ON):
        op.execute(statement)


def downgrade() -> None:
    """Undo `upgrade`; the columns of before hold what they can of the subjects."""
    for name in ("index_event_subjects", "forget_event_subjects", "forget_all_event_subjects", "bridge_event_subjects"):
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON event")
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.drop_constraint(op.f("ck_event__subjects_paired"), "event")
    op.drop_column("event", "subject_ids")
    op.drop_column("event", "subject_kinds")
    op.drop_table("event_subject")
