"""files, artwork, packs

Files that people upload, the artwork of each variant with the reviews of vendors, and packs with the serials inside.
Movements keep the version of the artwork that was printed, and the pack that was made or opened.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Every variant that a consignment carries has its artwork, which movements lock.
ARTWORK_OF_LINES = """
INSERT INTO artwork (id, scheme_id, variant_id, created_at)
SELECT gen_random_uuid(), scheme_id, variant_id, min(created_at)
FROM consignment_line JOIN consignment ON consignment.id = consignment_id
GROUP BY scheme_id, variant_id
"""
CHECKS = {
    "ck_movement__places_differ": (
        "movement",
        "(from_place_id <> to_place_id) = (kind NOT IN ('PACKED', 'UNPACKED'))",
    ),
    "ck_movement__pack_named": ("movement", "(pack_id IS NOT NULL) = (kind IN ('PACKED', 'UNPACKED'))"),
    "ck_movement__artwork_printed": ("movement", "artwork_version IS NULL OR kind = 'PRODUCED'"),
    "ck_discrepancy__kind_known": ("discrepancy", "kind IN ('SHORT', 'OVER_SENT', 'ARTWORK_SUPERSEDED')"),
    "ck_discrepancy__batch_of_receipt": ("discrepancy", "(kind = 'ARTWORK_SUPERSEDED') = (batch_id IS NULL)"),
    "ck_discrepancy__version_of_artwork": (
        "discrepancy",
        "(kind = 'ARTWORK_SUPERSEDED') = (artwork_version IS NOT NULL)",
    ),
    "ck_program__gs1_company_prefix_written": ("program", "gs1_company_prefix ~ '^[0-9]{4,12}$'"),
}
# The function of migration 0015, which stores the version of the artwork and the pack, too.
MOVE = """
CREATE OR REPLACE FUNCTION move_coupons(steps jsonb) RETURNS TABLE (step integer, moved bigint, crossed boolean)
LANGUAGE plpgsql AS $$
DECLARE
    given jsonb;
    wanted record;
    sources bigint[] := '{}';
    targets bigint[] := '{}';
BEGIN
    -- One order for everybody, when places are added and when they are locked: no two movements wait for each other in
    -- a circle.
    FOR wanted IN
        SELECT ordinality, side, (document->>'line_id')::uuid AS line, (document->>(side || '_leg'))::smallint AS leg,
            (document->>(side || '_batch'))::uuid AS batch, document->>(side || '_condition') AS condition
        FROM jsonb_array_elements(steps) WITH ORDINALITY AS listed (document, ordinality),
            unnest(ARRAY['from', 'to']) AS side
        ORDER BY line, leg, batch, condition
    LOOP
        IF wanted.side = 'from' THEN
            sources[wanted.ordinality] := custody_place_id(wanted.line, wanted.leg, wanted.batch, wanted.condition);
        ELSE
            targets[wanted.ordinality] := custody_place_id(wanted.line, wanted.leg, wanted.batch, wanted.condition);
        END IF;
    END LOOP;
    PERFORM FROM custody_place WHERE id = ANY (sources || targets) ORDER BY id FOR NO KEY UPDATE;
    step := 0;
    FOR given IN SELECT * FROM jsonb_array_elements(steps) LOOP
        step := step + 1;
        INSERT INTO movement (
            id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, from_place_id, from_condition,
            to_place_id, to_condition, quantity, occurred_at, recorded_at, account_id, note, artwork_version, pack_id
        ) SELECT id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, sources[step],
            given->>'from_condition', targets[step], given->>'to_condition', quantity, occurred_at, recorded_at,
            account_id, note, artwork_version, pack_id
        FROM jsonb_populate_record(NULL::movement, given);
        moved := take_serials(
            (given->>'line_id')::uuid, sources[step], targets[step], nullif(given->'pieces', 'null'::jsonb),
            (given->>'quantity')::bigint, (given->>'id')::uuid);
        crossed := moved = (given->>'quantity')::bigint
            AND custody_crossed(sources[step], targets[step], given->>'kind', moved);
        RETURN NEXT;
        EXIT WHEN moved <> (given->>'quantity')::bigint;
        INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at)
        SELECT 'COUPONS_' || (given->>'kind'), (given->>'id')::uuid, subject_kinds, subject_ids, recorded_at
        FROM jsonb_populate_record(NULL::event, given - 'id' - 'kind');
    END LOOP;
    -- To a second, so that movements of one consignment never wait for each other here.
    UPDATE consignment_state SET moved_at = (steps->0->>'recorded_at')::timestamptz
    WHERE consignment_id IN (
        SELECT consignment_id FROM consignment_state
        WHERE consignment_id = (steps->0->>'consignment_id')::uuid
            -- The first movement counts at once: until then the time is that of the creation, as is since.
            AND (moved_at = since
                OR moved_at < (steps->0->>'recorded_at')::timestamptz - interval '1 second')
        FOR NO KEY UPDATE SKIP LOCKED
    );
