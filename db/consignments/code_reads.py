"""Statements that read which codes a consignment has: the serials that are not void, with their keys."""

from typing import Any, Final

from sqlalchemy import and_, any_, column, func, select, true
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, INT8RANGE

from db.catalog.tables import VariantTable
from db.columns import columns, scalar
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable
from db.coupons.rows import CodeSpanRow
from db.coupons.tables import CouponRunTable
from db.statement import Statement, uuid, uuids
from domain.consignments.facts import Condition

_CHOSEN: Final = and_(
    ConsignmentLineTable.consignment_id == uuid("consignment_id"),
    ConsignmentLineTable.variant_id == any_(uuids("variant_ids")),
)
_LIVE: Final = (
    select(CustodyTable.line_id, func.range_agg(CustodyTable.spans, type_=INT8MULTIRANGE()).label("spans"))
    .join(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == CustodyTable.line_id)
    .where(_CHOSEN, CustodyPlaceTable.condition != Condition.VOID.value)
    .group_by(CustodyTable.line_id)
    .subquery("live")
)


def _allotted(*columns_: Any) -> Any:
    """A SELECT over the serials that the chosen variants of a consignment took, with their runs."""
    return (
        select(*columns_)
        .select_from(ConsignmentLineTable)
        .join(AllotmentTable, AllotmentTable.line_id == ConsignmentLineTable.id)
        .join(CouponRunTable, CouponRunTable.id == AllotmentTable.run_id)
        .where(_CHOSEN, AllotmentTable.released_at.is_(None))
    )


_PIECES: Final = (
    func.unnest(_LIVE.c.spans.op("*")(func.int8multirange(AllotmentTable.span)))
    .table_valued(column("serials", INT8RANGE), name="piece")
    .render_derived()
)
# In the order of serials. `end` is the serial behind the last one.
LIVE_CODES = Statement(
    _allotted(
        *columns(
            CouponRunTable,
            CodeSpanRow,
            sku=VariantTable.sku,
            first=func.lower(_PIECES.c.serials),
            end=func.upper(_PIECES.c.serials),
        )
    )
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .join(_LIVE, _LIVE.c.line_id == ConsignmentLineTable.id)
    .join(_PIECES, true())
    .order_by(func.lower(_PIECES.c.serials)),
    CodeSpanRow,
)
# The ids of the keys from which the codes are derived.
KEYS_OF_CODES = Statement(_allotted(CouponRunTable.key_id).distinct(), scalar(int))
