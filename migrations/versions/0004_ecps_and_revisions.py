"""ecps and revisions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


# How many rows of a table there are of each sort, so that counting looks at none of them. What a change leaves as it was
# is not counted anew, and counts change in the order of their keys: changes of many rows neither wait for each other
# without need nor block each other.
COUNTING = (
    """
    CREATE FUNCTION count_{table}s() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO {table}_count ({sort}, count)
            SELECT {sort}, count(*) FROM new_rows GROUP BY {sort} ORDER BY {sort}
            ON CONFLICT ({sort}) DO UPDATE SET count = {table}_count.count + excluded.count;
        ELSIF TG_OP = 'UPDATE' THEN
            INSERT INTO {table}_count ({sort}, count)
            SELECT {sort}, sum(number) FROM (
                SELECT {sort}, 1 AS number FROM new_rows
                UNION ALL SELECT {sort}, -1 FROM old_rows
            ) AS moved
            GROUP BY {sort} HAVING sum(number) <> 0 ORDER BY {sort}
            ON CONFLICT ({sort}) DO UPDATE SET count = {table}_count.count + excluded.count;
        ELSE
            INSERT INTO {table}_count ({sort}, count)
            SELECT {sort}, -count(*) FROM old_rows GROUP BY {sort} ORDER BY {sort}
            ON CONFLICT ({sort}) DO UPDATE SET count = {table}_count.count + excluded.count;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER count_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_{table}s()
    """,
    """
    CREATE TRIGGER count_changed AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_{table}s()
    """,
    """
    CREATE TRIGGER count_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_{table}s()
    """,
)
COUNTED = (
    *(statement.format(table="ecp", sort="geography_id, tier_id, status") for statement in COUNTING),
    *(statement.format(table="enrollment", sort="scheme_id, geography_id, tier_id, status") for statement in COUNTING),
    # Whoever becomes an ECP, or is one no longer, sees otherwise than before.
    """
    CREATE TRIGGER note_access_change AFTER INSERT OR UPDATE OF account_id OR DELETE OR TRUNCATE ON ecp
    FOR EACH STATEMENT EXECUTE FUNCTION note_access_change()
    """,
)
# Lists of the enrollments of a scheme are filtered by place and tier of the ECPs, and read off an index all the same.
PLACED = (
    """
    CREATE FUNCTION place_enrollment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT geography_id, region_id, country_id, tier_id
        INTO NEW.geography_id, NEW.region_id, NEW.country_id, NEW.tier_id FROM ecp WHERE id = NEW.ecp_id;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER place_added BEFORE INSERT ON enrollment FOR EACH ROW EXECUTE FUNCTION place_enrollment()
    """,
    """
    CREATE FUNCTION replace_enrollments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE enrollment SET geography_id = new_rows.geography_id, region_id = new_rows.region_id,
            country_id = new_rows.country_id, tier_id = new_rows.tier_id
        FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id
        WHERE enrollment.ecp_id = new_rows.id
            AND (new_rows.geography_id, new_rows.region_id, new_rows.country_id, new_rows.tier_id)
                IS DISTINCT FROM (old_rows.geography_id, old_rows.region_id, old_rows.country_id, old_rows.tier_id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER replace_enrollments AFTER UPDATE ON ecp REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION replace_enrollments()
    """,
)
REVISION_TABLES = (
    "notification",
    "scheme_activity",
    "scheme_participant",
    "scheme_stage",
    "scheme_submission",
    "scheme_section",
    "bonus_rule",
    "scheme_geography",
    "scheme_variant",
)
# What schemes that were approved before revisions existed are valued under.
FIRST_REVISIONS = """
    INSERT INTO scheme_revision (scheme_id, number, content_hash, content, effective_at, approved_at, approved_by)
    SELECT DISTINCT ON (scheme_id) scheme_id, 1, content_hash, content, decided_at, decided_at, decided_by
    FROM scheme_submission WHERE decision = 'APPROVED' ORDER BY scheme_id, number DESC
"""
REJECTIONS = """
    UPDATE scheme SET rejected_at = found.decided_at FROM scheme_submission AS found
    WHERE found.scheme_id = scheme.id AND found.decision = 'REJECTED'
"""
PUBLISHED_TERMS = "UPDATE scheme SET terms_published_at = approved_at WHERE approved_at IS NOT NULL"


def upgrade() -> None:
    """Expand first; contract in a later migration, once nothing reads the old shape."""
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "ecp_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("geography_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["geography_id"], ["geography.id"], name=op.f("fk_ecp_count__geography_id")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_ecp_count__tier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ecp_count")),
    )
    op.create_index(
        "uq_ecp_count__sort",
        "ecp_count",
        ["geography_id", "tier_id", "status"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "ecp",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("practice", sa.Text(), nullable=True),
        sa.Column("geography_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("country_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("license_number", sa.Text(), nullable=True),
        sa.Column("registered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("suspended_reason", sa.Text(), nullable=True),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("erased_by", sa.Uuid(), nullable=True),
        sa.Column("erased_reason", sa.Text(), nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "sort_name",
            sa.Text(),
            sa.Computed("lower(display_name)", persisted=True),
            nullable=False,
            comment="What names are sorted by, whatever their case",
        ),
        sa.Column(
            "search_words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', regexp_replace(lower(coalesce(code, '') || ' ' || coalesce(display_name, '') || ' ' || coalesce(practice, '')), '[^[:alnum:]]+', ' ', 'g'))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(status = 'SUSPENDED') = (suspended_reason IS NOT NULL)", name=op.f("ck_ecp__suspended_with_reason")
        ),
        sa.CheckConstraint(
            "status = 'PENDING' OR status = 'CLOSED' OR tier_id IS NOT NULL", name=op.f("ck_ecp__verified_with_tier")
        ),
        sa.CheckConstraint("status IN ('PENDING', 'ACTIVE', 'SUSPENDED', 'CLOSED')", name=op.f("ck_ecp__status_known")),
        sa.CheckConstraint(
            "erased_at IS NULL OR (practice IS NULL AND email IS NULL AND phone IS NULL AND license_number IS NULL "
            "AND account_id IS NULL AND status = 'CLOSED')",
            name=op.f("ck_ecp__erased_whole"),
        ),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (erased_by IS NULL) AND (erased_at IS NULL) = (erased_reason IS NULL)",
            name=op.f("ck_ecp__erasure_signed"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ecp__account_id")),
        sa.ForeignKeyConstraint(["country_id"], ["geography.id"], name=op.f("fk_ecp__country_id")),
        sa.ForeignKeyConstraint(["erased_by"], ["account.id"], name=op.f("fk_ecp__erased_by")),
        sa.ForeignKeyConstraint(["geography_id"], ["geography.id"], name=op.f("fk_ecp__geography_id")),
        sa.ForeignKeyConstraint(["region_id"], ["geography.id"], name=op.f("fk_ecp__region_id")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_ecp__tier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ecp")),
    )
    op.create_index("ix_ecp__status", "ecp", ["status", "registered_at", "id"], unique=False)
    op.create_index("ix_ecp__registered_at", "ecp", ["registered_at", "id", "tier_id", "status"], unique=False)
    op.create_index("ix_ecp__search_words", "ecp", ["search_words"], unique=False, postgresql_using="gin")
    op.create_index("ix_ecp__sort_name", "ecp", ["sort_name", "id", "tier_id", "status"], unique=False)
    for place in ("geography_id", "region_id", "country_id"):
        for order in ("sort_name", "registered_at", "code"):
            op.create_index(f"ix_ecp__{place}_{order}", "ecp", [place, order, "id", "tier_id", "status"], unique=False)
    op.create_index("uq_ecp__account_id", "ecp", ["account_id"], unique=True)
    op.create_index("uq_ecp__code", "ecp", ["code"], unique=True)
    op.create_index("uq_ecp__email", "ecp", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "ecp_activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("ecp_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["ecp_id"], ["ecp.id"], name=op.f("fk_ecp_activity__ecp_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_ecp_activity__recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ecp_activity")),
    )
    op.create_index("ix_ecp_activity__ecp_id", "ecp_activity", ["ecp_id", "kind", "occurred_at"], unique=False)
    op.create_index("ix_ecp_activity__kind", "ecp_activity", ["kind", "occurred_at", "ecp_id"], unique=False)
    op.create_index("uq_ecp_activity__source_external_id", "ecp_activity", ["source", "external_id"], unique=True)
    op.create_table(
        "enrollment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("ecp_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "terms_version", sa.Integer(), nullable=False, comment="The version of the scheme's terms that was accepted"
        ),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "requested_by",
            sa.Uuid(),
            nullable=True,
            comment="Null when the ECP asked whose account must not lead to it any more",
        ),
        sa.Column("enrolled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("geography_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("country_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("enrolled_at >= requested_at", name=op.f("ck_enrollment__enrolled_in_order")),
        sa.CheckConstraint(
            "status <> 'ENROLLED' OR enrolled_at IS NOT NULL", name=op.f("ck_enrollment__enrolled_dated")
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'ENROLLED', 'WITHDRAWN', 'REJECTED')", name=op.f("ck_enrollment__status_known")
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_enrollment__decision_signed")),
        sa.CheckConstraint("terms_version >= 1", name=op.f("ck_enrollment__terms_accepted")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_enrollment__decided_by")),
        sa.ForeignKeyConstraint(["ecp_id"], ["ecp.id"], name=op.f("fk_enrollment__ecp_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_enrollment__requested_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_enrollment__scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
    )
    op.create_index("ix_enrollment__ecp_id", "enrollment", ["ecp_id", "requested_at", "id"], unique=False)
    op.create_index(
        "ix_enrollment__pending",
        "enrollment",
        ["requested_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_enrollment__scheme_id",
        "enrollment",
        ["scheme_id", "requested_at", "id", "tier_id", "status"],
        unique=False,
    )
    for place in ("geography_id", "region_id", "country_id"):
        op.create_index(
            f"ix_enrollment__scheme_id_{place}",
            "enrollment",
            ["scheme_id", place, "requested_at", "id", "tier_id", "status"],
            unique=False,
        )
    op.create_index("ix_enrollment__scheme_id_enrolled_at", "enrollment", ["scheme_id", "enrolled_at"], unique=False)
    op.create_index(
        "ix_enrollment__scheme_id_status",
        "enrollment",
        ["scheme_id", "status", "requested_at", "id", "tier_id"],
        unique=False,
    )
    op.create_index("uq_enrollment__scheme_id_ecp_id", "enrollment", ["scheme_id", "ecp_id"], unique=True)
    op.create_table(
        "enrollment_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("geography_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["geography_id"], ["geography.id"], name=op.f("fk_enrollment_count__geography_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_enrollment_count__scheme_id")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_enrollment_count__tier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_count")),
    )
    op.create_index(
        "uq_enrollment_count__sort",
        "enrollment_count",
        ["scheme_id", "geography_id", "tier_id", "status"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "scheme_revision",
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effective_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("approved_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_scheme_revision__approved_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_revision__scheme_id")),
        sa.PrimaryKeyConstraint("scheme_id", "number", name=op.f("pk_scheme_revision")),
    )
    op.create_index("uq_scheme_revision__effective_at", "scheme_revision", ["scheme_id", "effective_at"], unique=True)
    op.create_index("ix_bonus_rule__id", "bonus_rule", ["id"], unique=False)
    op.add_column("scheme", sa.Column("rejected_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column(
        "scheme",
        sa.Column("revises", sa.Uuid(), nullable=True, comment="The live scheme of which this is the next revision"),
    )
    op.add_column(
        "scheme",
        sa.Column(
            "effective_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="When a revision takes effect"
        ),
    )
    op.add_column(
        "scheme",
        sa.Column(
            "applied_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When a revision became the live scheme",
        ),
    )
    op.add_column(
        "scheme",
        sa.Column(
            "terms_published_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When the text came into force",
        ),
    )
    op.create_index("ix_scheme__code", "scheme", ["code"], unique=False)
    op.create_index(
        "ix_scheme__open",
        "scheme",
        ["enrollment_closes_on", "id"],
        unique=False,
        postgresql_where=sa.text("approved_at IS NOT NULL AND revises IS NULL"),
    )
    op.create_index(
        "ix_scheme__due",
        "scheme",
        ["effective_at"],
        unique=False,
        postgresql_where=sa.text("effective_at IS NOT NULL AND applied_at IS NULL"),
    )
    op.create_index(
        "uq_scheme__revises",
        "scheme",
        ["revises"],
        unique=True,
        postgresql_where=sa.text("revises IS NOT NULL AND approved_at IS NULL AND rejected_at IS NULL"),
    )
    op.create_foreign_key(op.f("fk_scheme__revises"), "scheme", "scheme", ["revises"], ["id"])
    op.add_column(
        "scheme_submission",
        sa.Column(
            "reach",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Who could qualify for each rule when it was submitted",
        ),
    )
    op.add_column(
        "scheme_submission",
        sa.Column(
            "effective_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="The time of a revision as it was submitted",
        ),
    )
    # ### end Alembic commands ###
    op.create_check_constraint(
        op.f("ck_scheme__revision_timed"), "scheme", "(revises IS NULL) = (effective_at IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_scheme__approved_applied"),
        "scheme",
        "applied_at IS NULL OR (revises IS NOT NULL AND approved_at IS NOT NULL)",
    )
    op.drop_index("uq_scheme__code", "scheme")
    op.create_index("uq_scheme__code", "scheme", ["code"], unique=True, postgresql_where=sa.text("revises IS NULL"))
    op.drop_constraint("pk_bonus_rule", "bonus_rule")
    op.create_primary_key(op.f("pk_bonus_rule"), "bonus_rule", ["scheme_id", "id"])
    for statement in (*COUNTED, *PLACED, FIRST_REVISIONS, REJECTIONS, PUBLISHED_TERMS):
        op.execute(statement)


def downgrade() -> None:
    """Undo `upgrade`; open and applied revisions are gone with it, and so is whatever ECPs there were."""
    for table in REVISION_TABLES:
        # The tables are those above.
        op.execute(f"DELETE FROM {table} WHERE scheme_id IN (SELECT id FROM scheme WHERE revises IS NOT NULL)")  # noqa: S608
    op.execute("DELETE FROM scheme WHERE revises IS NOT NULL")
    op.drop_constraint("pk_bonus_rule", "bonus_rule")
    op.create_primary_key(op.f("pk_bonus_rule"), "bonus_rule", ["id"])
    op.drop_index("uq_scheme__code", "scheme")
    op.create_index("uq_scheme__code", "scheme", ["code"], unique=True)
    op.drop_constraint(op.f("ck_scheme__revision_timed"), "scheme")
    op.drop_constraint(op.f("ck_scheme__approved_applied"), "scheme")
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_column("scheme_submission", "effective_at")
    op.drop_column("scheme_submission", "reach")
    op.drop_constraint(op.f("fk_scheme__revises"), "scheme", type_="foreignkey")
    op.drop_index(
        "uq_scheme__revises",
        table_name="scheme",
        postgresql_where=sa.text("revises IS NOT NULL AND approved_at IS NULL AND rejected_at IS NULL"),
    )
    op.drop_index(
        "ix_scheme__due",
        table_name="scheme",
        postgresql_where=sa.text("effective_at IS NOT NULL AND applied_at IS NULL"),
    )
    op.drop_index(
        "ix_scheme__open",
        table_name="scheme",
        postgresql_where=sa.text("approved_at IS NOT NULL AND revises IS NULL"),
    )
    op.drop_index("ix_scheme__code", table_name="scheme")
    op.drop_column("scheme", "terms_published_at")
    op.drop_column("scheme", "applied_at")
    op.drop_column("scheme", "effective_at")
    op.drop_column("scheme", "revises")
    op.drop_column("scheme", "rejected_at")
    op.drop_index("ix_bonus_rule__id", table_name="bonus_rule")
    op.drop_index("uq_scheme_revision__effective_at", table_name="scheme_revision")
    op.drop_table("scheme_revision")
    op.drop_index("uq_enrollment_count__sort", table_name="enrollment_count", postgresql_nulls_not_distinct=True)
    op.drop_table("enrollment_count")
    op.drop_index("uq_enrollment__scheme_id_ecp_id", table_name="enrollment")
    op.drop_index("ix_enrollment__scheme_id_status", table_name="enrollment")
    op.drop_index("ix_enrollment__scheme_id_enrolled_at", table_name="enrollment")
    for place in ("country_id", "region_id", "geography_id"):
        op.drop_index(f"ix_enrollment__scheme_id_{place}", table_name="enrollment")
    op.drop_index("ix_enrollment__scheme_id", table_name="enrollment")
    op.drop_index("ix_enrollment__pending", table_name="enrollment", postgresql_where=sa.text("status = 'PENDING'"))
    op.drop_index("ix_enrollment__ecp_id", table_name="enrollment")
    op.drop_table("enrollment")
    op.drop_index("uq_ecp_activity__source_external_id", table_name="ecp_activity")
    op.drop_index("ix_ecp_activity__kind", table_name="ecp_activity")
    op.drop_index("ix_ecp_activity__ecp_id", table_name="ecp_activity")
    op.drop_table("ecp_activity")
    op.drop_index("uq_ecp__email", table_name="ecp")
    op.drop_index("uq_ecp__code", table_name="ecp")
    op.drop_index("uq_ecp__account_id", table_name="ecp")
    for place in ("geography_id", "region_id", "country_id"):
        for order in ("sort_name", "registered_at", "code"):
            op.drop_index(f"ix_ecp__{place}_{order}", table_name="ecp")
    op.drop_index("ix_ecp__sort_name", table_name="ecp")
    op.drop_index("ix_ecp__search_words", table_name="ecp", postgresql_using="gin")
    op.drop_index("ix_ecp__registered_at", table_name="ecp")
    op.drop_index("ix_ecp__status", table_name="ecp")
    op.drop_table("ecp")
    op.execute("DROP FUNCTION count_ecps()")
    op.execute("DROP FUNCTION count_enrollments()")
    op.execute("DROP FUNCTION replace_enrollments()")
    op.execute("DROP FUNCTION place_enrollment()")
    op.drop_index("uq_ecp_count__sort", table_name="ecp_count", postgresql_nulls_not_distinct=True)
    op.drop_table("ecp_count")
    # ### end Alembic commands ###
