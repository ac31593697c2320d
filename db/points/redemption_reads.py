"""Statements that read the points of one redemption."""

from sqlalchemy import select

from db.columns import scalar
from db.points.tables import ValuationTable
from db.statement import Statement, moment, number


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
