"""packs

Movements that pack and unpack coupons, which stay where they are, the packs that batches carried, and the guard that
every pack is whole: its serials are together in one place. ADR 31 says why.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "PRODUCED",
    "SPOILED",
    "DISPATCHED",
    "DISPATCH_VOIDED",
    "RECEIVED",
    "RECEIPT_VOIDED",
    "DAMAGED",
    "SHORT",
    "COMMISSIONED",
    "DISCREPANCY_RESOLVED",
    "VOIDED",
)
KINDS = (*KINDS_BEFORE, "PACKED", "UNPACKED")
TRANSITIONS = (
    ("PACKED", "GOOD"),
    ("UNPACKED", "GOOD"),
    ("UNPACKED", "UNRESOLVED"),
    ("UNPACKED", "VOID"),
)
# The function of migration 0015. A movement from a place to itself checks that the serials are there, and has parts, but
# changes no custody.
_TAKE = """
CREATE OR REPLACE FUNCTION take_serials(
    line uuid, from_place bigint, to_place bigint, given_pieces jsonb, wanted bigint, movement uuid
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    segments integer[];
    pieces int8multirange[];
    emptied integer[];
    moved bigint;
BEGIN
    SELECT array_agg(cut.segment), array_agg(cut.piece), coalesce(sum(spans_size(cut.piece)), 0),
        array_agg(cut.segment) FILTER (WHERE cut.whole)
    INTO segments, pieces, moved, emptied
    FROM cut_serials(from_place, given_pieces, wanted) AS cut;
    IF moved <> wanted THEN
        RETURN moved;
    END IF;
    __PACKED__IF emptied IS NOT NULL THEN
        DELETE FROM custody WHERE line_id = line AND segment = ANY (emptied) AND place_id = from_place;
    END IF;
    IF cardinality(segments) > coalesce(cardinality(emptied), 0) THEN
        UPDATE custody SET spans = spans - piece FROM unnest(segments, pieces) AS given (part, piece)
        WHERE line_id = line AND segment = part AND place_id = from_place;
    END IF;
    INSERT INTO custody (line_id, segment, place_id, spans)
    SELECT line, part, to_place, piece FROM unnest(segments, pieces) AS given (part, piece)
    ON CONFLICT (line_id, segment, place_id) DO UPDATE SET spans = custody.spans + excluded.spans;
    INSERT INTO movement_part (movement_id, line_id, segment, spans)
    SELECT movement, line, part, piece FROM unnest(segments, pieces) AS given (part, piece);
    RETURN moved;
END $$
"""
TAKE = _TAKE.replace(
    "__PACKED__",
    """IF from_place = to_place THEN
        INSERT INTO movement_part (movement_id, line_id, segment, spans)
        SELECT movement, line, part, piece FROM unnest(segments, pieces) AS given (part, piece);
        RETURN moved;
    END IF;
    """,
)
TAKE_BEFORE = _TAKE.replace("__PACKED__", "")
# The function of migration 0015. What is packed or unpacked stays where it is, so nothing changes its state.
_CROSSED = """
CREATE OR REPLACE FUNCTION custody_crossed(from_place bigint, to_place bigint, movement_kind text, moved bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    source custody_place;
    target custody_place;
BEGIN{}
    IF movement_kind NOT IN ('PRODUCED', 'DISPATCHED', 'RECEIVED', 'DAMAGED', 'COMMISSIONED') THEN
        RETURN true;
    END IF;
    SELECT * INTO source FROM custody_place WHERE id = from_place;
    SELECT * INTO target FROM custody_place WHERE id = to_place;
    IF source.quantity = 0 AND (source.batch_id IS NULL OR target.condition <> 'GOOD') THEN
        RETURN true;
    ELSIF target.batch_id IS NULL THEN
        RETURN target.quantity = moved;
    END IF;
    PERFORM FROM custody_place
    WHERE line_id = target.line_id AND leg = target.leg + 1 AND batch_id IS NULL AND condition = 'GOOD' AND quantity > 0
    FOR SHARE SKIP LOCKED;
    IF NOT FOUND THEN
        PERFORM FROM custody_place
        WHERE line_id = target.line_id AND leg = target.leg AND batch_id <> target.batch_id AND condition = 'GOOD'
            AND quantity > 0
        LIMIT 1 FOR SHARE SKIP LOCKED;
    END IF;
    RETURN NOT FOUND;
END $$
"""
CROSSED = _CROSSED.format(
    """
    IF from_place = to_place THEN
        RETURN false;
    END IF;"""
)
CROSSED_BEFORE = _CROSSED.format("")
# The serials of a pack at its place, by segment and condition.
CONTENTS = """
CREATE FUNCTION pack_contents(of_pack pack) RETURNS TABLE (condition text, segment integer, spans int8multirange)
LANGUAGE sql STABLE ROWS 2 AS $$
    SELECT place.condition, custody.segment, custody.spans * of_pack.spans
    FROM consignment_line AS line JOIN custody_place AS place ON place.line_id = line.id
    JOIN custody ON place_id = place.id
    WHERE line.id = of_pack.line_id AND place.leg = of_pack.leg
        AND (place.batch_id = of_pack.batch_id OR place.batch_id IS NULL AND of_pack.batch_id IS NULL)
        AND segment BETWEEN lower(of_pack.spans) >> segment_bits AND (upper(of_pack.spans) - 1) >> segment_bits
        AND custody.spans && of_pack.spans
$$
"""
# A pack is whole while its serials are together: all at its place, and all that are not void in one condition.
WHOLE = """
CREATE FUNCTION pack_is_whole(of_pack pack) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(spans_size(spans)), 0) = of_pack.quantity
        AND count(DISTINCT condition) FILTER (WHERE condition <> 'VOID') <= 1
        AND coalesce(bool_and(condition IN ('GOOD', 'UNRESOLVED', 'VOID')), false)
    FROM pack_contents(of_pack)
$$
"""
# What moves serials has looked for packs if it found any on its line when it began; otherwise they were packed in
# between, and it must begin again.
GUARD_PACK = """
CREATE FUNCTION guard_pack() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept pack;
BEGIN
    SELECT * INTO kept FROM pack WHERE id = NEW.id AND unpacked_at IS NULL;
    IF FOUND AND NOT pack_is_whole(kept) THEN
        RAISE EXCEPTION 'the serials of pack % are not together', kept.sscc
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pack_whole';
    END IF;
    RETURN NULL;
END $$
"""
GUARD_MOVEMENT = """
CREATE FUNCTION guard_packs_of_movement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    torn text;
BEGIN
    IF NOT EXISTS (SELECT FROM pack WHERE line_id = NEW.line_id AND unpacked_at IS NULL) THEN
        RETURN NULL;
    END IF;
    SELECT pack.sscc INTO torn
    FROM movement_part AS part JOIN pack ON pack.line_id = part.line_id AND pack.spans && part.spans
    WHERE part.movement_id = NEW.id AND unpacked_at IS NULL AND NOT pack_is_whole(pack) LIMIT 1;
    IF FOUND AND current_setting('tessera.packs_planned', true) = 'true' THEN
        RAISE EXCEPTION 'the serials of pack % are not together', torn
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pack_whole';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'pack % was made during this movement', torn USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$
"""
GUARDS = (
    """
    CREATE CONSTRAINT TRIGGER guard_pack AFTER INSERT OR UPDATE ON pack
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard_pack()
    """,
    """
    CREATE CONSTRAINT TRIGGER guard_packs AFTER INSERT ON movement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind NOT IN ('PRODUCED', 'SPOILED', 'PACKED', 'UNPACKED')) EXECUTE FUNCTION guard_packs_of_movement()
    """,
)
# The packs that steps of move_coupons would take serials from, and how many each step takes of them. The places are
# locked as move_coupons locks them, so that both find the same serials.
PLAN = """
CREATE FUNCTION plan_packs(steps jsonb) RETURNS TABLE (
    pack_id uuid, line_id uuid, leg smallint, batch_id uuid, quantity bigint, void bigint, step integer, moved bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    wanted record;
    found bigint;
    sources bigint[] := '{}';
    places bigint[] := '{}';
BEGIN
    PERFORM set_config('tessera.packs_planned', 'true', true);
    FOR wanted IN
        SELECT ordinality, side, (document->>'line_id')::uuid AS line, (document->>(side || '_leg'))::smallint AS leg,
            (document->>(side || '_batch'))::uuid AS batch, document->>(side || '_condition') AS condition
        FROM jsonb_array_elements(steps) WITH ORDINALITY AS listed (document, ordinality),
            unnest(ARRAY['from', 'to']) AS side
        ORDER BY line, leg, batch, condition
    LOOP
        found := custody_place_id(wanted.line, wanted.leg, wanted.batch, wanted.condition);
        places := places || found;
        IF wanted.side = 'from' THEN
            sources[wanted.ordinality] := found;
        END IF;
    END LOOP;
    PERFORM FROM custody_place WHERE id = ANY (places) ORDER BY id FOR NO KEY UPDATE;
    RETURN QUERY
    SELECT pack.id, pack.line_id, pack.leg, pack.batch_id, pack.quantity, (
            SELECT coalesce(sum(spans_size(spans)), 0)::bigint FROM pack_contents(pack) WHERE condition = 'VOID'
        ), taken.step, taken.moved
    FROM (
        SELECT pack.id, listed.step, sum(spans_size(pack.spans * cut.piece))::bigint AS moved
        FROM (
            SELECT ordinality::integer AS step, document, sources[ordinality] AS source
            FROM jsonb_array_elements(steps) WITH ORDINALITY AS numbered (document, ordinality)
        ) AS listed
        CROSS JOIN LATERAL cut_serials(
            listed.source, nullif(document->'pieces', 'null'::jsonb), (document->>'quantity')::bigint
        ) AS cut
        JOIN pack ON pack.line_id = (document->>'line_id')::uuid AND pack.spans && cut.piece
        WHERE pack.unpacked_at IS NULL
        GROUP BY pack.id, listed.step
    ) AS taken
    JOIN pack ON pack.id = taken.id
    ORDER BY pack.id, taken.step;
END $$
"""


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_movement__kind_known"), "movement", type_="check")
    op.create_check_constraint(op.f("ck_movement__kind_known"), "movement", f"kind IN ({listed})")


def upgrade() -> None:
    _allow(KINDS)
    transitions = sa.table(
        "custody_transition", sa.column("kind"), sa.column("from_condition"), sa.column("to_condition")
    )
    op.bulk_insert(
        transitions,
        [{"kind": kind, "from_condition": each, "to_condition": each} for kind, each in TRANSITIONS],
    )
    op.execute("CREATE SEQUENCE pack_number MINVALUE 0")
    op.create_table(
        "batch_pack",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_pack__batch_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_batch_pack__pack_id")),
        sa.PrimaryKeyConstraint("batch_id", "pack_id", name=op.f("pk_batch_pack")),
    )
    op.create_index(op.f("ix_batch_pack__pack_id"), "batch_pack", ["pack_id"], unique=False)
    op.create_index("ix_pack__open", "pack", ["line_id"], unique=False, postgresql_where=sa.text("unpacked_at IS NULL"))
    op.create_index("ix_pack__sscc", "pack", ["sscc", "id"], unique=False)
    op.create_index("ix_pack__packed_at", "pack", ["packed_at", "id"], unique=False)
    for statement in (TAKE, CROSSED, CONTENTS, WHOLE, GUARD_PACK, GUARD_MOVEMENT, *GUARDS, PLAN):
        op.execute(statement)
    op.execute(
        "CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON batch_pack FOR EACH ROW EXECUTE FUNCTION reject_change()"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION plan_packs(jsonb)")
    op.execute("DROP TRIGGER guard_packs ON movement")
    op.execute("DROP TRIGGER guard_pack ON pack")
    for function in ("guard_packs_of_movement()", "guard_pack()", "pack_is_whole(pack)", "pack_contents(pack)"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(CROSSED_BEFORE)
    op.execute(TAKE_BEFORE)
    op.drop_index("ix_pack__packed_at", table_name="pack")
    op.drop_index("ix_pack__sscc", table_name="pack")
    op.drop_index("ix_pack__open", table_name="pack", postgresql_where=sa.text("unpacked_at IS NULL"))
    op.drop_table("batch_pack")
    op.execute("DROP SEQUENCE pack_number")
    op.execute("DELETE FROM custody_transition WHERE kind IN ('PACKED', 'UNPACKED')")
    _allow(KINDS_BEFORE)
