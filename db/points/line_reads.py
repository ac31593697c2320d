"""Statements that find the line that somebody asks about: of a sale as it is now, or a redeemed coupon."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text

from db.columns import named_columns
from db.statement import Statement, number


class AskedLineRow(Struct, frozen=True):
    """A line of a sale in its current revision, or a redeemed coupon, whose `scheme_id` is the one that it is of."""

    sale: int
    ecp_id: UUID
    ecp: int
    sold_at: datetime
    position: int
    variant_id: UUID
    sku: str
    quantity: int
    scheme_id: UUID | None


def _statement(sql: str, *parameters: Any) -> Statement[AskedLineRow]:
    return Statement(text(sql).bindparams(*parameters).columns(*named_columns(AskedLineRow)), AskedLineRow)


# The line at a position of the newest revision that has it: one that was corrected away can still be asked about.
LINE_OF_SALE: Final = _statement(
    """
SELECT sold.number AS sale, ecp.id AS ecp_id, ecp.number AS ecp, sold.sold_at, line.position, variant.id AS variant_id,
    variant.sku, line.quantity, NULL::uuid AS scheme_id
FROM sale_key AS sold
JOIN ecp ON ecp.number = sold.ecp
JOIN LATERAL (
    SELECT * FROM sale_line
    WHERE sale_line.ecp = sold.ecp AND sale_line.sold_at = sold.sold_at AND sale_line.sale = sold.number
        AND sale_line.position = :position
    ORDER BY revision DESC LIMIT 1
) AS line ON true
JOIN variant ON variant.id = line.variant_id
WHERE sold.number = :sale
""",
    number("sale"),
    number("position"),
)
REDEEMED_COUPON: Final = _statement(
    """
SELECT redemption.sale, ecp.id AS ecp_id, ecp.number AS ecp, redemption.redeemed_at AS sold_at,
    coalesce(valuation.position, 0) AS position, variant.id AS variant_id, variant.sku, 1 AS quantity,
    scheme.id AS scheme_id
FROM coupon_run
JOIN redemption ON redemption.run_id = coupon_run.id AND redemption.serial = :serial
JOIN ecp ON ecp.number = redemption.ecp
JOIN scheme ON scheme.number = redemption.scheme
JOIN variant ON variant.id = redemption.variant_id
LEFT JOIN LATERAL (
    SELECT position FROM valuation
    WHERE valuation.ecp = redemption.ecp AND valuation.scheme = redemption.scheme
        AND valuation.sold_at = redemption.redeemed_at AND valuation.sale = redemption.sale
    LIMIT 1
) AS valuation ON true
WHERE coupon_run.span @> :serial AND coupon_run.key_id = :key_id
""",
    number("serial"),
    number("key_id"),
)
