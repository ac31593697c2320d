"""Statements that compare quantities which are stored for reading with what they count, for one consignment."""

from typing import Any, Final

from sqlalchemy import text

from db.columns import named_columns
from db.consignments.verify_rows import QuantityDifferenceRow
from db.statement import Statement, uuid


def _compare(sql: str) -> Statement[Any]:
    query = text(sql).bindparams(uuid("consignment_id")).columns(*named_columns(QuantityDifferenceRow))
    return Statement(query, QuantityDifferenceRow)


# A line has as many coupons as were ever allotted to it, given back or not.
WRONG_LINES: Final[Statement[QuantityDifferenceRow]] = _compare(
    """
    SELECT sku AS name, line.quantity AS stored, coalesce(sum(upper(span) - lower(span)), 0)::bigint AS counted
    FROM consignment_line AS line JOIN variant ON variant.id = variant_id
    LEFT JOIN allotment ON line_id = line.id
    WHERE consignment_id = :consignment_id
    GROUP BY line.id, sku HAVING line.quantity <> coalesce(sum(upper(span) - lower(span)), 0) ORDER BY sku
    """
)
# What a batch states as accepted and damaged is what its receipts moved since the last one was taken back, and what
# Operations resolved after them.
WRONG_RECEIPTS: Final[Statement[QuantityDifferenceRow]] = _compare(
    """
    WITH taken_back AS (
        SELECT batch_id, max(part.id) AS last FROM movement JOIN movement_part AS part ON movement_id = movement.id
        WHERE consignment_id = :consignment_id AND kind = 'RECEIPT_VOIDED' GROUP BY batch_id
    ), received AS (
        SELECT movement.batch_id, movement.line_id, to_condition, sum(spans_size(spans)) AS total
        FROM movement JOIN movement_part AS part ON movement_id = movement.id
        LEFT JOIN taken_back ON taken_back.batch_id = movement.batch_id
        WHERE consignment_id = :consignment_id AND part.id > coalesce(last, 0)
            AND (kind IN ('RECEIVED', 'DAMAGED') OR kind = 'DISCREPANCY_RESOLVED' AND from_condition = 'UNRESOLVED')
        GROUP BY movement.batch_id, movement.line_id, to_condition
    )
    SELECT code || ', ' || sku || ': ' || lower(word) || ' coupons' AS name, stored,
        coalesce(total, 0)::bigint AS counted
    FROM batch JOIN batch_line ON batch_line.batch_id = batch.id JOIN consignment_line AS line ON line.id = line_id
    JOIN variant ON variant.id = variant_id
    CROSS JOIN LATERAL (VALUES ('ACCEPTED', 'GOOD', accepted), ('DAMAGED', 'DAMAGED', damaged))
        AS stated (word, condition, stored)
    LEFT JOIN received
        ON received.batch_id = batch.id AND received.line_id = batch_line.line_id AND to_condition = condition
    WHERE batch.consignment_id = :consignment_id AND stored <> coalesce(total, 0) ORDER BY code, sku, word
    """
)
