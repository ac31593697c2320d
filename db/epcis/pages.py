"""Statements that list events as they were recorded: those of movements and redemptions, and captured ones."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import aliased

from db.catalog.tables import VendorTable
from db.columns import columns
from db.consignments.custody_tables import MovementPartTable, MovementTable
from db.consignments.movement_reads import movement_visible
from db.consignments.pack_tables import PackTable
from db.consignments.tables import AllotmentTable, BatchTable, ConsignmentLineTable, ConsignmentTable
from db.coupons.tables import CouponReferenceTable, CouponRunTable
from db.epcis.redemption_pages import REDEEMED, redemption_events
from db.epcis.rows import MovementEventRow, PositionRow
from db.epcis.tables import CapturedMovementTable, EpcisEventTable
from db.keyset import Sort
from db.redemptions.tables import RedemptionTable
from db.statement import Query, Statement, moment, numbers, texts, uuid
from domain.viewers import ConsignmentScope

# Captured events are in the same order, by the same names.
OLDEST_EVENT: Final = Sort(MovementTable.recorded_at)

_SENDER, _RECEIVER = aliased(VendorTable), aliased(VendorTable)
_NO_SALE: Final = cast(null(), BigInteger).label("sale")
_SCHEME_ID: Final = func.coalesce(ConsignmentTable.scheme_id, CouponRunTable.scheme_id)
_VARIANT_ID: Final = func.coalesce(ConsignmentLineTable.variant_id, RedemptionTable.variant_id)
_LIMIT: Final = bindparam("limit", type_=BigInteger(), required=True)
_SKIPPED: Final = bindparam("skipped", type_=BigInteger(), required=True)


class EventFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters."""

    kinds: bool = False
    consignments: bool = False
    batches: bool = False
    serials: bool = False
    recorded_from: bool = False
    recorded_before: bool = False
    occurred_from: bool = False
    occurred_before: bool = False


@cache
def event_page(
    scope: ConsignmentScope, filters: EventFilters, *, resumed: bool, ends: bool
) -> Statement[MovementEventRow]:
    """A page of events, oldest first. With `ends` it stops at the parameters `end_value` and `end_id`, included."""
    page = _select_page(scope, filters, resumed=resumed, ends=ends).limit(_LIMIT).subquery("page")
    spans = (
        select(cast(func.range_agg(MovementPartTable.spans, type_=INT8MULTIRANGE), Text))
        .where(MovementPartTable.movement_id == page.c.movement_id)
        .scalar_subquery()
    )
    redeemed = func.format("{[%s,%s)}", RedemptionTable.serial, RedemptionTable.serial + 1, type_=Text())
    selected = columns(
        MovementTable,
        MovementEventRow,
        id=page.c.id,
        recorded_at=page.c.recorded_at,
        kind=func.coalesce(MovementTable.kind, REDEEMED),
        to_condition=func.coalesce(MovementTable.to_condition, REDEEMED),
        occurred_at=func.coalesce(MovementTable.occurred_at, RedemptionTable.redeemed_at),
        # Captured events have their EPCs in their content.
        spans=case((page.c.sale.is_not(None), redeemed), (page.c.captured_id.is_(None), spans), else_=None),
        scheme_id=_SCHEME_ID,
        variant_id=_VARIANT_ID,
        reference=CouponReferenceTable.number,
        vendor=VendorTable.code,
        consignment=ConsignmentTable.code,
        batch=BatchTable.code,
        sender=_SENDER.code,
        receiver=_RECEIVER.code,
        sscc=PackTable.sscc,
        event_id=EpcisEventTable.event_id,
        content=EpcisEventTable.content,
    )
    query = (
        _join_subject(select(*selected).select_from(page), page)
        .outerjoin(EpcisEventTable, EpcisEventTable.id == page.c.captured_id)
        .order_by(page.c.recorded_at, page.c.id)
    )
    return Statement(query, MovementEventRow)


@cache
def page_end(scope: ConsignmentScope, filters: EventFilters, *, resumed: bool) -> Statement[PositionRow]:
    """The positions of the last event of a page and of the one behind it, after the parameter `skipped` events."""
    page = _select_page(scope, filters, resumed=resumed, ends=False, skips=True).subquery("page")
    query = select(page.c.recorded_at, page.c.id).order_by(page.c.recorded_at, page.c.id)
    return Statement(query.limit(_LIMIT).offset(_SKIPPED), PositionRow)


def _join_subject(query: Query, page: Any) -> Query:
    """Join the movement of an event, or its redemption, which names neither a consignment nor a vendor."""
    return (
        query.outerjoin(MovementTable, MovementTable.id == page.c.movement_id)
        .outerjoin(ConsignmentLineTable, ConsignmentLineTable.id == MovementTable.line_id)
        .outerjoin(ConsignmentTable, ConsignmentTable.id == MovementTable.consignment_id)
        .outerjoin(VendorTable, VendorTable.id == MovementTable.vendor_id)
        .outerjoin(RedemptionTable, RedemptionTable.sale == page.c.sale)
        .outerjoin(CouponRunTable, CouponRunTable.id == RedemptionTable.run_id)
        .outerjoin(BatchTable, BatchTable.id == MovementTable.batch_id)
        .outerjoin(_SENDER, _SENDER.id == BatchTable.from_vendor_id)
        .outerjoin(_RECEIVER, _RECEIVER.id == BatchTable.to_vendor_id)
        .outerjoin(PackTable, PackTable.id == MovementTable.pack_id)
        .outerjoin(
            CouponReferenceTable,
            (CouponReferenceTable.scheme_id == _SCHEME_ID) & (CouponReferenceTable.variant_id == _VARIANT_ID),
        )
    )