END $$
"""
MOVE_BEFORE = """
CREATE OR REPLACE FUNCTION move_coupons(steps jsonb) RETURNS TABLE (step integer, moved bigint, crossed boolean)
LANGUAGE plpgsql AS $$
DECLARE
    given jsonb;
    wanted record;
    sources bigint[] := '{}';
    targets bigint[] := '{}';
BEGIN
    -- One order for everybody, when places are added and when they are locked: no two movements wait for each other in
    -- a circle.
    FOR wanted IN
        SELECT ordinality, side, (document->>'line_id')::uuid AS line, (document->>(side || '_leg'))::smallint AS leg,
            (document->>(side || '_batch'))::uuid AS batch, document->>(side || '_condition') AS condition
        FROM jsonb_array_elements(steps) WITH ORDINALITY AS listed (document, ordinality),
            unnest(ARRAY['from', 'to']) AS side
        ORDER BY line, leg, batch, condition
    LOOP
        IF wanted.side = 'from' THEN
            sources[wanted.ordinality] := custody_place_id(wanted.line, wanted.leg, wanted.batch, wanted.condition);
        ELSE
            targets[wanted.ordinality] := custody_place_id(wanted.line, wanted.leg, wanted.batch, wanted.condition);
        END IF;
    END LOOP;
    PERFORM FROM custody_place WHERE id = ANY (sources || targets) ORDER BY id FOR NO KEY UPDATE;
    step := 0;
    FOR given IN SELECT * FROM jsonb_array_elements(steps) LOOP
        step := step + 1;
        INSERT INTO movement (
            id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, from_place_id, from_condition,
            to_place_id, to_condition, quantity, occurred_at, recorded_at, account_id, note
        ) SELECT id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, sources[step],
            given->>'from_condition', targets[step], given->>'to_condition', quantity, occurred_at, recorded_at,
            account_id, note
        FROM jsonb_populate_record(NULL::movement, given);
        moved := take_serials(
            (given->>'line_id')::uuid, sources[step], targets[step], nullif(given->'pieces', 'null'::jsonb),
            (given->>'quantity')::bigint, (given->>'id')::uuid);
        crossed := moved = (given->>'quantity')::bigint
            AND custody_crossed(sources[step], targets[step], given->>'kind', moved);
        RETURN NEXT;
        EXIT WHEN moved <> (given->>'quantity')::bigint;
        INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at)
        SELECT 'COUPONS_' || (given->>'kind'), (given->>'id')::uuid, subject_kinds, subject_ids, recorded_at
        FROM jsonb_populate_record(NULL::event, given - 'id' - 'kind');
    END LOOP;
    -- To a second, so that movements of one consignment never wait for each other here.
    UPDATE consignment_state SET moved_at = (steps->0->>'recorded_at')::timestamptz
    WHERE consignment_id IN (
        SELECT consignment_id FROM consignment_state
        WHERE consignment_id = (steps->0->>'consignment_id')::uuid
            -- The first movement counts at once: until then the time is that of the creation, as is since.
            AND (moved_at = since
                OR moved_at < (steps->0->>'recorded_at')::timestamptz - interval '1 second')
        FOR NO KEY UPDATE SKIP LOCKED
    );
