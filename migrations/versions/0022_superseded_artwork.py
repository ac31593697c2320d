"""superseded artwork

Operations scraps coupons that carry superseded artwork: they become void where they are, as by a recall. So recalls
keep the kind of their movements, and whatever makes coupons void is found by its conditions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ADD_TRANSITIONS = """
INSERT INTO custody_transition VALUES
    ('DISCREPANCY_RESOLVED', 'GOOD', 'VOID'), ('DISCREPANCY_RESOLVED', 'UNRESOLVED', 'VOID')
"""
REMOVE_TRANSITIONS = "DELETE FROM custody_transition WHERE kind = 'DISCREPANCY_RESOLVED' AND to_condition = 'VOID'"
# The function of migration 0015, whose steps say the kind of the movements.
RECALL = """
CREATE OR REPLACE FUNCTION recall_coupons(steps jsonb) RETURNS void LANGUAGE plpgsql AS $$
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
    ) SELECT given.id, given.request_id, given.consignment_id, given.line_id, given.batch_id, {kind}, given.vendor_id,
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
    SELECT {event}, place.movement_id, given.subject_kinds, given.subject_ids, given.recorded_at
    FROM recalled_places(steps) AS place, jsonb_populate_record(NULL::event, place.document - 'id' - 'kind') AS given
    ORDER BY place.movement_id;
END $$
"""
VOIDING = "ix_movement__voiding"


def upgrade() -> None:
    op.execute(ADD_TRANSITIONS)
    op.execute(RECALL.format(kind="given.kind", event="'COUPONS_' || (place.document->>'kind')"))
    op.drop_index(VOIDING, table_name="movement")
    op.create_index(
        VOIDING,
        "movement",
        ["consignment_id", "recorded_at"],
        postgresql_where=sa.text("to_condition = 'VOID' AND from_condition <> 'VOID'"),
    )


def downgrade() -> None:
    """Fails while coupons are scrapped: the versions before know no such movement."""
    op.drop_index(VOIDING, table_name="movement")
    op.create_index(
        VOIDING,
        "movement",
        ["consignment_id", "recorded_at"],
        postgresql_where=sa.text("kind IN ('SPOILED', 'VOIDED')"),
    )
    op.execute(RECALL.format(kind="'VOIDED'", event="'COUPONS_VOIDED'"))
    op.execute(REMOVE_TRANSITIONS)
