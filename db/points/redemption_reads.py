"""Statements that read the points of one redemption, and why they are none."""

from sqlalchemy import Boolean, Integer, bindparam, column, select, text

from db.columns import scalar
from db.points.tables import ValuationTable
from db.statement import Statement, moment, number, uuid


def _points_of_redemption(*, first: bool) -> Statement[int]:
    """The points of a redemption: those it was valued with at first, or those it is worth now."""
    version = ValuationTable.version
    return Statement(
        select((ValuationTable.base + ValuationTable.bonus).label("points"))
        .where(
            ValuationTable.ecp == number("ecp"),
            ValuationTable.scheme == number("scheme"),
            ValuationTable.sold_at == moment("redeemed_at"),
            ValuationTable.sale == number("sale"),
        )
        .order_by(version if first else version.desc())
        .limit(1),
        scalar(int),
    )


FIRST_POINTS = _points_of_redemption(first=True)
PRESENT_POINTS = _points_of_redemption(first=False)
# Whether the variant of a redemption has base points in the revision that it was valued with at first.
HAS_BASE_POINTS = Statement(
    text("""
SELECT (coupon_value ->> 'base_points')::int > 0 AS has_points
FROM valuation
JOIN scheme ON scheme.number = valuation.scheme
JOIN scheme_revision AS revision ON revision.scheme_id = scheme.id AND revision.number = valuation.revision
CROSS JOIN jsonb_array_elements(revision.content -> 'coupon_values') AS coupon_value
WHERE valuation.ecp = :ecp AND valuation.scheme = :scheme AND valuation.sold_at = :redeemed_at
    AND valuation.sale = :sale AND (coupon_value ->> 'variant_id')::uuid = :variant_id
ORDER BY valuation.version
LIMIT 1
""")
    .bindparams(
        bindparam("ecp", type_=Integer()),
        bindparam("scheme", type_=Integer()),
        moment("redeemed_at"),
        number("sale"),
        uuid("variant_id"),
    )
    .columns(column("has_points", Boolean)),
    scalar(bool),
)
