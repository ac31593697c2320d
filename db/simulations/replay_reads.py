"""Statements that read what a simulation replays, most of it as one value of rows of fixed length.

The layouts are those of `domain/simulations/records.py`. Nothing that was recorded after the moment `known_at` counts,
so that a simulation reads the same whenever its job is repeated.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, bindparam, column, text
from sqlalchemy.sql.elements import TextClause

from db.columns import named_columns, scalar
from db.simulations.rows import BoundaryRow, EcpOfPieceRow, ExampleSourceRow, LinesOfEcpRow, SupersededRow
from db.statement import Statement, moment, moments, number, numbers, string, uuid, uuids

# The ECPs of a piece, and the period.
_SPAN: Final = (number("first"), number("last"), moment("since"), moment("until"))


def _blob(sql: str) -> TextClause:
    return text(sql).bindparams(*_SPAN, moment("known_at"))


LINES_OF_ECPS: Final = Statement(
    text("""
SELECT ecp, count(*)::bigint AS lines FROM (
    SELECT ecp FROM sale_line WHERE sold_at >= :since AND sold_at < :until
    UNION ALL SELECT ecp FROM redemption WHERE redeemed_at >= :since AND redeemed_at < :until
) AS line
GROUP BY ecp ORDER BY ecp
""")
    .bindparams(moment("since"), moment("until"))
    .columns(*named_columns(LinesOfEcpRow)),
    LinesOfEcpRow,
)
# The revisions of sales in the period that another one replaced.
SUPERSEDED: Final = Statement(
    text("""
SELECT sale, previous_revision AS revision, recorded_at AS at, previous_ecp AS ecp FROM sale
WHERE previous_revision IS NOT NULL AND recorded_at <= :known_at
    AND previous_sold_at >= :since AND previous_sold_at < :until
ORDER BY previous_ecp, sale, previous_revision
""")
    .bindparams(moment("known_at"), moment("since"), moment("until"))
    .columns(*named_columns(SupersededRow)),
    SupersededRow,
)
# Lines in canonical order: by ECP, time of the sale, source, and external id. Prices count only where values do.
# PostgreSQL takes the columns that a line shares with its sale for independent, and expects one row: it would scan all
# sales, and compare each line with every variant. So variants are joined first (`OFFSET 0`), and the range is repeated.
LINES: Final = Statement(
    _blob("""
SELECT coalesce(string_agg(
    int4send(ecp) || timestamptz_send(sold_at) || int8send(sale) || int4send(revision)
        || timestamptz_send(recorded_at) || int4send(position) || int4send(variant) || int4send(quantity)
        || int8send(price) || int2send(coupon), ''::bytea), ''::bytea) AS lines
FROM (SELECT * FROM (
    SELECT line.ecp, line.sold_at, named.source, named.external_id, line.sale, line.revision, made.recorded_at,
        line.position::int AS position, (line.ordinal - 1)::int AS variant, line.quantity,
        CASE WHEN :counts_value AND line.currency = :currency THEN trunc(line.unit_price * 10000)::bigint ELSE 0 END
            AS price,
        0::smallint AS coupon
    FROM (
        SELECT sold.*, chosen.ordinal FROM sale_line AS sold
        JOIN unnest(:variants) WITH ORDINALITY AS chosen (variant_id, ordinal) ON chosen.variant_id = sold.variant_id
        WHERE :sales AND sold.ecp BETWEEN :first AND :last AND sold.sold_at >= :since AND sold.sold_at < :until
        OFFSET 0
    ) AS line
    JOIN sale AS made ON made.ecp = line.ecp AND made.sold_at = line.sold_at AND made.sale = line.sale
        AND made.revision = line.revision AND made.recorded_at <= :known_at
    JOIN sale_key AS named ON named.number = line.sale
    WHERE made.ecp BETWEEN :first AND :last AND made.sold_at >= :since AND made.sold_at < :until
    UNION ALL
    SELECT redeemed.ecp, redeemed.redeemed_at, '', redeemed.run_id || ':' || lpad(redeemed.serial::text, 10, '0'),
        redeemed.sale, 0, redeemed.recorded_at, 1, (chosen.ordinal - 1)::int, 1, 0, 1::smallint
    FROM redemption AS redeemed
    JOIN unnest(:variants) WITH ORDINALITY AS chosen (variant_id, ordinal) ON chosen.variant_id = redeemed.variant_id
    WHERE :coupons AND redeemed.ecp BETWEEN :first AND :last AND redeemed.redeemed_at >= :since
        AND redeemed.redeemed_at < :until AND redeemed.recorded_at <= :known_at
        AND (:scheme = 0 OR redeemed.scheme = :scheme)
) AS unordered ORDER BY ecp, sold_at, source COLLATE "C", external_id COLLATE "C", sale, revision, position) AS line
""")
    .bindparams(
        uuids("variants"),
        string("currency"),
        number("scheme"),
        *(bindparam(name, type_=Boolean(), required=True) for name in ("counts_value", "sales", "coupons")),
    )
    .columns(column("lines")),
    scalar(bytes),
)
RETURNS: Final = Statement(
    _blob("""
