"""Statements that look for faults in custody: each returns what contradicts something else, and nothing if all agrees.

All but the first are about one consignment, line, or segment.
"""

from typing import Any, Final

from sqlalchemy import column, text

from db.columns import named_columns, scalar
from db.consignments.verify_rows import (
    BatchDifferenceRow,
    FaultyMovementRow,
    HeldSpansRow,
    PartRow,
    PlaceNameRow,
    QuantityDifferenceRow,
    SegmentRow,
    SpansDifferenceRow,
    VerifiedConsignmentRow,
    VerifiedLineRow,
    VerifiedStateRow,
)
from db.statement import Statement, number, numbers, texts, uuid


def _statement(sql: str, row: type[Any], *parameters: Any) -> Statement[Any]:
    return Statement(text(sql).bindparams(*parameters).columns(*named_columns(row)), row)


CONSIGNMENT_COUNT: Final = Statement(
    text("SELECT count(*) AS count FROM consignment").columns(column("count")), scalar(int)
)
CONSIGNMENTS_TO_VERIFY: Final[Statement[VerifiedConsignmentRow]] = _statement(
    "SELECT id, code, scheme_id FROM consignment WHERE id > :after ORDER BY id LIMIT :limit",
    VerifiedConsignmentRow,
    uuid("after"),
    number("limit"),
)
LINES_TO_VERIFY: Final[Statement[VerifiedLineRow]] = _statement(
    """
    SELECT line.id, sku, place.id AS first_place
    FROM consignment_line AS line JOIN variant ON variant.id = variant_id
    LEFT JOIN custody_place AS place ON place.line_id = line.id AND condition = 'PLANNED'
    WHERE consignment_id = :consignment_id ORDER BY sku
    """,
    VerifiedLineRow,
    uuid("consignment_id"),
)
# The equation of the guard: the places of a segment hold all of its serials, each once.
BROKEN_SEGMENTS: Final[Statement[SpansDifferenceRow]] = _statement(
    """
    SELECT segment, CAST(kept - held AS text) AS missing, CAST(held - kept AS text) AS extra,
        total - spans_size(held) AS doubled
    FROM (
        SELECT segment, coalesce(kept.spans, '{}') AS kept, coalesce(held.spans, '{}') AS held,
            coalesce(total, 0)::bigint AS total
        FROM (SELECT segment, spans FROM custody_segment WHERE line_id = :line_id) AS kept
        FULL JOIN (
            SELECT segment, range_agg(spans) AS spans, sum(quantity) AS total
            FROM custody WHERE line_id = :line_id GROUP BY segment
        ) AS held USING (segment)
    ) AS both_sides
    WHERE kept <> held OR total <> spans_size(kept) ORDER BY segment
    """,
    SpansDifferenceRow,
    uuid("line_id"),
)
# Segments are what was allotted and not released, each within its bounds. The number of the segment is -1.
WRONG_SEGMENTS: Final[Statement[SpansDifferenceRow]] = _statement(
    """
    SELECT -1 AS segment, CAST(allotted - kept AS text) AS missing, CAST(kept - allotted AS text) AS extra,
        misplaced AS doubled
    FROM (
        SELECT coalesce((
                SELECT range_agg(span) FROM allotment WHERE line_id = line.id AND released_at IS NULL
            ), '{}') AS allotted,
            coalesce((SELECT range_agg(spans) FROM custody_segment WHERE line_id = line.id), '{}') AS kept,
            coalesce((
                SELECT sum(spans_size(spans - int8multirange(
                    int8range(segment::bigint << segment_bits, (segment + 1)::bigint << segment_bits)
                ))) FROM custody_segment WHERE line_id = line.id
            ), 0)::bigint AS misplaced
        FROM consignment_line AS line WHERE id = :line_id
    ) AS both_sides
    WHERE allotted <> kept OR misplaced > 0
    """,
    SpansDifferenceRow,
    uuid("line_id"),
)
WRONG_PLACES: Final[Statement[QuantityDifferenceRow]] = _statement(
    """
    SELECT place.id::text AS name, place.quantity AS stored, coalesce(sum(custody.quantity), 0)::bigint AS counted
    FROM custody_place AS place LEFT JOIN custody ON place_id = place.id
    WHERE place.line_id = :line_id
    GROUP BY place.id HAVING place.quantity <> coalesce(sum(custody.quantity), 0) ORDER BY place.id
    """,
    QuantityDifferenceRow,
    uuid("line_id"),
)
WRONG_BATCH_LINES: Final[Statement[QuantityDifferenceRow]] = _statement(
    """
    SELECT code || ', ' || sku AS name, batch_line.quantity AS stored, coalesce(sent.total, 0)::bigint AS counted
    FROM batch JOIN batch_line ON batch_id = batch.id JOIN consignment_line AS line ON line.id = line_id
    JOIN variant ON variant.id = variant_id
    LEFT JOIN (
        SELECT batch_id, line_id, sum(quantity) AS total
        FROM movement WHERE consignment_id = :consignment_id AND kind = 'DISPATCHED' GROUP BY batch_id, line_id
    ) AS sent ON sent.batch_id = batch.id AND sent.line_id = line.id
    WHERE batch.consignment_id = :consignment_id AND batch_line.quantity IS DISTINCT FROM sent.total ORDER BY code, sku
    """,
    QuantityDifferenceRow,
    uuid("consignment_id"),
)
# Movements whose parts are not what they state.
WRONG_QUANTITIES: Final[Statement[QuantityDifferenceRow]] = _statement(
    """
    SELECT movement.id::text AS name, quantity AS stored, coalesce(parts.total, 0)::bigint AS counted
    FROM movement CROSS JOIN LATERAL (
        SELECT sum(spans_size(spans)) AS total FROM movement_part
        WHERE movement_id = movement.id AND movement_part.line_id = movement.line_id
    ) AS parts
    WHERE consignment_id = :consignment_id AND quantity IS DISTINCT FROM parts.total ORDER BY movement.id LIMIT 100
    """,
    QuantityDifferenceRow,
    uuid("consignment_id"),
)
# Movements that no vendor can make: from or to a place that their kind does not lead to, or of another consignment.
IMPOSSIBLE_MOVEMENTS: Final[Statement[FaultyMovementRow]] = _statement(
    """
    SELECT movement.id, kind
    FROM movement JOIN custody_place AS source ON source.id = from_place_id
    JOIN custody_place AS target ON target.id = to_place_id JOIN consignment_line AS line ON line.id = movement.line_id
    LEFT JOIN batch AS sent ON sent.id = movement.batch_id
    LEFT JOIN batch AS left_batch ON left_batch.id = source.batch_id
    LEFT JOIN batch AS entered ON entered.id = target.batch_id
    CROSS JOIN LATERAL (
        SELECT source.batch_id IS NULL AND target.batch_id IS NULL AS on_hand, target.leg - source.leg AS ahead,
            coalesce(source.batch_id = movement.batch_id, false) AS leaves,
            coalesce(target.batch_id = movement.batch_id, false) AS enters
    ) AS way
    WHERE movement.consignment_id = :consignment_id AND (
        line.consignment_id <> movement.consignment_id OR sent.consignment_id <> movement.consignment_id
        OR left_batch.from_leg <> source.leg OR left_batch.consignment_id <> movement.consignment_id
        OR entered.from_leg <> target.leg OR entered.consignment_id <> movement.consignment_id
        OR NOT CASE
            WHEN kind IN ('PRODUCED', 'SPOILED') THEN on_hand AND source.leg = 1 AND ahead = 0
            WHEN kind = 'PACKED' THEN on_hand AND source.id = target.id
            WHEN kind = 'UNPACKED' THEN source.id = target.id
            WHEN kind = 'DISPATCHED' THEN source.batch_id IS NULL AND enters AND ahead = 0
            WHEN kind = 'DISPATCH_VOIDED' THEN leaves AND target.batch_id IS NULL AND ahead = 0
            WHEN kind = 'RECEIVED' THEN leaves AND target.batch_id IS NULL AND ahead = 1
            WHEN kind = 'RECEIPT_VOIDED' THEN
                enters AND (source.batch_id IS NULL AND ahead = -1 OR leaves AND ahead = 0)
            WHEN kind = 'DAMAGED' THEN
                on_hand AND ahead = 0 OR leaves AND target.batch_id IS NULL AND ahead = 1
            WHEN kind = 'SHORT' THEN leaves AND enters AND ahead = 0
            WHEN kind = 'COMMISSIONED' THEN on_hand AND ahead = 0 AND source.leg = (
                SELECT max(position) FROM consignment_leg WHERE consignment_id = movement.consignment_id
            )
            WHEN kind = 'DISCREPANCY_RESOLVED' THEN
                on_hand AND ahead = 1 OR leaves AND target.batch_id IS NULL AND ahead = 1
                OR leaves AND enters AND target.condition = 'LOST' AND ahead = 0
                OR target.condition = 'VOID' AND source.batch_id IS NOT DISTINCT FROM target.batch_id AND ahead = 0
            WHEN kind = 'VOIDED' THEN source.batch_id IS NOT DISTINCT FROM target.batch_id AND ahead = 0
            ELSE false
        END
    ) ORDER BY movement.id LIMIT 100
    """,
    FaultyMovementRow,
    uuid("consignment_id"),
)
# Movements without exactly one event of their kind, as far as retention has kept the events.
MOVEMENTS_WITHOUT_EVENT: Final[Statement[FaultyMovementRow]] = _statement(
    """
    SELECT movement.id, kind
    FROM movement LEFT JOIN (
        SELECT object_id, event.kind AS event_kind, count(*) AS count
        FROM event_subject JOIN event USING (xid, id)
        WHERE subject_kind = 'CONSIGNMENT' AND subject_id = :consignment_id GROUP BY object_id, event.kind
    ) AS appended ON object_id = movement.id AND event_kind = 'COUPONS_' || movement.kind
    WHERE consignment_id = :consignment_id AND coalesce(count, 0) <> 1 AND (
        NOT EXISTS (SELECT FROM event_stream WHERE floor_xid > '0')
        OR recorded_at > (SELECT recorded_at FROM event ORDER BY xid, id LIMIT 1) + interval '10 minutes'
    ) ORDER BY movement.id LIMIT 100
    """,
    FaultyMovementRow,
    uuid("consignment_id"),
)
EVENTS_WITHOUT_MOVEMENT: Final[Statement[FaultyMovementRow]] = _statement(
    """
    SELECT object_id AS id, event.kind
    FROM event_subject JOIN event USING (xid, id)
    WHERE subject_kind = 'CONSIGNMENT' AND subject_id = :consignment_id AND event.kind = ANY (:kinds) AND NOT EXISTS (
        SELECT FROM movement WHERE movement.id = object_id AND consignment_id = :consignment_id
            AND event.kind = 'COUPONS_' || movement.kind
    ) ORDER BY event.xid, event.id LIMIT 100
    """,
    FaultyMovementRow,
    uuid("consignment_id"),
    texts("kinds"),
)
SEGMENTS_TO_REPLAY: Final[Statement[SegmentRow]] = _statement(
    """
    SELECT segment, CAST(coalesce(spans, '{}') AS text) AS text
    FROM (SELECT segment, spans FROM custody_segment WHERE line_id = :line_id) AS kept
    FULL JOIN (
        SELECT DISTINCT segment FROM movement_part WHERE line_id = :line_id
        UNION SELECT DISTINCT segment FROM custody WHERE line_id = :line_id
    ) AS moved USING (segment)
    ORDER BY segment
    """,
    SegmentRow,
    uuid("line_id"),
)
# In the order of recording: who takes serials from a place has locked it, so the parts of each serial are in order.
PARTS_TO_REPLAY: Final[Statement[PartRow]] = _statement(
    """
    SELECT part.id, movement_id, from_place_id AS from_place, to_place_id AS to_place, CAST(spans AS text) AS text
    FROM movement_part AS part JOIN movement ON movement.id = movement_id
    WHERE part.line_id = :line_id AND segment = :segment AND part.id > :after ORDER BY part.id LIMIT :limit
    """,
    PartRow,
    uuid("line_id"),
    number("segment"),
    number("after"),
    number("limit"),
)
CUSTODY_OF_SEGMENT: Final[Statement[HeldSpansRow]] = _statement(
    """
    SELECT place_id AS place, CAST(spans AS text) AS text FROM custody WHERE line_id = :line_id AND segment = :segment
    """,
    HeldSpansRow,
    uuid("line_id"),
    number("segment"),
)
PLACE_NAMES: Final[Statement[PlaceNameRow]] = _statement(
    """
    SELECT place.id, leg, code AS batch, condition
    FROM custody_place AS place LEFT JOIN batch ON batch.id = batch_id WHERE place.id = ANY (:ids)
    """,
    PlaceNameRow,
    numbers("ids"),
)
# The open serials of shortages are the ones that are unresolved in the batch.
WRONG_DISCREPANCIES: Final[Statement[BatchDifferenceRow]] = _statement(
    """
    SELECT code AS batch, sku, CAST(coalesce(open, '{}') - coalesce(held, '{}') AS text) AS missing,
        CAST(coalesce(held, '{}') - coalesce(open, '{}') AS text) AS extra
    FROM (
        SELECT batch_id, line_id, range_agg(open_spans) AS open FROM discrepancy
        WHERE consignment_id = :consignment_id AND kind = 'SHORT' AND NOT isempty(open_spans) GROUP BY batch_id, line_id
    ) AS opened FULL JOIN (
        SELECT batch_id, place.line_id, range_agg(spans) AS held
        FROM consignment_line AS line JOIN custody_place AS place ON place.line_id = line.id
        JOIN custody ON place_id = place.id
        WHERE consignment_id = :consignment_id AND condition = 'UNRESOLVED' GROUP BY batch_id, place.line_id
    ) AS unresolved USING (batch_id, line_id)
    JOIN batch ON batch.id = batch_id JOIN consignment_line AS line ON line.id = line_id
    JOIN variant ON variant.id = variant_id
    WHERE open IS DISTINCT FROM held ORDER BY code, sku
    """,
    BatchDifferenceRow,
    uuid("consignment_id"),
)
# Nothing good is left in a batch that was received or whose dispatch was voided, and nothing at all in the latter.
WRONG_BATCHES: Final[Statement[BatchDifferenceRow]] = _statement(
    """
    SELECT code AS batch, sku, CAST(range_agg(spans) AS text) AS missing, status AS extra
    FROM batch JOIN custody_place AS place ON batch_id = batch.id JOIN custody ON place_id = place.id
    JOIN consignment_line AS line ON line.id = place.line_id JOIN variant ON variant.id = variant_id
    WHERE batch.consignment_id = :consignment_id AND (status = 'VOIDED' OR status = 'RECEIVED' AND condition = 'GOOD')
    GROUP BY code, sku, status ORDER BY code, sku
    """,
    BatchDifferenceRow,
    uuid("consignment_id"),
)
STATE_TO_VERIFY: Final[Statement[VerifiedStateRow]] = _statement(
    """
    SELECT canceled_at IS NOT NULL AS canceled, EXISTS (
            SELECT FROM discrepancy WHERE discrepancy.consignment_id = consignment.id AND resolved_at IS NULL
        ) AS discrepancy_open, status, custody_status, waiting_legs, has_discrepancy
    FROM consignment JOIN consignment_state ON consignment_state.consignment_id = consignment.id
    WHERE consignment.id = :consignment_id
    """,
    VerifiedStateRow,
    uuid("consignment_id"),
)
