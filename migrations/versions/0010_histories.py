"""histories of ecps and enrollments

Status, tier and place of an ECP keep their past in ecp_version, and applications that a later one replaces are kept in
past_enrollment. Triggers write both, so that a server of the release before, a bulk load, or a repair by hand loses
nothing either.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The versions of ECPs, of which only the present columns and some moments are known. Before its verification an ECP was
# pending and had no tier; a suspension began when the row last changed, or when an event says. What cannot be known is
# taken to have been as it is: the tier since the verification, and the place. Of two moments that are equal, the later
# step counts, and a step that changes nothing adds no version.
KNOWN_VERSIONS = """
    INSERT INTO ecp_version (ecp_id, valid_from, status, tier_id, geography_id)
    SELECT ecp_id, valid_from, status, tier_id, geography_id
    FROM (
        SELECT *, lag(status) OVER (PARTITION BY ecp_id ORDER BY valid_from) AS status_before
        FROM (
            SELECT DISTINCT ON (ecp_id, valid_from) ecp_id, valid_from, step.status,
                CASE WHEN step.number > 1 THEN tier_id END AS tier_id, geography_id
            FROM (
                SELECT {rows}.id AS ecp_id, registered_at, tier_id, geography_id, status AS present, updated_at,
                    greatest(registered_at, verified_at) AS verified_at, verified_at IS NOT NULL AS is_verified
                FROM {rows}
            ) AS known {recorded}
            CROSS JOIN LATERAL (
                SELECT 1 AS number, registered_at AS valid_from, 'PENDING' AS status
                UNION ALL SELECT 2, verified_at, 'ACTIVE' WHERE is_verified OR present = 'ACTIVE'
                {events}
                UNION ALL SELECT 4, greatest(verified_at, updated_at), present WHERE present IN ('SUSPENDED', 'CLOSED')
            ) AS step
            ORDER BY ecp_id, valid_from, step.number DESC
        ) AS stepped
    ) AS compared
    WHERE status IS DISTINCT FROM status_before
