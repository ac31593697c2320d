"""Statements that read runs of coupons."""

from typing import Final

from sqlalchemy import BigInteger, Text, any_, cast, func, select, text

from db.columns import columns, scalar
from db.coupons.rows import RunRow
from db.coupons.tables import CouponRunTable
from db.statement import Statement, uuids

RUN_COLUMNS: Final = columns(CouponRunTable, RunRow, text=cast(CouponRunTable.span, Text))
RUNS_BY_SCHEME = Statement(
    select(*RUN_COLUMNS)
    .where(CouponRunTable.scheme_id == any_(uuids("ids")))
    .order_by(CouponRunTable.scheme_id, CouponRunTable.span),
    RunRow,
)
# The first serial that no run has.
NEXT_SERIAL = Statement(
    select(func.coalesce(func.max(text("upper(span)")), 0).cast(BigInteger).label("next")).select_from(CouponRunTable),
    scalar(int),
)