END $$
"""


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="The name of the file as the uploader wrote it"),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True, comment="None: the server made it"),
        sa.CheckConstraint("byte_size > 0", name=op.f("ck_stored_file__size_positive")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_stored_file__sha256_whole")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_stored_file__created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index("ix_stored_file__created_at", "stored_file", ["created_at"], unique=False)
    op.create_index("ix_stored_file__sha256", "stored_file", ["sha256"], unique=False)
    op.create_table(
        "artwork",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "current_version",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="The number of the newest version; 0 before the first",
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("current_version >= 0", name=op.f("ck_artwork__current_version_counted")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_artwork__scheme_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_artwork__variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artwork")),
    )
    op.create_index("ix_artwork__variant_id", "artwork", ["variant_id"], unique=False)
    op.create_index("uq_artwork__scheme_id_variant_id", "artwork", ["scheme_id", "variant_id"], unique=True)
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False, comment="The size that the client announced"),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('ARTWORK', 'MARKETING_MATERIAL', 'SALES_IMPORT', 'LOGO')",
            name=op.f("ck_upload__purpose_known"),
        ),
        sa.CheckConstraint("byte_size > 0", name=op.f("ck_upload__size_positive")),
        sa.CheckConstraint("used_at IS NULL OR file_id IS NOT NULL", name=op.f("ck_upload__used_when_finished")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload__account_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_upload__file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload__account_id", "upload", ["account_id", "created_at"], unique=False)
    op.create_index("ix_upload__file_id", "upload", ["file_id"], unique=False)
    op.create_index(
        "ix_upload__unused", "upload", ["expires_at"], unique=False, postgresql_where=sa.text("used_at IS NULL")
    )
    op.create_table(
        "artwork_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("artwork_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("thumbnail_id", sa.Uuid(), nullable=True, comment="A small picture of it, which a job makes"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("uploaded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_artwork_version__number_counted")),
        sa.ForeignKeyConstraint(["artwork_id"], ["artwork.id"], name=op.f("fk_artwork_version__artwork_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_artwork_version__file_id")),
        sa.ForeignKeyConstraint(["thumbnail_id"], ["stored_file.id"], name=op.f("fk_artwork_version__thumbnail_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_artwork_version__uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artwork_version")),
    )
    op.create_index("ix_artwork_version__file_id", "artwork_version", ["file_id"], unique=False)
    op.create_index(
        "ix_artwork_version__thumbnail_id",
        "artwork_version",
        ["thumbnail_id"],
        unique=False,
        postgresql_where=sa.text("thumbnail_id IS NOT NULL"),
    )
    op.create_index("uq_artwork_version__artwork_id_number", "artwork_version", ["artwork_id", "number"], unique=True)
    op.create_table(
        "artwork_review",
        sa.Column("artwork_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state <> 'REVISION_REQUESTED' OR comment IS NOT NULL", name=op.f("ck_artwork_review__request_explained")
        ),
        sa.CheckConstraint("state IN ('APPROVED', 'REVISION_REQUESTED')", name=op.f("ck_artwork_review__state_known")),
        sa.ForeignKeyConstraint(
            ["artwork_id", "version"],
            ["artwork_version.artwork_id", "artwork_version.number"],
            name=op.f("fk_artwork_review__artwork_id_version"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_artwork_review__decided_by")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_artwork_review__vendor_id")),
        sa.PrimaryKeyConstraint("artwork_id", "version", "vendor_id", name=op.f("pk_artwork_review")),
    )
    op.create_index(
        "ix_artwork_review__requests",
        "artwork_review",
        ["artwork_id", "version"],
        unique=False,
        postgresql_where=sa.text("state = 'REVISION_REQUESTED'"),
    )
    op.create_index("ix_artwork_review__vendor_id", "artwork_review", ["vendor_id"], unique=False)
    op.create_table(
        "pack",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "sscc", sa.Text(), nullable=False, comment="The Serial Shipping Container Code of GS1, with its check digit"
        ),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("spans", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), sa.Computed("spans_size(spans)", persisted=True), nullable=False),
        sa.Column(
            "leg",
            sa.SmallInteger(),
            nullable=False,
            comment="On hand at this leg, or in a batch that left it",
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("packed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("packed_by", sa.Uuid(), nullable=False),
        sa.Column(
            "unpacked_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="When it stopped to be a pack"
        ),
        postgresql.ExcludeConstraint(
            (sa.column("spans"), "&&"), where=sa.text("unpacked_at IS NULL"), using="gist", name="ex_pack__spans"
        ),
        sa.CheckConstraint("sscc ~ '^[0-9]{18}$'", name=op.f("ck_pack__sscc_written")),
        sa.CheckConstraint("NOT isempty(spans)", name=op.f("ck_pack__spans_not_empty")),
        sa.CheckConstraint("leg >= 1", name=op.f("ck_pack__leg_counted")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_pack__batch_id")),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_pack__line_id")),
        sa.ForeignKeyConstraint(["packed_by"], ["account.id"], name=op.f("fk_pack__packed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack")),
    )
    op.create_index(
        "ix_pack__batch_id", "pack", ["batch_id"], unique=False, postgresql_where=sa.text("batch_id IS NOT NULL")
    )
    op.create_index("ix_pack__line_id", "pack", ["line_id", "id"], unique=False)
    op.create_index("uq_pack__sscc", "pack", ["sscc"], unique=True, postgresql_where=sa.text("unpacked_at IS NULL"))
    op.add_column(
        "discrepancy",
        sa.Column(
            "artwork_version",
            sa.Integer(),
            nullable=True,
            comment="ARTWORK_SUPERSEDED: the version that superseded what is printed on the coupons",
        ),
    )
    op.alter_column("discrepancy", "batch_id", existing_type=sa.UUID(), nullable=True)
    op.alter_column(
        "discrepancy",
        "vendor_id",
        existing_type=sa.UUID(),
        comment="SHORT: the vendor that received less; OVER_SENT: the one that sent too much; ARTWORK_SUPERSEDED: the one that printed",
        existing_comment="SHORT: the vendor that received less; OVER_SENT: the one that sent too much",
        existing_nullable=False,
    )
    op.create_index(
        "ix_discrepancy__held",
        "discrepancy",
        ["line_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'ARTWORK_SUPERSEDED' AND resolved_at IS NULL"),
    )
    op.add_column(
        "movement",
        sa.Column(
            "artwork_version",
            sa.Integer(),
            nullable=True,
            comment="PRODUCED: the version of the artwork that was printed",
        ),
    )
    op.add_column("movement", sa.Column("pack_id", sa.Uuid(), nullable=True, comment="PACKED and UNPACKED: the pack"))
    op.create_index(
        "ix_movement__pack_id", "movement", ["pack_id"], unique=False, postgresql_where=sa.text("pack_id IS NOT NULL")
    )
    op.create_index(
        "ix_movement__printed", "movement", ["line_id"], unique=False, postgresql_where=sa.text("kind = 'PRODUCED'")
    )
    op.create_foreign_key(op.f("fk_movement__pack_id"), "movement", "pack", ["pack_id"], ["id"])
    op.add_column(
        "program",
        sa.Column("gs1_company_prefix", sa.Text(), nullable=True, comment="The GS1 company prefix, 4 to 12 digits"),
    )
    op.add_column("program", sa.Column("logo_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_program__logo_id"), "program", "stored_file", ["logo_id"], ["id"])
    op.execute(ARTWORK_OF_LINES)
    for replaced, table in (("ck_movement__places_differ", "movement"), ("ck_discrepancy__kind_known", "discrepancy")):
        op.drop_constraint(op.f(replaced), table, type_="check")
    for constraint, (table, condition) in CHECKS.items():
        op.create_check_constraint(op.f(constraint), table, condition)
    op.execute(MOVE)


def downgrade() -> None:
    for constraint, (table, _) in CHECKS.items():
        op.drop_constraint(op.f(constraint), table, type_="check")
    op.create_check_constraint(op.f("ck_movement__places_differ"), "movement", "from_place_id <> to_place_id")
    op.create_check_constraint(op.f("ck_discrepancy__kind_known"), "discrepancy", "kind IN ('SHORT', 'OVER_SENT')")
    op.execute(MOVE_BEFORE)
    op.drop_constraint(op.f("fk_program__logo_id"), "program", type_="foreignkey")
    op.drop_column("program", "logo_id")
    op.drop_column("program", "gs1_company_prefix")
    op.drop_constraint(op.f("fk_movement__pack_id"), "movement", type_="foreignkey")
    op.drop_index("ix_movement__printed", table_name="movement", postgresql_where=sa.text("kind = 'PRODUCED'"))
    op.drop_index("ix_movement__pack_id", table_name="movement", postgresql_where=sa.text("pack_id IS NOT NULL"))
    op.drop_column("movement", "pack_id")
    op.drop_column("movement", "artwork_version")
    op.drop_index(
        "ix_discrepancy__held",
        table_name="discrepancy",
        postgresql_where=sa.text("kind = 'ARTWORK_SUPERSEDED' AND resolved_at IS NULL"),
    )
    op.alter_column(
        "discrepancy",
        "vendor_id",
        existing_type=sa.UUID(),
        comment="SHORT: the vendor that received less; OVER_SENT: the one that sent too much",
        existing_comment="SHORT: the vendor that received less; OVER_SENT: the one that sent too much; ARTWORK_SUPERSEDED: the one that printed",
        existing_nullable=False,
    )
    op.alter_column("discrepancy", "batch_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("discrepancy", "artwork_version")
    op.drop_index("uq_pack__sscc", table_name="pack", postgresql_where=sa.text("unpacked_at IS NULL"))
    op.drop_index("ix_pack__line_id", table_name="pack")
    op.drop_index("ix_pack__batch_id", table_name="pack", postgresql_where=sa.text("batch_id IS NOT NULL"))
    op.drop_table("pack")
    op.drop_index("ix_artwork_review__vendor_id", table_name="artwork_review")
    op.drop_index(
        "ix_artwork_review__requests",
        table_name="artwork_review",
        postgresql_where=sa.text("state = 'REVISION_REQUESTED'"),
    )
    op.drop_table("artwork_review")
    op.drop_index("uq_artwork_version__artwork_id_number", table_name="artwork_version")
    op.drop_index(
        "ix_artwork_version__thumbnail_id",
        table_name="artwork_version",
        postgresql_where=sa.text("thumbnail_id IS NOT NULL"),
    )
    op.drop_index("ix_artwork_version__file_id", table_name="artwork_version")
    op.drop_table("artwork_version")
    op.drop_index("ix_upload__unused", table_name="upload", postgresql_where=sa.text("used_at IS NULL"))
    op.drop_index("ix_upload__file_id", table_name="upload")
    op.drop_index("ix_upload__account_id", table_name="upload")
    op.drop_table("upload")
    op.drop_index("uq_artwork__scheme_id_variant_id", table_name="artwork")
    op.drop_index("ix_artwork__variant_id", table_name="artwork")
    op.drop_table("artwork")
    op.drop_index("ix_stored_file__sha256", table_name="stored_file")
    op.drop_index("ix_stored_file__created_at", table_name="stored_file")
    op.drop_table("stored_file")
