"""The list of the events of redemptions, which pages of events take in beside those of movements."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, Uuid, any_, cast, exists, func, literal_column, null, select

from db.consignments.tables import AllotmentTable, ConsignmentLineTable, ConsignmentTable
from db.redemptions.tables import RedemptionTable
from db.statement import Query, moment, numbers, texts, uuid

REDEEMED: Final = literal_column("'REDEEMED'", Text)
# The number of the sale as a UUID, which sorts as the number does.
EVENT_ID: Final = cast(func.lpad(func.to_hex(RedemptionTable.sale), 32, "0"), Uuid)


def redemption_events(filters: Any, *, resumed: bool, ends: bool) -> Query:
    """The positions of the events of redemptions, in their order; `filters` are those of the page."""
    bounds = [predicate() for name, predicate in _PREDICATES.items() if getattr(filters, name)]
    key = func.row(RedemptionTable.recorded_at, EVENT_ID)
    # The time alone as well, so that the index of the order serves it.
    if resumed:
        bounds += [RedemptionTable.recorded_at >= moment("cursor_value")]
        bounds += [key > func.row(moment("cursor_value"), uuid("cursor_id"))]
    if ends:
        bounds += [RedemptionTable.recorded_at <= moment("end_value")]
        bounds += [key <= func.row(moment("end_value"), uuid("end_id"))]
    return (
        select(
            RedemptionTable.recorded_at,
            EVENT_ID.label("id"),
            cast(null(), Uuid).label("movement_id"),
            cast(null(), Uuid).label("captured_id"),
            RedemptionTable.sale,
        )
        .where(*bounds)
        .order_by(RedemptionTable.recorded_at, RedemptionTable.sale)
    )


def _of_consignments() -> ColumnElement[bool]:
    return exists().where(
        AllotmentTable.run_id == RedemptionTable.run_id,
        AllotmentTable.span.op("@>")(RedemptionTable.serial),
        ConsignmentLineTable.id == AllotmentTable.line_id,
        ConsignmentTable.id == ConsignmentLineTable.consignment_id,
        ConsignmentTable.code == any_(texts("consignments")),
    )


_PREDICATES: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "kinds": lambda: any_(texts("kinds")) == REDEEMED,
        "consignments": _of_consignments,
        # An ECP redeems a coupon outside of any batch.
        "batches": lambda: literal_column("''", Text) == any_(texts("batches")),
        "serials": lambda: RedemptionTable.serial == any_(numbers("serials")),
        "recorded_from": lambda: RedemptionTable.recorded_at >= moment("recorded_from"),
        "recorded_before": lambda: RedemptionTable.recorded_at < moment("recorded_before"),
        "occurred_from": lambda: RedemptionTable.redeemed_at >= moment("occurred_from"),
        "occurred_before": lambda: RedemptionTable.redeemed_at < moment("occurred_before"),
    }
)