def _select_page(
    scope: ConsignmentScope, filters: EventFilters, *, resumed: bool, ends: bool, skips: bool = False
) -> Any:
    """The positions of events. Each of the lists is limited by itself, so that an index serves it.

    Vendors see no redemptions: whether a coupon of theirs was redeemed is the program's business.
    """
    captured = exists().where(CapturedMovementTable.movement_id == MovementTable.id).correlate(MovementTable)
    of_movements = select(
        MovementTable.recorded_at,
        MovementTable.id,
        MovementTable.id.label("movement_id"),
        cast(null(), Uuid).label("captured_id"),
        _NO_SALE,
    ).where(movement_visible(scope), ~captured, *_predicates(_OF_MOVEMENTS, filters))
    of_events = (
        select(
            EpcisEventTable.recorded_at,
            EpcisEventTable.id,
            EpcisEventTable.movement_id,
            EpcisEventTable.id.label("captured_id"),
            _NO_SALE,
        )
        .join(MovementTable, MovementTable.id == EpcisEventTable.movement_id)
        .where(movement_visible(scope), *_predicates(_OF_EVENTS, filters))
    )
    limit = _LIMIT + _SKIPPED if skips else _LIMIT
    lists = []
    for query, table in ((of_movements, MovementTable), (of_events, EpcisEventTable)):
        key = tuple_(table.recorded_at, table.id)
        bounds = _bounds(key, resumed=resumed, ends=ends)
        limited = query.where(*bounds).order_by(table.recorded_at, table.id).limit(limit).subquery()
        lists.append(select(*limited.c))
    if scope is ConsignmentScope.ALL:
        limited = redemption_events(filters, resumed=resumed, ends=ends).limit(limit).subquery()
        lists.append(select(*limited.c))
    found = union_all(*lists).subquery("found")
    return select(*found.c).order_by(found.c.recorded_at, found.c.id)


def _bounds(key: Any, *, resumed: bool, ends: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if resumed:
        found.append(key > tuple_(moment("cursor_value"), uuid("cursor_id")))
    if ends:
        found.append(key <= tuple_(moment("end_value"), uuid("end_id")))
    return found


_Predicates = Mapping[str, Callable[[], ColumnElement[bool]]]


def _predicates(table: _Predicates, filters: EventFilters) -> list[ColumnElement[bool]]:
    return [predicate() for name, predicate in table.items() if getattr(filters, name)]


def _of_kinds() -> ColumnElement[bool]:
    refined = MovementTable.kind + " " + MovementTable.to_condition
    return or_(MovementTable.kind == any_(texts("kinds")), refined == any_(texts("refined_kinds")))


def _of_consignments() -> ColumnElement[bool]:
    found = select(ConsignmentTable.id).where(ConsignmentTable.code == any_(texts("consignments")))
    return MovementTable.consignment_id.in_(found)


def _of_batches() -> ColumnElement[bool]:
    """The batches with these codes, or that were sent under these references."""
    sent = select(BatchTable.id).where(
        or_(BatchTable.code == any_(texts("batches")), BatchTable.shipment_reference == any_(texts("batches")))
    )
    return MovementTable.batch_id.in_(sent)


def _moved_serials() -> Query:
    """The movements that took one of the serials; parts are found by line and segment."""
    wanted = func.unnest(numbers("serials")).table_valued("serial", name="wanted").render_derived()
    line, part = aliased(ConsignmentLineTable), aliased(MovementPartTable)
    serial = cast(wanted.c.serial, BigInteger)
    return (
        select(part.movement_id)
        .select_from(wanted)
        .join(AllotmentTable, AllotmentTable.span.op("@>")(serial))
        .join(line, line.id == AllotmentTable.line_id)
        .join(
            part,
            (part.line_id == line.id)
            & (part.segment == serial.op(">>")(line.segment_bits))
            & part.spans.op("@>")(serial),
        )
    )


def _names_serial() -> ColumnElement[bool]:
    """Events that share a movement name different serials. Events that name none match by their movement."""
    wanted = func.unnest(numbers("serials")).table_valued("serial", name="named").render_derived()
    serial = cast(wanted.c.serial, BigInteger)
    named = select(wanted.c.serial).where(EpcisEventTable.spans.op("@>")(serial)).correlate(EpcisEventTable).exists()
    return MovementTable.id.in_(_moved_serials()) & (func.isempty(EpcisEventTable.spans) | named)


def _times(
    recorded_at: SQLColumnExpression[Any], occurred_at: SQLColumnExpression[Any]
) -> dict[str, Callable[[], ColumnElement[bool]]]:
    return {
        "recorded_from": lambda: recorded_at >= moment("recorded_from"),
        "recorded_before": lambda: recorded_at < moment("recorded_before"),
        "occurred_from": lambda: occurred_at >= moment("occurred_from"),
        "occurred_before": lambda: occurred_at < moment("occurred_before"),
    }


_COMMON: Final[dict[str, Callable[[], ColumnElement[bool]]]] = {
    "kinds": _of_kinds,
    "consignments": _of_consignments,
    "batches": _of_batches,
}
_OF_MOVEMENTS: Final[_Predicates] = MappingProxyType(
    {
        **_COMMON,
        "serials": lambda: MovementTable.id.in_(_moved_serials()),
        **_times(MovementTable.recorded_at, MovementTable.occurred_at),
    }
)
_OF_EVENTS: Final[_Predicates] = MappingProxyType(
    {**_COMMON, "serials": _names_serial, **_times(EpcisEventTable.recorded_at, EpcisEventTable.event_time)}
)
