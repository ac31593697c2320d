"""Statements that look for faults in what superseded artwork of one consignment holds; usually they find nothing."""

from typing import Final, NamedTuple

from sqlalchemy import text

from db.columns import named_columns
from db.statement import Statement, uuid


class HoldFaultRow(NamedTuple):
    """Serials of a line that are held wrongly, or not held."""

    sku: str
    text: str


def _statement(sql: str) -> Statement[HoldFaultRow]:
    query = text(sql).bindparams(uuid("consignment_id")).columns(*named_columns(HoldFaultRow))
    return Statement(query, HoldFaultRow)


# Held serials were printed with an older version than the one that superseded it.
HELD_WITHOUT_REASON: Final = _statement(
    """
    SELECT sku, CAST(open_spans - coalesce(printed, '{}') AS text) AS text
    FROM discrepancy JOIN consignment_line AS line ON line.id = line_id JOIN variant ON variant.id = variant_id
    CROSS JOIN LATERAL (
        SELECT range_agg(part.spans) AS printed
        FROM movement JOIN movement_part AS part ON movement_id = movement.id
        WHERE movement.line_id = line.id AND movement.kind = 'PRODUCED'
            AND movement.artwork_version < discrepancy.artwork_version
    ) AS older
    WHERE discrepancy.consignment_id = :consignment_id AND discrepancy.kind = 'ARTWORK_SUPERSEDED'
        AND NOT open_spans <@ coalesce(printed, '{}')
    ORDER BY sku, discrepancy.id
    """
)
# Held serials are good or unresolved: neither commissioned nor settled otherwise.
HELD_AFTER_SETTLED: Final = _statement(
    """
    SELECT sku, CAST(range_agg(custody.spans * open_spans) AS text) AS text
    FROM discrepancy JOIN consignment_line AS line ON line.id = line_id JOIN variant ON variant.id = variant_id
    JOIN custody_place AS place ON place.line_id = line.id AND condition NOT IN ('GOOD', 'UNRESOLVED')
    JOIN custody ON place_id = place.id AND custody.spans && open_spans
    WHERE discrepancy.consignment_id = :consignment_id AND kind = 'ARTWORK_SUPERSEDED'
    GROUP BY sku ORDER BY sku
    """
)
# No two discrepancies hold the same serial.
HELD_TWICE: Final = _statement(
    """
    SELECT sku, CAST(range_agg(one.open_spans * other.open_spans) AS text) AS text
    FROM discrepancy AS one JOIN discrepancy AS other
        ON other.line_id = one.line_id AND other.id > one.id AND other.kind = one.kind
            AND other.open_spans && one.open_spans
    JOIN consignment_line AS line ON line.id = one.line_id JOIN variant ON variant.id = variant_id
    WHERE one.consignment_id = :consignment_id AND one.kind = 'ARTWORK_SUPERSEDED'
    GROUP BY sku ORDER BY sku
    """
)
# Good and unresolved serials with an older version than the current one are held, or Operations accepted them once.
NOT_HELD: Final = _statement(
    """
    SELECT sku, CAST(range_agg(printed * present - known) AS text) AS text
    FROM consignment JOIN consignment_line AS line ON consignment_id = consignment.id
    JOIN variant ON variant.id = variant_id
    JOIN artwork ON artwork.scheme_id = consignment.scheme_id AND artwork.variant_id = line.variant_id
    CROSS JOIN LATERAL (
        SELECT coalesce(range_agg(part.spans), '{}') AS printed
        FROM movement JOIN movement_part AS part ON movement_id = movement.id
        WHERE movement.line_id = line.id AND kind = 'PRODUCED' AND movement.artwork_version < current_version
    ) AS older
    CROSS JOIN LATERAL (
        SELECT coalesce(range_agg(custody.spans), '{}') AS present
        FROM custody_place AS place JOIN custody ON place_id = place.id
        WHERE place.line_id = line.id AND condition IN ('GOOD', 'UNRESOLVED')
    ) AS good
    CROSS JOIN LATERAL (
        SELECT coalesce(range_agg(spans), '{}') AS known FROM discrepancy
        WHERE discrepancy.line_id = line.id AND kind = 'ARTWORK_SUPERSEDED'
    ) AS held
    WHERE consignment.id = :consignment_id AND NOT printed * present <@ known
    GROUP BY sku ORDER BY sku
    """
)
# Every production since the first version says which version it printed, and none says one that never was.
UNKNOWN_VERSIONS: Final = _statement(
    """
    SELECT sku, movement.id::text AS text
    FROM movement JOIN consignment ON consignment.id = consignment_id
    JOIN consignment_line AS line ON line.id = line_id JOIN variant ON variant.id = variant_id
    LEFT JOIN artwork ON artwork.scheme_id = consignment.scheme_id AND artwork.variant_id = line.variant_id
    WHERE consignment.id = :consignment_id AND artwork_version IS NOT NULL AND NOT EXISTS (
        SELECT FROM artwork_version AS version
        WHERE version.artwork_id = artwork.id AND version.number = movement.artwork_version
    ) ORDER BY movement.id LIMIT 100
    """
)
