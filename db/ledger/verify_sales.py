"""Statements that look for faults in sales, returns, and redemptions, which have no foreign keys."""

from typing import Final

from db.ledger.verify_rows import NAME_OF_SALE, BoundsRow, FaultRow, named, of_ecps
from db.statement import number

# A sale of its own that returns another one has no lines of its own to value.
KEYS_WITHOUT_SALE: Final = named(
    """
    SELECT 'sale ' || external_id || ' of ' || source AS owner, revision::text AS name, '' AS stored, '' AS counted
    FROM sale_key WHERE number > :low AND number <= :high AND NOT EXISTS (
        SELECT FROM sale WHERE sale.ecp = sale_key.ecp AND sale.sold_at = sale_key.sold_at
            AND sale.sale = sale_key.number AND sale.revision = sale_key.revision
    ) AND returns IS NULL ORDER BY number
    """,
    FaultRow,
    number("low"),
    number("high"),
)
KEYS_WITHOUT_ECP: Final = named(
    """
    SELECT 'sale ' || external_id || ' of ' || source AS owner, ecp::text AS name, '' AS stored, '' AS counted
    FROM sale_key WHERE number > :low AND number <= :high AND NOT EXISTS (
        SELECT FROM ecp WHERE ecp.number = sale_key.ecp
    ) ORDER BY number
    """,
    FaultRow,
    number("low"),
    number("high"),
)
# The sale that another one returns.
KEYS_WITHOUT_RETURNED: Final = named(
    """
    SELECT 'sale ' || external_id || ' of ' || source AS owner, returns::text AS name, '' AS stored, '' AS counted
    FROM sale_key AS back WHERE number > :low AND number <= :high AND returns IS NOT NULL AND NOT EXISTS (
        SELECT FROM sale_key AS sold WHERE sold.number = back.returns AND sold.returns IS NULL
    ) ORDER BY number
    """,
    FaultRow,
    number("low"),
    number("high"),
)
SALES_WITHOUT_KEY: Final = of_ecps("""
    SELECT ecp, NULL::int, sale, revision, NULL
    FROM sale WHERE ecp > :low AND ecp <= :high AND NOT EXISTS (
        SELECT FROM sale_key WHERE number = sale.sale AND sale_key.revision >= sale.revision
    )
""")
LINES_WITHOUT_SALE: Final = of_ecps(f"""
    SELECT ecp, NULL::int, {NAME_OF_SALE.format(number="line.sale")}, revision, position
    FROM sale_line AS line WHERE ecp > :low AND ecp <= :high AND NOT EXISTS (
        SELECT FROM sale WHERE sale.ecp = line.ecp AND sale.sold_at = line.sold_at AND sale.sale = line.sale
            AND sale.revision = line.revision
    )
""")
LINES_WITHOUT_VARIANT: Final = of_ecps(f"""
    SELECT ecp, NULL::int, {NAME_OF_SALE.format(number="line.sale")}, revision, position
    FROM sale_line AS line WHERE ecp > :low AND ecp <= :high
        AND NOT EXISTS (SELECT FROM variant WHERE variant.id = variant_id)
""")
RETURNS_WITHOUT_SALE: Final = of_ecps(f"""
    SELECT ecp, NULL::int, {NAME_OF_SALE.format(number="back.returning_sale")},
        {NAME_OF_SALE.format(number="back.sale")}, NULL
    FROM sale_return AS back WHERE ecp > :low AND ecp <= :high AND NOT (
        EXISTS (
            SELECT FROM sale_line AS line WHERE line.ecp = back.ecp AND line.sold_at = back.sold_at
                AND line.sale = back.sale AND line.variant_id = back.variant_id
        ) AND EXISTS (
            SELECT FROM sale_key WHERE number = returning_sale AND revision >= returning_revision
        )
    )
""")
# Counting returns, and the current revision of the sale at the place of the returns.
EXCESSIVE_RETURNS: Final = of_ecps(f"""
    SELECT back.ecp, NULL::int, {NAME_OF_SALE.format(number="back.sale")} || ', ' || variant.sku,
        coalesce(sold.quantity, 0), back.quantity
    FROM (
        SELECT sale_return.ecp, sale_return.sold_at, sale, variant_id, sum(quantity) AS quantity
        FROM sale_return JOIN sale_key AS taker
            ON taker.number = returning_sale AND taker.revision = returning_revision
        WHERE sale_return.ecp > :low AND sale_return.ecp <= :high
        GROUP BY sale_return.ecp, sale_return.sold_at, sale, variant_id
    ) AS back (ecp, sold_at, sale, variant_id, quantity)
    JOIN variant ON variant.id = back.variant_id
    JOIN sale_key ON number = back.sale AND sale_key.ecp = back.ecp AND sale_key.sold_at = back.sold_at
    LEFT JOIN LATERAL (
        SELECT sum(line.quantity) AS quantity FROM sale_line AS line
        WHERE line.ecp = back.ecp AND line.sold_at = back.sold_at AND line.sale = back.sale
            AND line.revision = sale_key.revision AND line.variant_id = back.variant_id
    ) AS sold ON true
    WHERE back.quantity > coalesce(sold.quantity, 0)
""")
_COUPON: Final = "'the redemption of serial ' || serial"
REDEMPTIONS_WITHOUT_COUPON: Final = of_ecps(f"""
    SELECT redemption.ecp, redemption.scheme, {_COUPON}, NULL, NULL
    FROM redemption WHERE ecp > :low AND ecp <= :high AND NOT EXISTS (
        SELECT FROM coupon_run AS run JOIN scheme ON scheme.id = run.scheme_id
        WHERE run.id = run_id AND run.span @> redemption.serial AND run.variant_id = redemption.variant_id
            AND scheme.number = redemption.scheme
    )
""")
REPEATED_REDEMPTIONS: Final = of_ecps(f"""
    SELECT redemption.ecp, redemption.scheme, {_COUPON}, count(*), NULL
    FROM redemption JOIN redemption AS other USING (run_id, serial)
    WHERE redemption.ecp > :low AND redemption.ecp <= :high
    GROUP BY redemption.ecp, redemption.scheme, redemption.sale, serial HAVING count(*) > 1
""")
# A coupon pays after a movement has commissioned it.
REDEMPTIONS_NOT_COMMISSIONED: Final = of_ecps(f"""
    SELECT redemption.ecp, redemption.scheme, {_COUPON}, NULL, NULL
    FROM redemption WHERE ecp > :low AND ecp <= :high AND NOT EXISTS (
        SELECT FROM allotment JOIN consignment_line AS line ON line.id = line_id
        JOIN movement_part AS part ON part.line_id = line.id AND part.segment = (redemption.serial >> segment_bits)::int
            AND part.spans @> redemption.serial
        JOIN movement ON movement.id = part.movement_id AND movement.kind = 'COMMISSIONED'
        WHERE allotment.run_id = redemption.run_id AND allotment.span @> redemption.serial
            AND movement.recorded_at <= redemption.recorded_at
    )
""")
# Those of an account that waits for a job are valued behind it.
REDEMPTIONS_WITHOUT_VALUE: Final = of_ecps(f"""
    SELECT redemption.ecp, redemption.scheme, {_COUPON}, NULL, NULL
    FROM redemption WHERE ecp > :low AND ecp <= :high AND NOT EXISTS (
        SELECT FROM valuation WHERE valuation.ecp = redemption.ecp AND valuation.scheme = redemption.scheme
            AND sold_at = redeemed_at AND valuation.sale = redemption.sale
    ) AND NOT EXISTS (
        SELECT FROM points_account AS account WHERE account.ecp = redemption.ecp AND account.scheme = redemption.scheme
            AND revalue_from IS NOT NULL
    )
""")
BOUNDS: Final = named(
    """
    SELECT greatest(
            (SELECT max(number) FROM ecp), (SELECT max(ecp) FROM points_ledger), (SELECT max(ecp) FROM points_account),
            (SELECT max(ecp) FROM points_entry), (SELECT max(ecp) FROM valuation), (SELECT max(ecp) FROM sale),
            (SELECT max(ecp) FROM sale_line), (SELECT max(ecp) FROM sale_return), (SELECT max(ecp) FROM redemption), 0
        ) AS ecp,
        coalesce((SELECT max(number) FROM sale_key), 0) AS sale, (SELECT count(*) FROM points_ledger) AS ledgers
    """,
    BoundsRow,
)
FIRST_POSTING: Final = named(
    """
    SELECT 'the program' AS owner, '' AS name, NULL AS stored, first.recorded_at::text AS counted
    FROM program, (SELECT min(recorded_at) AS recorded_at FROM points_entry) AS first
    WHERE first.recorded_at IS NOT NULL AND first_posting_at IS NULL
    """,
    FaultRow,
)
