"""event subject columns

Contracts what 0005 expanded: the arrays of an event hold what scheme_id and account_id held.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As in 0005: servers of the release before write the columns, and those of this release the arrays.
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
COLUMNS = {"account_id": "The account that it is for", "scheme_id": "The scheme that it belongs to"}


def upgrade() -> None:
    """Drop what nothing reads any more."""
    op.execute("DROP TRIGGER bridge_event_subjects ON event")
    op.execute("DROP FUNCTION bridge_event_subjects()")
    for column in COLUMNS:
        op.drop_index(f"ix_event__{column}", table_name="event", postgresql_where=sa.text(f"{column} IS NOT NULL"))
        op.drop_column("event", column)


def downgrade() -> None:
    """Undo `upgrade`: both shapes are kept again, as after 0005."""
    for column, comment in COLUMNS.items():
        op.add_column("event", sa.Column(column, sa.Uuid(), nullable=True, comment=comment))
    op.execute(
        """
        UPDATE event SET
            scheme_id = subject_ids[array_position(subject_kinds, 'SCHEME')],
            account_id = subject_ids[array_position(subject_kinds, 'ACCOUNT')]
        WHERE cardinality(subject_kinds) > 0
        """
    )
    for column in COLUMNS:
        op.create_index(
            f"ix_event__{column}",
            "event",
            [column, "xid", "id"],
            unique=False,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    for statement in BRIDGE:
        op.execute(statement)