SELECT coalesce(string_agg(
    int4send(back.ecp) || timestamptz_send(back.sold_at) || int8send(back.sale) || int8send(back.returning_sale)
        || int4send(back.returning_revision) || int4send((chosen.ordinal - 1)::int) || int4send(back.quantity)
        || timestamptz_send(back.recorded_at), ''::bytea), ''::bytea) AS returns
FROM sale_return AS back
JOIN unnest(:variants) WITH ORDINALITY AS chosen (variant_id, ordinal) ON chosen.variant_id = back.variant_id
WHERE back.ecp BETWEEN :first AND :last AND back.sold_at >= :since AND back.sold_at < :until
    AND back.recorded_at <= :known_at
""")
    .bindparams(uuids("variants"))
    .columns(column("returns")),
    scalar(bytes),
)
# The newest valuation of each line in the ledger of a scheme.
LIVE: Final = Statement(
    _blob("""
SELECT coalesce(string_agg(
    int4send(ecp) || timestamptz_send(sold_at) || int8send(sale) || int2send(position) || int2send(revision)
        || int8send(base) || int8send(bonus) || int4send(length(facts)) || facts, ''::bytea), ''::bytea) AS live
FROM (
    SELECT DISTINCT ON (ecp, sold_at, sale, position) ecp, sold_at, sale, position, revision, base, bonus, facts
    FROM valuation
    WHERE scheme = :scheme AND ecp BETWEEN :first AND :last AND sold_at >= :since AND sold_at < :until
        AND recorded_at <= :known_at
    ORDER BY ecp, sold_at, sale, position, version DESC
) AS found
""")
    .bindparams(number("scheme"))
    .columns(column("live")),
    scalar(bytes),
)
ECPS_OF_PIECE: Final = Statement(
    text("""
SELECT known.id, known.number FROM ecp AS known
WHERE known.number BETWEEN :first AND :last AND (
    EXISTS (SELECT FROM sale_line WHERE ecp = known.number AND sold_at >= :since AND sold_at < :until)
    OR EXISTS (SELECT FROM redemption WHERE ecp = known.number AND redeemed_at >= :since AND redeemed_at < :until)
)
ORDER BY known.number
""")
    .bindparams(*_SPAN)
    .columns(*named_columns(EcpOfPieceRow)),
    EcpOfPieceRow,
)
# When something about ECPs changed within the period, apart from the tree of geographies.
BOUNDARIES: Final = Statement(
    text("""
SELECT ecp.number AS ecp, moved.at FROM (
    SELECT ecp_id, valid_from AS at FROM ecp_version WHERE ecp_id = ANY(:ids)
    UNION SELECT ecp_id, enrolled_at FROM enrollment WHERE scheme_id = :scheme_id AND ecp_id = ANY(:ids)
    UNION SELECT ecp_id, withdrawn_at FROM enrollment WHERE scheme_id = :scheme_id AND ecp_id = ANY(:ids)
    UNION SELECT enrollment.ecp_id, unnest(ARRAY[past.enrolled_at, past.withdrawn_at])
    FROM enrollment JOIN past_enrollment AS past ON past.enrollment_id = enrollment.id
    WHERE enrollment.scheme_id = :scheme_id AND enrollment.ecp_id = ANY(:ids)
) AS moved JOIN ecp ON ecp.id = moved.ecp_id
WHERE moved.at > :since AND moved.at < :until
ORDER BY ecp.number, moved.at
""")
    .bindparams(uuids("ids"), uuid("scheme_id"), moment("since"), moment("until"))
    .columns(*named_columns(BoundaryRow)),
    BoundaryRow,
)
# When the tree of geographies changed within the period.
GEOGRAPHY_MOVES: Final = Statement(
    text(
        "SELECT DISTINCT valid_from FROM geography_version WHERE valid_from > :since AND valid_from < :until ORDER BY 1"
    )
    .bindparams(moment("since"), moment("until"))
    .columns(column("valid_from")),
    scalar(datetime),
)
# The lines of sales, given by number and position at the same place, in their newest revision that has them; a coupon
# has one line, whatever its position.
EXAMPLE_SOURCES: Final = Statement(
    text("""
SELECT asked.sale, asked.position, variant.sku, variant.product_id, variant.id AS variant_id, line.quantity,
    line.is_coupon
FROM unnest(:sales, :positions, :ecps, :moments) AS asked (sale, position, ecp, sold_at)
JOIN LATERAL (
    (
        SELECT variant_id, quantity, false AS is_coupon FROM sale_line
        WHERE sale_line.ecp = asked.ecp AND sale_line.sold_at = asked.sold_at AND sale_line.sale = asked.sale
            AND sale_line.position = asked.position
        ORDER BY revision DESC LIMIT 1
    )
    UNION ALL SELECT variant_id, 1, true FROM redemption WHERE redemption.sale = asked.sale
) AS line ON true
JOIN variant ON variant.id = line.variant_id
""")
    .bindparams(numbers("sales"), numbers("positions"), numbers("ecps"), moments("moments"))
    .columns(*named_columns(ExampleSourceRow)),
    ExampleSourceRow,
)