"""
# Events of the outbox say when suspensions began and ended, as far back as they are kept.
RECORDED_BY_EVENTS = """LEFT JOIN (
                SELECT object_id, array_agg(recorded_at) AS moments,
                    array_agg(CASE kind WHEN 'ECP_VERIFIED' THEN 'ACTIVE' ELSE 'SUSPENDED' END) AS statuses
                FROM event WHERE kind IN ('ECP_VERIFIED', 'ECP_SUSPENDED') GROUP BY object_id
            ) AS recorded ON recorded.object_id = ecp_id"""
STEPS_OF_EVENTS = """UNION ALL SELECT 3, greatest(verified_at, event.moment), event.status
                FROM unnest(recorded.moments, recorded.statuses) AS event (moment, status)
                WHERE is_verified AND event.moment <= updated_at"""
VERSIONED = (
    f"""
    CREATE FUNCTION begin_ecp_versions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {KNOWN_VERSIONS.format(rows="new_rows", recorded="", events="")};
        RETURN NULL;
    END $$
    """,
    # A version begins when the row says that it changed, and never before the one that it follows: clocks of several
    # servers differ, and the past stays as it was. A change that does not say when it happened happens now.
    """
    CREATE FUNCTION add_ecp_versions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO ecp_version (ecp_id, valid_from, status, tier_id, geography_id)
        SELECT new_rows.id, greatest(
                CASE WHEN new_rows.updated_at = old_rows.updated_at THEN now() ELSE new_rows.updated_at END,
                (SELECT max(valid_from) + interval '1 microsecond' FROM ecp_version WHERE ecp_id = new_rows.id)
            ), new_rows.status, new_rows.tier_id, new_rows.geography_id
        FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id
        WHERE (new_rows.status, new_rows.tier_id, new_rows.geography_id)
            IS DISTINCT FROM (old_rows.status, old_rows.tier_id, old_rows.geography_id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER begin_versions AFTER INSERT ON ecp REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION begin_ecp_versions()
    """,
    """
    CREATE TRIGGER add_versions AFTER UPDATE ON ecp REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION add_ecp_versions()
    """,
)
REMEMBERED = (
    """
    CREATE FUNCTION keep_first_enrollment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            NEW.first_enrolled_at := NEW.enrolled_at;
        ELSE
            NEW.first_enrolled_at := coalesce(OLD.first_enrolled_at, NEW.enrolled_at);
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_first BEFORE INSERT OR UPDATE OF enrolled_at, first_enrolled_at ON enrollment
    FOR EACH ROW EXECUTE FUNCTION keep_first_enrollment()
    """,
    """
    CREATE FUNCTION keep_past_enrollment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO past_enrollment (enrollment_id, status, terms_version, requested_at, requested_by, enrolled_at,
            decided_at, decided_by, reason, withdrawn_at, withdrawn_by)
        VALUES (OLD.id, OLD.status, OLD.terms_version, OLD.requested_at, OLD.requested_by, OLD.enrolled_at,
            OLD.decided_at, OLD.decided_by, OLD.reason, OLD.withdrawn_at, OLD.withdrawn_by);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER keep_past AFTER UPDATE OF requested_at ON enrollment FOR EACH ROW
    WHEN (OLD.requested_at IS DISTINCT FROM NEW.requested_at AND OLD.status IN ('WITHDRAWN', 'REJECTED'))
    EXECUTE FUNCTION keep_past_enrollment()
    """,
)
# Clocks of several servers differ, and an enrollment ends no sooner than it began.
ORDERED = "UPDATE enrollment SET withdrawn_at = enrolled_at WHERE withdrawn_at < enrolled_at"
FIRST_ENROLLED = "UPDATE enrollment SET first_enrolled_at = enrolled_at WHERE enrolled_at IS NOT NULL"


def upgrade() -> None:
    """Add both histories and begin them with what is known."""
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "ecp_version",
        sa.Column("ecp_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", moment, nullable=False, comment="The version ends where the next one begins"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("geography_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('PENDING', 'ACTIVE', 'SUSPENDED', 'CLOSED')", name=op.f("ck_ecp_version__status_known")
        ),
        sa.ForeignKeyConstraint(["ecp_id"], ["ecp.id"], name=op.f("fk_ecp_version__ecp_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["geography_id"], ["geography.id"], name=op.f("fk_ecp_version__geography_id")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_ecp_version__tier_id")),
        sa.PrimaryKeyConstraint("ecp_id", "valid_from", name=op.f("pk_ecp_version")),
    )
    op.add_column("enrollment", sa.Column("withdrawn_by", sa.Uuid(), nullable=True))
    op.add_column(
        "enrollment",
        sa.Column("first_enrolled_at", moment, nullable=True, comment="Over all applications; a trigger keeps it"),
    )
    op.create_foreign_key(op.f("fk_enrollment__withdrawn_by"), "enrollment", "account", ["withdrawn_by"], ["id"])
    op.create_table(
        "past_enrollment",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", moment, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("enrolled_at", moment, nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("status IN ('WITHDRAWN', 'REJECTED')", name=op.f("ck_past_enrollment__ended")),
        sa.CheckConstraint(
            "enrolled_at >= requested_at AND withdrawn_at >= enrolled_at", name=op.f("ck_past_enrollment__in_order")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_past_enrollment__decided_by")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_past_enrollment__enrollment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_past_enrollment__requested_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_past_enrollment__withdrawn_by")),
        sa.PrimaryKeyConstraint("enrollment_id", "requested_at", name=op.f("pk_past_enrollment")),
    )
    known = KNOWN_VERSIONS.format(rows="ecp", recorded=RECORDED_BY_EVENTS, events=STEPS_OF_EVENTS)
    for statement in (known, ORDERED, FIRST_ENROLLED):
        op.execute(statement)
    op.create_check_constraint(op.f("ck_enrollment__ended_in_order"), "enrollment", "withdrawn_at >= enrolled_at")
    op.create_check_constraint(
        op.f("ck_enrollment__first_known"),
        "enrollment",
        "enrolled_at IS NULL OR (first_enrolled_at IS NOT NULL AND first_enrolled_at <= enrolled_at)",
    )
    for statement in (*VERSIONED, *REMEMBERED):
        op.execute(statement)


def downgrade() -> None:
    """Undo `upgrade`: only what is true now stays."""
    op.execute("DROP TRIGGER keep_past ON enrollment")
    op.execute("DROP TRIGGER keep_first ON enrollment")
    op.execute("DROP TRIGGER add_versions ON ecp")
    op.execute("DROP TRIGGER begin_versions ON ecp")
    for function in ("keep_past_enrollment", "keep_first_enrollment", "add_ecp_versions", "begin_ecp_versions"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_constraint(op.f("ck_enrollment__first_known"), "enrollment")
    op.drop_constraint(op.f("ck_enrollment__ended_in_order"), "enrollment")
    op.drop_table("past_enrollment")
    op.drop_constraint(op.f("fk_enrollment__withdrawn_by"), "enrollment", type_="foreignkey")
    op.drop_column("enrollment", "first_enrolled_at")
    op.drop_column("enrollment", "withdrawn_by")
    op.drop_table("ecp_version")
