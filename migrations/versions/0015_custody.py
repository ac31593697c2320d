"""custody

Runs of coupons, consignments with their chains, and the custody of every serial. The database itself keeps serials from
being lost or doubled, and movements from being changed. ADR 22 says why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SPANS_SIZE = """
CREATE FUNCTION spans_size(spans int8multirange) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
$$ SELECT coalesce(sum(upper(span) - lower(span)), 0)::bigint FROM unnest(spans) AS span $$
"""
# Custody is kept like accounts: what one place loses in a transaction others must gain, serial by serial. The open balance
# of each segment is a setting of the transaction, by “line:segment”: the serials that some row has lost and none gained,
# and the reverse. A serial is held once before and once after if the balance is empty at the end, whatever others hold
# serials of the segment. A new segment counts as a loss, because its places must then gain all of its serials.
WEIGH = """
CREATE FUNCTION weigh_custody(segments text[], losses int8multirange[], gains int8multirange[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    book jsonb := coalesce(nullif(current_setting('tessera.custody_balance', true), ''), '{}');
    odd text;
BEGIN
    SELECT jsonb_object_agg(name, CASE
            WHEN value IS NULL THEN jsonb_build_array(loss::text, gain::text)
            WHEN loss IS NULL THEN value
            ELSE jsonb_build_array(
                ((lost - gain) + (loss - gained))::text, ((gained - loss) + (gain - lost))::text
            )
        END) FILTER (WHERE value IS NULL OR loss IS NULL OR lost <> gain OR gained <> loss),
        min(name) FILTER (WHERE lost && loss OR gained && gain)
    INTO book, odd
    FROM (
        SELECT name, value, (value->>0)::int8multirange AS lost, (value->>1)::int8multirange AS gained, loss, gain
        FROM jsonb_each(book) AS open (name, value)
        FULL JOIN unnest(segments, losses, gains) AS changed (name, loss, gain) USING (name)
    ) AS balances;
    IF odd IS NOT NULL THEN
        RAISE EXCEPTION 'custody of line % is not whole in segment %', split_part(odd, ':', 1), split_part(odd, ':', 2)
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'custody_whole';
    END IF;
    PERFORM set_config('tessera.custody_balance', coalesce(book::text, ''), true);
END $$
"""
# The union of what several rows of a segment gain or lose at once, each serial once.
JOIN_SPANS = """
CREATE FUNCTION join_spans(line uuid, segment integer, pieces int8multirange[]) RETURNS int8multirange
LANGUAGE plpgsql AS $$
DECLARE
    joined int8multirange := pieces[1];
    piece int8multirange;
BEGIN
    FOREACH piece IN ARRAY pieces[2:] LOOP
        IF joined && piece THEN
            RAISE EXCEPTION 'custody of line % is not whole in segment %', line, segment
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'custody_whole';
        END IF;
        joined := joined + piece;
    END LOOP;
    RETURN joined;
END $$
"""
# Quantities of places and open balances follow the rows of custody. Writers lock the places before they change custody,
# in the order of ids, so these updates wait for nobody.
QUANTITIES = """
CREATE FUNCTION keep_custody_quantities() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segments text[];
    losses int8multirange[];
    gains int8multirange[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE custody_place SET quantity = custody_place.quantity + changed.quantity
        FROM (SELECT place_id, sum(quantity) AS quantity FROM new_rows GROUP BY place_id) AS changed
        WHERE id = changed.place_id;
        SELECT array_agg(line_id || ':' || segment), array_agg('{}'::int8multirange), array_agg(gain)
        INTO segments, losses, gains
        FROM (
            SELECT line_id, segment, join_spans(line_id, segment, array_agg(spans)) AS gain
            FROM new_rows GROUP BY line_id, segment
        ) AS changed;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE custody_place SET quantity = custody_place.quantity - changed.quantity
        FROM (SELECT place_id, sum(quantity) AS quantity FROM old_rows GROUP BY place_id) AS changed
        WHERE id = changed.place_id;
        SELECT array_agg(line_id || ':' || segment), array_agg(loss), array_agg('{}'::int8multirange)
        INTO segments, losses, gains
        FROM (
            SELECT line_id, segment, join_spans(line_id, segment, array_agg(spans)) AS loss
            FROM old_rows GROUP BY line_id, segment
        ) AS changed;
    ELSIF EXISTS (SELECT FROM new_rows) THEN
        UPDATE custody_place SET quantity = custody_place.quantity + changed.quantity
        FROM (
            SELECT place_id, sum(quantity) AS quantity
            FROM (
                SELECT place_id, quantity FROM new_rows UNION ALL SELECT place_id, -quantity FROM old_rows
            ) AS both_rows
            GROUP BY place_id
        ) AS changed
        WHERE id = changed.place_id AND changed.quantity <> 0;
        -- What one row of a segment loses and another gains within one statement is balanced.
        SELECT array_agg(line_id || ':' || segment), array_agg(CASE WHEN loss && gain THEN loss - gain ELSE loss END),
            array_agg(CASE WHEN loss && gain THEN gain - loss ELSE gain END)
        INTO segments, losses, gains
        FROM (
            SELECT line_id, segment, join_spans(line_id, segment, array_agg(loss)) AS loss,
                join_spans(line_id, segment, array_agg(gain)) AS gain
            FROM (
                SELECT line_id, segment,
                    CASE WHEN new_rows.spans @> old_rows.spans THEN '{}'
                        ELSE coalesce(old_rows.spans - new_rows.spans, old_rows.spans, '{}') END AS loss,
                    CASE WHEN old_rows.spans @> new_rows.spans THEN '{}'
                        ELSE coalesce(new_rows.spans - old_rows.spans, new_rows.spans, '{}') END AS gain
                FROM old_rows FULL JOIN new_rows USING (line_id, segment, place_id)
            ) AS moved
            GROUP BY line_id, segment
        ) AS changed;
    END IF;
    IF segments IS NOT NULL THEN
        PERFORM weigh_custody(segments, losses, gains);
    END IF;
    RETURN NULL;
END $$
"""
SEGMENTS = """
CREATE FUNCTION keep_custody_segments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segments text[];
    losses int8multirange[];
    gains int8multirange[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(line_id || ':' || segment), array_agg(spans), array_agg('{}'::int8multirange)
        INTO segments, losses, gains FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(line_id || ':' || segment), array_agg('{}'::int8multirange), array_agg(spans)
        INTO segments, losses, gains FROM old_rows;
    ELSE
        SELECT array_agg(line_id || ':' || segment),
            array_agg(coalesce(new_rows.spans - old_rows.spans, new_rows.spans, '{}')),
            array_agg(coalesce(old_rows.spans - new_rows.spans, old_rows.spans, '{}'))
        INTO segments, losses, gains FROM old_rows FULL JOIN new_rows USING (line_id, segment);
    END IF;
    IF segments IS NOT NULL THEN
        PERFORM weigh_custody(segments, losses, gains);
    END IF;
    RETURN NULL;
END $$
"""
QUANTITY_TRIGGERS = tuple(
    f"CREATE TRIGGER {name}_of_{word} AFTER {operation} ON {table} REFERENCING {rows} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    for name, table, function in (
        ("keep_quantities", "custody", "keep_custody_quantities"),
        ("keep_balance", "custody_segment", "keep_custody_segments"),
    )
    for word, operation, rows in (
        ("new", "INSERT", "NEW TABLE AS new_rows"),
        ("changed", "UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("deleted", "DELETE", "OLD TABLE AS old_rows"),
    )
)
# Every transaction that changes custody must leave each segment whole: its places hold all of its serials, each once.
# Where the serials of a segment changed, all of its places are compared with them, too.
GUARD = """
CREATE FUNCTION guard_custody() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    open text := current_setting('tessera.custody_balance', true);
    line uuid;
    part integer;
    kept int8multirange;
    expected bigint;
    held int8multirange;
    total bigint;
BEGIN
    IF TG_TABLE_NAME = 'custody' AND open = '' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        line := OLD.line_id; part := OLD.segment;
    ELSE
        line := NEW.line_id; part := NEW.segment;
    END IF;
    SELECT spans, quantity INTO kept, expected FROM custody_segment WHERE line_id = line AND segment = part;
    SELECT range_agg(spans), sum(quantity) INTO held, total FROM custody WHERE line_id = line AND segment = part;
    IF open <> '' OR kept IS DISTINCT FROM held OR expected IS DISTINCT FROM total THEN
        RAISE EXCEPTION 'custody of line % is not whole in segment %', line, part
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'custody_whole';
    END IF;
    RETURN NULL;
END $$
"""
# The segments of a line are its allotments that are not released, each of a run of the variant and the scheme.
GUARD_ALLOTMENTS = """
CREATE FUNCTION guard_allotments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    kept int8multirange;
    allotted int8multirange;
BEGIN
    FOR changed IN
        SELECT line_id AS line, span, released_at IS NULL AS held
        FROM (SELECT (OLD).* WHERE TG_OP <> 'INSERT' UNION ALL SELECT (NEW).* WHERE TG_OP <> 'DELETE') AS rows
    LOOP
        SELECT range_agg(spans * int8multirange(changed.span)) INTO kept
        FROM custody_segment JOIN consignment_line ON consignment_line.id = line_id
        WHERE line_id = changed.line AND spans && changed.span
            AND segment BETWEEN lower(changed.span) >> segment_bits AND (upper(changed.span) - 1) >> segment_bits;
        SELECT range_agg(span * changed.span) INTO allotted
        FROM allotment WHERE line_id = changed.line AND released_at IS NULL AND span && changed.span;
        IF kept IS DISTINCT FROM allotted THEN
            RAISE EXCEPTION 'line % has other serials in custody than were allotted to it', changed.line
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'custody_allotted';
        END IF;
    END LOOP;
    IF TG_OP <> 'DELETE' AND NOT EXISTS (
        SELECT FROM coupon_run AS run, consignment_line AS line, consignment
        WHERE run.id = NEW.run_id AND line.id = NEW.line_id AND consignment.id = line.consignment_id
            AND run.span @> NEW.span AND run.variant_id = line.variant_id AND run.scheme_id = consignment.scheme_id
    ) THEN
        RAISE EXCEPTION 'allotment % is not of its run', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'allotment_of_run';
    END IF;
    RETURN NULL;
END $$
"""
GUARD_SEGMENTS = """
CREATE FUNCTION guard_segments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.line_id ELSE NEW.line_id END;
    part bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.segment ELSE NEW.segment END;
    whole int8range;
    kept int8multirange;
    allotted int8multirange;
BEGIN
    SELECT int8range(part << segment_bits, (part + 1) << segment_bits) INTO whole
    FROM consignment_line WHERE id = line;
    SELECT spans INTO kept FROM custody_segment WHERE line_id = line AND segment = part;
    SELECT range_agg(span * whole) INTO allotted
    FROM allotment WHERE line_id = line AND released_at IS NULL AND span && whole;
    IF kept IS DISTINCT FROM allotted THEN
        RAISE EXCEPTION 'segment % of line % has other serials than were allotted to it', part, line
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'custody_allotted';
    END IF;
    RETURN NULL;
END $$
"""
GUARD_TRIGGERS = tuple(
    f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table} "
    f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {function}()"
    for name, table, function in (
        ("guard_custody", "custody", "guard_custody"),
        ("guard_custody_segment", "custody_segment", "guard_custody"),
        ("guard_custody_segment_allotted", "custody_segment", "guard_segments"),
        ("guard_allotment", "allotment", "guard_allotments"),
    )
)
# The id of a place, which is added if it does not exist.
PLACE_ID = """
CREATE FUNCTION custody_place_id(line uuid, at_leg smallint, batch uuid, in_condition text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        IF batch IS NULL THEN
            SELECT id INTO found FROM custody_place
            WHERE line_id = line AND leg = at_leg AND batch_id IS NULL AND condition = in_condition;
        ELSE
            SELECT id INTO found FROM custody_place
            WHERE line_id = line AND leg = at_leg AND batch_id = batch AND condition = in_condition;
        END IF;
        IF found IS NULL THEN
            INSERT INTO custody_place (line_id, leg, batch_id, condition)
            VALUES (line, at_leg, batch, in_condition) ON CONFLICT DO NOTHING RETURNING id INTO found;
        END IF;
        EXIT WHEN found IS NOT NULL;
    END LOOP;
    RETURN found;
END $$
"""
# The serials that a step takes, by segment, and whether they are all that the place holds of it: those in `pieces`, which
# maps segments to serials, or the lowest `wanted` of the place where `pieces` is null.
CUT = """
CREATE FUNCTION cut_serials(place bigint, pieces jsonb, wanted bigint)
RETURNS TABLE (segment integer, piece int8multirange, whole boolean) LANGUAGE plpgsql AS $$
DECLARE
    holding record;
BEGIN
    IF pieces IS NOT NULL THEN
        RETURN QUERY
        SELECT custody.segment, custody.spans * asked.spans, asked.spans @> custody.spans
        FROM (
            SELECT key::integer AS segment, value::int8multirange AS spans FROM jsonb_each_text(pieces) OFFSET 0
        ) AS asked
        JOIN custody ON custody.place_id = place AND custody.segment = asked.segment AND custody.spans && asked.spans;
        RETURN;
    END IF;
    FOR holding IN
        SELECT custody.segment, spans, quantity FROM custody WHERE place_id = place ORDER BY custody.segment
    LOOP
        EXIT WHEN wanted <= 0;
        segment := holding.segment;
        whole := holding.quantity <= wanted;
        piece := CASE WHEN whole THEN holding.spans ELSE lowest_serials(holding.spans, wanted) END;
        RETURN NEXT;
        wanted := wanted - holding.quantity;
    END LOOP;
END $$
"""
# Takes serials from one place of a line to another and returns how many there were; it changes nothing, and returns
# fewer, if the place does not hold all that are wanted.
TAKE = """
CREATE FUNCTION take_serials(
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
    IF emptied IS NOT NULL THEN
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
# Whether a step may have changed the status of its consignment or the legs that must act: it emptied or filled a place
# on hand, sent the only coupons on their way to a leg that has none, or settled the last serials of a batch. Other kinds
# are rare. The next leg has others only if they stay there until this transaction ends, so they are locked; without a
# wait, because places are otherwise locked in the order of ids.
CROSSED = """
CREATE FUNCTION custody_crossed(from_place bigint, to_place bigint, movement_kind text, moved bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    source custody_place;
    target custody_place;
BEGIN
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
# Records movements, each with its event, in one round trip. Each step takes serials from one place of a line to another:
# those in `pieces`, by segment, or the lowest `quantity` serials of the place. Returns how many serials each
# step moved, and whether the state of the consignment must be derived again. A step that would move fewer serials than
# it should is the last one; the caller undoes the transaction.
MOVE = """
CREATE FUNCTION move_coupons(steps jsonb) RETURNS TABLE (step integer, moved bigint, crossed boolean)
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
# Makes serials void at many places at once, as move_coupons does with a step for each place, in a fixed number of
# statements. The caller has locked the places and read behind the lock which serials each of them holds.
RECALL = """
CREATE FUNCTION recall_coupons(steps jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    listed bigint;
    taken bigint;
    changed bigint;
BEGIN
    INSERT INTO custody_place (line_id, leg, batch_id, condition)
    SELECT DISTINCT line_id, leg, batch_id, 'VOID' FROM recalled_places(steps)
    ORDER BY line_id, leg, batch_id ON CONFLICT DO NOTHING;
    INSERT INTO movement (
        id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, from_place_id, from_condition, to_place_id,
        to_condition, quantity, occurred_at, recorded_at, account_id, note
    ) SELECT given.id, given.request_id, given.consignment_id, given.line_id, given.batch_id, 'VOIDED', given.vendor_id,
        place.from_place, place.condition, place.to_place, 'VOID', given.quantity, given.occurred_at,
        given.recorded_at, given.account_id, given.note
    FROM recalled_places(steps) AS place, jsonb_populate_record(NULL::movement, place.document) AS given;
    SELECT count(*) INTO listed FROM recalled_pieces(steps);
    DELETE FROM custody USING recalled_pieces(steps) AS piece
    WHERE custody.line_id = piece.line_id AND custody.segment = piece.segment
        AND custody.place_id = piece.from_place AND custody.spans = piece.spans;
    GET DIAGNOSTICS taken = ROW_COUNT;
    UPDATE custody SET spans = custody.spans - piece.spans FROM recalled_pieces(steps) AS piece
    WHERE custody.line_id = piece.line_id AND custody.segment = piece.segment
        AND custody.place_id = piece.from_place AND custody.spans @> piece.spans;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF taken + changed <> listed THEN
        RAISE EXCEPTION 'serials moved during their recall' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO custody (line_id, segment, place_id, spans)
    SELECT line_id, segment, to_place, range_agg(spans) FROM recalled_pieces(steps)
    GROUP BY line_id, segment, to_place
    ON CONFLICT (line_id, segment, place_id) DO UPDATE SET spans = custody.spans + excluded.spans;
    INSERT INTO movement_part (movement_id, line_id, segment, spans)
    SELECT movement_id, line_id, segment, spans FROM recalled_pieces(steps) ORDER BY movement_id, segment;
    INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at)
    SELECT 'COUPONS_VOIDED', place.movement_id, given.subject_kinds, given.subject_ids, given.recorded_at
    FROM recalled_places(steps) AS place, jsonb_populate_record(NULL::event, place.document - 'id' - 'kind') AS given
    ORDER BY place.movement_id;
END $$
"""
# The places of the steps of a recall, and the places of void serials beside them once these exist.
RECALLED_PLACES = """
CREATE FUNCTION recalled_places(steps jsonb) RETURNS TABLE (
    document jsonb, movement_id uuid, line_id uuid, leg smallint, batch_id uuid, condition text, from_place bigint,
    to_place bigint
) LANGUAGE sql STABLE ROWS 50 AS $$
    SELECT step, (step->>'id')::uuid, place.line_id, place.leg, place.batch_id, place.condition, place.id, (
        SELECT void.id FROM custody_place AS void
        WHERE void.line_id = place.line_id AND void.leg = place.leg AND void.condition = 'VOID'
            AND (void.batch_id = place.batch_id OR (void.batch_id IS NULL AND place.batch_id IS NULL))
    )
    FROM jsonb_array_elements(steps) AS step JOIN custody_place AS place ON place.id = (step->>'from_place')::bigint
$$
"""
RECALLED_PIECES = """
CREATE FUNCTION recalled_pieces(steps jsonb) RETURNS TABLE (
    movement_id uuid, line_id uuid, segment integer, from_place bigint, to_place bigint, spans int8multirange
) LANGUAGE sql STABLE ROWS 100 AS $$
    SELECT place.movement_id, place.line_id, key::integer, place.from_place, place.to_place, value::int8multirange
    FROM recalled_places(steps) AS place, jsonb_each_text(place.document->'pieces')
$$
"""
LOWEST_SERIALS = """
CREATE FUNCTION lowest_serials(spans int8multirange, quantity bigint) RETURNS int8multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT range_agg(int8range(first, least(last, first + quantity - before)))
    FROM (
        SELECT lower(span) AS first, upper(span) AS last,
            coalesce(sum(upper(span) - lower(span)) OVER (
                ORDER BY lower(span) ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::bigint AS before
        FROM unnest(spans) AS span
    ) AS counted
    WHERE before < quantity
$$
"""
TRANSITIONS = {
    "PRODUCED": ("PLANNED GOOD",),
    "SPOILED": ("PLANNED VOID",),
    "DISPATCHED": ("GOOD GOOD",),
    "DISPATCH_VOIDED": ("GOOD GOOD", "VOID VOID"),
    "RECEIVED": ("GOOD GOOD", "VOID VOID"),
    "DAMAGED": ("GOOD DAMAGED",),
    "SHORT": ("GOOD UNRESOLVED",),
    "RECEIPT_VOIDED": ("GOOD GOOD", "DAMAGED GOOD", "UNRESOLVED GOOD", "VOID VOID"),
    "COMMISSIONED": ("GOOD COMMISSIONED",),
    "DISCREPANCY_RESOLVED": ("UNRESOLVED GOOD", "UNRESOLVED DAMAGED", "UNRESOLVED LOST", "GOOD GOOD"),
    "VOIDED": ("PLANNED VOID", "GOOD VOID", "UNRESOLVED VOID", "DAMAGED VOID", "LOST VOID", "COMMISSIONED VOID"),
}
KEPT = ("movement", "movement_part")
# Rows of these tables are rewritten, or written, with many ranges at a time. To compress them takes longer than all the
# rest of a movement, so they stay as they are while they fit into a page.
UNCOMPRESSED = ("custody", "movement_part")
KEEP = """
CREATE FUNCTION reject_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    op.execute(SPANS_SIZE)
    op.execute(LOWEST_SERIALS)
    op.execute("CREATE SEQUENCE batch_number")
    _create_tables()
    transitions = sa.table(
        "custody_transition", sa.column("kind"), sa.column("from_condition"), sa.column("to_condition")
    )
    op.bulk_insert(
        transitions,
        [
            {"kind": kind, "from_condition": taken, "to_condition": given}
            for kind, pairs in TRANSITIONS.items()
            for taken, given in (pair.split(" ") for pair in pairs)
        ],
    )
    for statement in (
        WEIGH,
        JOIN_SPANS,
        QUANTITIES,
        SEGMENTS,
        *QUANTITY_TRIGGERS,
        GUARD,
        GUARD_ALLOTMENTS,
        GUARD_SEGMENTS,
        *GUARD_TRIGGERS,
        PLACE_ID,
        CUT,
        TAKE,
        CROSSED,
        MOVE,
        RECALLED_PLACES,
        RECALLED_PIECES,
        RECALL,
        KEEP,
    ):
        op.execute(statement)
    for table in UNCOMPRESSED:
        op.execute(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)")
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION reject_change()"
        )


def _create_tables() -> None:
    # Movements notify the accounts of vendors.
    op.create_index(
        "ix_account__vendor_id",
        "account",
        ["vendor_id", "id"],
        unique=False,
        postgresql_where=sa.text("vendor_id IS NOT NULL"),
    )
    op.create_table(
        "custody_transition",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_condition", sa.Text(), nullable=False),
        sa.Column("to_condition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "from_condition", "to_condition", name=op.f("pk_custody_transition")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="The vendor, or the account of others"),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "mutation", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key__recorded_at"), "idempotency_key", ["recorded_at"], unique=False)
    op.create_table(
        "consignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column(
            "codes_downloaded_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="The first download; its serials are never reused",
        ),
        sa.Column("canceled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("canceled_by", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(canceled_at IS NULL) = (canceled_by IS NULL) AND (canceled_at IS NULL) = (cancel_reason IS NULL)",
            name=op.f("ck_consignment__cancellation_whole"),
        ),
        sa.ForeignKeyConstraint(["canceled_by"], ["account.id"], name=op.f("fk_consignment__canceled_by")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_consignment__created_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_consignment__scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
    )
    op.create_index("ix_consignment__created_at", "consignment", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_consignment__due_on",
        "consignment",
        [sa.literal_column("COALESCE(due_on, 'infinity'::date)"), "id"],
        unique=False,
    )
    op.create_index("ix_consignment__scheme_id", "consignment", ["scheme_id", "created_at", "id"], unique=False)
    op.create_index("uq_consignment__code", "consignment", ["code"], unique=True)
    op.create_table(
        "coupon_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("span", postgresql.INT8RANGE(), nullable=False, comment="The serials"),
        sa.Column("key_id", sa.SmallInteger(), nullable=False, comment="The key from which the codes are derived"),
        sa.Column("generated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("generated_by", sa.Uuid(), nullable=False),
        postgresql.ExcludeConstraint((sa.column("span"), "&&"), using="gist", name="ex_coupon_run__span"),
        sa.CheckConstraint(
            "NOT isempty(span) AND lower(span) >= 0 AND upper(span) <= 4294967296",
            name=op.f("ck_coupon_run__span_of_serials"),
        ),
        sa.ForeignKeyConstraint(["generated_by"], ["account.id"], name=op.f("fk_coupon_run__generated_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_coupon_run__scheme_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_coupon_run__variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_run")),
    )
    op.create_index("ix_coupon_run__end", "coupon_run", [sa.literal_column("upper(span)")], unique=False)
    op.create_index("ix_coupon_run__scheme_id_variant_id", "coupon_run", ["scheme_id", "variant_id"], unique=False)
    op.create_table(
        "shortfall_closure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shortfall_closure__quantity_positive")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_shortfall_closure__closed_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_shortfall_closure__scheme_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_shortfall_closure__variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortfall_closure")),
    )
    op.create_index(
        "ix_shortfall_closure__scheme_id_variant_id", "shortfall_closure", ["scheme_id", "variant_id"], unique=False
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "from_leg",
            sa.SmallInteger(),
            nullable=False,
            comment="The position of the sending leg; the next one receives",
        ),
        sa.Column("from_vendor_id", sa.Uuid(), nullable=False),
        sa.Column("to_vendor_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("shipment_reference", sa.Text(), nullable=True),
        sa.Column("dispatched_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="The latest receipt"),
        sa.Column("voided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'VOIDED') = (voided_at IS NOT NULL)", name=op.f("ck_batch__voided_dated")),
        sa.CheckConstraint(
            "status IN ('IN_TRANSIT', 'PARTLY_RECEIVED', 'RECEIVED', 'VOIDED')", name=op.f("ck_batch__status_known")
        ),
        sa.CheckConstraint("from_leg >= 1", name=op.f("ck_batch__from_leg_counted")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_batch__consignment_id")),
        sa.ForeignKeyConstraint(["from_vendor_id"], ["vendor.id"], name=op.f("fk_batch__from_vendor_id")),
        sa.ForeignKeyConstraint(["to_vendor_id"], ["vendor.id"], name=op.f("fk_batch__to_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch__consignment_id", "batch", ["consignment_id", "id"], unique=False)
    op.create_index("ix_batch__from_vendor_id", "batch", ["from_vendor_id", "id"], unique=False)
    op.create_index(
        "ix_batch__to_receive",
        "batch",
        ["to_vendor_id", "dispatched_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('IN_TRANSIT', 'PARTLY_RECEIVED')"),
    )
    op.create_index("ix_batch__to_vendor_id", "batch", ["to_vendor_id", "id"], unique=False)
    op.create_index("uq_batch__code", "batch", ["code"], unique=True)
    op.create_table(
        "consignment_leg",
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_consignment_leg__position_counted")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_leg__consignment_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_consignment_leg__vendor_id")),
        sa.PrimaryKeyConstraint("consignment_id", "position", name=op.f("pk_consignment_leg")),
    )
    op.create_index(
        "uq_consignment_leg__vendor_id_consignment_id", "consignment_leg", ["vendor_id", "consignment_id"], unique=True
    )
    op.create_table(
        "consignment_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("segment_bits", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_consignment_line__quantity_positive")),
        sa.CheckConstraint("segment_bits BETWEEN 12 AND 32", name=op.f("ck_consignment_line__segment_bits_known")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_line__consignment_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_consignment_line__variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_line")),
    )
    op.create_index(op.f("ix_consignment_line__variant_id"), "consignment_line", ["variant_id"], unique=False)
    op.create_index(
        "uq_consignment_line__consignment_id_variant_id",
        "consignment_line",
        ["consignment_id", "variant_id"],
        unique=True,
    )
    op.create_table(
        "consignment_state",
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False, comment="When it reached this status"),
        sa.Column(
            "waiting_legs",
            postgresql.ARRAY(sa.SmallInteger()),
            nullable=False,
            comment="The positions of the legs that must act: they hold coupons or must receive some",
        ),
        sa.Column(
            "waiting_since",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When the legs that must act last changed",
        ),
        sa.Column("has_discrepancy", sa.Boolean(), nullable=False, comment="Whether a discrepancy is open"),
        sa.Column(
            "moved_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=False,
            comment="The last movement, to a second, or the creation",
        ),
        sa.CheckConstraint(
            "status IN ('READY', 'IN_PRODUCTION', 'IN_TRANSIT', 'DELIVERED', 'CANCELED')",
            name=op.f("ck_consignment_state__status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_state__consignment_id")
        ),
        sa.PrimaryKeyConstraint("consignment_id", name=op.f("pk_consignment_state")),
    )
    op.create_index("ix_consignment_state__moved_at", "consignment_state", ["moved_at", "consignment_id"], unique=False)
    op.create_index("ix_consignment_state__status", "consignment_state", ["status", "consignment_id"], unique=False)
    op.create_index(
        "ix_consignment_state__waiting_since",
        "consignment_state",
        [sa.literal_column("COALESCE(waiting_since, 'infinity'::timestamptz)"), "consignment_id"],
        unique=False,
    )
    op.create_table(
        "allotment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("span", postgresql.INT8RANGE(), nullable=False),
        sa.Column(
            "released_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When a canceled consignment gave the serials back",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("span"), "&&"), where=sa.text("released_at IS NULL"), using="gist", name="ex_allotment__span"
        ),
        sa.CheckConstraint("NOT isempty(span)", name=op.f("ck_allotment__span_not_empty")),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_allotment__line_id")),
        sa.ForeignKeyConstraint(["run_id"], ["coupon_run.id"], name=op.f("fk_allotment__run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
    )
    op.create_index(op.f("ix_allotment__line_id"), "allotment", ["line_id"], unique=False)
    op.create_index(op.f("ix_allotment__run_id"), "allotment", ["run_id"], unique=False)
    op.create_table(
        "batch_line",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("damaged", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("accepted + damaged <= quantity", name=op.f("ck_batch_line__received_within_sent")),
        sa.CheckConstraint(
            "quantity > 0 AND accepted >= 0 AND damaged >= 0", name=op.f("ck_batch_line__quantities_known")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_line__batch_id")),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_batch_line__line_id")),
        sa.PrimaryKeyConstraint("batch_id", "line_id", name=op.f("pk_batch_line")),
    )
    op.create_index(op.f("ix_batch_line__line_id"), "batch_line", ["line_id"], unique=False)
    op.create_table(
        "custody_place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "condition <> 'COMMISSIONED' OR batch_id IS NULL", name=op.f("ck_custody_place__commissioned_on_hand")
        ),
        sa.CheckConstraint(
            "condition <> 'PLANNED' OR (leg = 1 AND batch_id IS NULL)",
            name=op.f("ck_custody_place__planned_at_first_leg"),
        ),
        sa.CheckConstraint(
            "condition <> 'UNRESOLVED' OR batch_id IS NOT NULL", name=op.f("ck_custody_place__unresolved_in_batch")
        ),
        sa.CheckConstraint(
            "condition IN ('PLANNED', 'GOOD', 'UNRESOLVED', 'DAMAGED', 'LOST', 'VOID', 'COMMISSIONED')",
            name=op.f("ck_custody_place__condition_known"),
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_custody_place__quantity_not_negative")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_custody_place__batch_id")),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_custody_place__line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_place")),
        sa.UniqueConstraint("id", "line_id", "condition", name="uq_custody_place__id_line_id_condition"),
        sa.UniqueConstraint("id", "line_id", name="uq_custody_place__id_line_id"),
    )
    op.create_index("ix_custody_place__batch_id", "custody_place", ["batch_id"], unique=False)
    op.create_index(
        "uq_custody_place__place",
        "custody_place",
        ["line_id", "leg", "batch_id", "condition"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "custody_segment",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("segment", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("spans", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), sa.Computed("spans_size(spans)", persisted=True), nullable=False),
        sa.CheckConstraint("NOT isempty(spans)", name=op.f("ck_custody_segment__spans_not_empty")),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_custody_segment__line_id")),
        sa.PrimaryKeyConstraint("line_id", "segment", name=op.f("pk_custody_segment")),
    )
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "vendor_id",
            sa.Uuid(),
            nullable=False,
            comment="SHORT: the vendor that received less; OVER_SENT: the one that sent too much",
        ),
        sa.Column("spans", postgresql.INT8MULTIRANGE(), nullable=False, comment="All its serials, resolved or not"),
        sa.Column("open_spans", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('SHORT', 'OVER_SENT')", name=op.f("ck_discrepancy__kind_known")),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("ck_discrepancy__resolution_signed")
        ),
        sa.CheckConstraint(
            "NOT isempty(spans) AND spans @> open_spans", name=op.f("ck_discrepancy__open_within_spans")
        ),
        sa.CheckConstraint(
            "isempty(open_spans) = (resolved_at IS NOT NULL)", name=op.f("ck_discrepancy__resolved_dated")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_discrepancy__batch_id")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_discrepancy__consignment_id")),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_discrepancy__line_id")),
        sa.ForeignKeyConstraint(["resolved_by"], ["account.id"], name=op.f("fk_discrepancy__resolved_by")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_discrepancy__vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
    )
    op.create_index("ix_discrepancy__batch_id", "discrepancy", ["batch_id"], unique=False)
    op.create_index("ix_discrepancy__consignment_id", "discrepancy", ["consignment_id", "id"], unique=False)
    op.create_index("ix_discrepancy__line_id", "discrepancy", ["line_id"], unique=False)
    op.create_index(
        "ix_discrepancy__open",
        "discrepancy",
        ["opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index("ix_discrepancy__vendor_id", "discrepancy", ["vendor_id", "id"], unique=False)
    op.create_table(
        "custody",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("segment", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spans", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), sa.Computed("spans_size(spans)", persisted=True), nullable=False),
        sa.CheckConstraint("NOT isempty(spans)", name=op.f("ck_custody__spans_not_empty")),
        sa.ForeignKeyConstraint(
            ["line_id", "segment"],
            ["custody_segment.line_id", "custody_segment.segment"],
            name=op.f("fk_custody__line_id_segment"),
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "line_id"],
            ["custody_place.id", "custody_place.line_id"],
            name=op.f("fk_custody__place_id_line_id"),
        ),
        sa.PrimaryKeyConstraint("line_id", "segment", "place_id", name=op.f("pk_custody")),
    )
    op.create_index("ix_custody__place_id_segment", "custody", ["place_id", "segment"], unique=False)
    op.create_table(
        "movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "request_id", sa.Uuid(), nullable=False, comment="The same for all movements that one mutation recorded"
        ),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "vendor_id",
            sa.Uuid(),
            nullable=False,
            comment="The vendor that moved the serials, or that held what Operations moved",
        ),
        sa.Column("from_place_id", sa.BigInteger(), nullable=False),
        sa.Column("from_condition", sa.Text(), nullable=False),
        sa.Column("to_place_id", sa.BigInteger(), nullable=False),
        sa.Column("to_condition", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('PRODUCED', 'SPOILED', 'DISPATCHED', 'DISPATCH_VOIDED', 'RECEIVED', 'RECEIPT_VOIDED', 'DAMAGED', 'SHORT', 'COMMISSIONED', 'DISCREPANCY_RESOLVED', 'VOIDED')",
            name=op.f("ck_movement__kind_known"),
        ),
        sa.CheckConstraint("from_place_id <> to_place_id", name=op.f("ck_movement__places_differ")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement__quantity_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_movement__account_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_movement__batch_id")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_movement__consignment_id")),
        sa.ForeignKeyConstraint(
            ["from_place_id", "line_id", "from_condition"],
            ["custody_place.id", "custody_place.line_id", "custody_place.condition"],
            name=op.f("fk_movement__from_place_id_line_id_from_condition"),
        ),
        sa.ForeignKeyConstraint(
            ["kind", "from_condition", "to_condition"],
            ["custody_transition.kind", "custody_transition.from_condition", "custody_transition.to_condition"],
            name=op.f("fk_movement__kind_from_condition_to_condition"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["consignment_line.id"], name=op.f("fk_movement__line_id")),
        sa.ForeignKeyConstraint(
            ["to_place_id", "line_id", "to_condition"],
            ["custody_place.id", "custody_place.line_id", "custody_place.condition"],
            name=op.f("fk_movement__to_place_id_line_id_to_condition"),
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_movement__vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    op.create_index("ix_movement__batch_id", "movement", ["batch_id", "id"], unique=False)
    op.create_index("ix_movement__consignment_id", "movement", ["consignment_id", "id"], unique=False)
    op.create_index("ix_movement__request_id", "movement", ["request_id"], unique=False)
    op.create_table(
        "movement_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("spans", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(spans)", name=op.f("ck_movement_part__spans_not_empty")),
        sa.ForeignKeyConstraint(["movement_id"], ["movement.id"], name=op.f("fk_movement_part__movement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_part")),
    )
    op.create_index("ix_movement_part__line_id_segment", "movement_part", ["line_id", "segment", "id"], unique=False)
    op.create_index("ix_movement_part__movement_id", "movement_part", ["movement_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_account__vendor_id", table_name="account", postgresql_where=sa.text("vendor_id IS NOT NULL"))
    op.drop_index("ix_movement_part__movement_id", table_name="movement_part")
    op.drop_index("ix_movement_part__line_id_segment", table_name="movement_part")
    op.drop_table("movement_part")
    op.drop_index("ix_movement__request_id", table_name="movement")
    op.drop_index("ix_movement__consignment_id", table_name="movement")
    op.drop_index("ix_movement__batch_id", table_name="movement")
    op.drop_table("movement")
    op.drop_index("ix_custody__place_id_segment", table_name="custody")
    op.drop_table("custody")
    op.drop_index("ix_discrepancy__vendor_id", table_name="discrepancy")
    op.drop_index("ix_discrepancy__open", table_name="discrepancy", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_index("ix_discrepancy__line_id", table_name="discrepancy")
    op.drop_index("ix_discrepancy__consignment_id", table_name="discrepancy")
    op.drop_index("ix_discrepancy__batch_id", table_name="discrepancy")
    op.drop_table("discrepancy")
    op.drop_table("custody_segment")
    op.drop_index("uq_custody_place__place", table_name="custody_place", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_custody_place__batch_id", table_name="custody_place")
    op.drop_table("custody_place")
    op.drop_index(op.f("ix_batch_line__line_id"), table_name="batch_line")
    op.drop_table("batch_line")
    op.drop_index(op.f("ix_allotment__run_id"), table_name="allotment")
    op.drop_index(op.f("ix_allotment__line_id"), table_name="allotment")
    op.drop_table("allotment")
    op.drop_index("ix_consignment_state__waiting_since", table_name="consignment_state")
    op.drop_index("ix_consignment_state__status", table_name="consignment_state")
    op.drop_index("ix_consignment_state__moved_at", table_name="consignment_state")
    op.drop_table("consignment_state")
    op.drop_index("uq_consignment_line__consignment_id_variant_id", table_name="consignment_line")
    op.drop_index(op.f("ix_consignment_line__variant_id"), table_name="consignment_line")
    op.drop_table("consignment_line")
    op.drop_index("uq_consignment_leg__vendor_id_consignment_id", table_name="consignment_leg")
    op.drop_table("consignment_leg")
    op.drop_index("uq_batch__code", table_name="batch")
    op.drop_index("ix_batch__to_vendor_id", table_name="batch")
    op.drop_index(
        "ix_batch__to_receive",
        table_name="batch",
        postgresql_where=sa.text("status IN ('IN_TRANSIT', 'PARTLY_RECEIVED')"),
    )
    op.drop_index("ix_batch__from_vendor_id", table_name="batch")
    op.drop_index("ix_batch__consignment_id", table_name="batch")
    op.drop_table("batch")
    op.drop_index("ix_shortfall_closure__scheme_id_variant_id", table_name="shortfall_closure")
    op.drop_table("shortfall_closure")
    op.drop_index("ix_coupon_run__scheme_id_variant_id", table_name="coupon_run")
    op.drop_index("ix_coupon_run__end", table_name="coupon_run")
    op.drop_table("coupon_run")
    op.drop_index("uq_consignment__code", table_name="consignment")
    op.drop_index("ix_consignment__scheme_id", table_name="consignment")
    op.drop_index("ix_consignment__due_on", table_name="consignment")
    op.drop_index("ix_consignment__created_at", table_name="consignment")
    op.drop_table("consignment")
    op.drop_index(op.f("ix_idempotency_key__recorded_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_table("custody_transition")
    op.execute("DROP SEQUENCE batch_number")
    for function in (
        "keep_custody_quantities()",
        "keep_custody_segments()",
        "weigh_custody(text[], int8multirange[], int8multirange[])",
        "join_spans(uuid, integer, int8multirange[])",
        "guard_custody()",
        "guard_allotments()",
        "guard_segments()",
        "recall_coupons(jsonb)",
        "recalled_pieces(jsonb)",
        "recalled_places(jsonb)",
        "move_coupons(jsonb)",
        "custody_crossed(bigint, bigint, text, bigint)",
        "take_serials(uuid, bigint, bigint, jsonb, bigint, uuid)",
        "cut_serials(bigint, jsonb, bigint)",
        "custody_place_id(uuid, smallint, uuid, text)",
        "reject_change()",
        "lowest_serials(int8multirange, bigint)",
        "spans_size(int8multirange)",
    ):
        op.execute(f"DROP FUNCTION {function}")
