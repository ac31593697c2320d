"""Statements that list the events of movements, in the order in which they were recorded."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, Text, any_, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import aliased

from db.catalog.tables import VendorTable
from db.columns import columns
from db.consignments.custody_tables import MovementPartTable, MovementTable
from db.consignments.movement_reads import movement_visible
from db.consignments.pack_tables import PackTable
from db.consignments.tables import AllotmentTable, BatchTable, ConsignmentLineTable, ConsignmentTable
from db.coupons.tables import CouponReferenceTable
from db.epcis.rows import MovementEventRow, PositionRow
from db.epcis.tables import EpcisEventMovementTable, EpcisEventTable
from db.keyset import Sort, keyset
from db.statement import Query, Statement, moment, numbers, texts
from domain.permissions import ConsignmentScope

OLDEST_EVENT: Final = Sort(MovementTable.recorded_at)

_SENDER, _RECEIVER = aliased(VendorTable), aliased(VendorTable)
_SPANS: Final = (
    select(cast(func.range_agg(MovementPartTable.spans, type_=INT8MULTIRANGE), Text))
    .where(MovementPartTable.movement_id == MovementTable.id)
    .scalar_subquery()
)
_COLUMNS: Final = columns(
    MovementTable,
    MovementEventRow,
    # Captured events have their EPCs in their content.
    spans=case((EpcisEventTable.id.is_(None), _SPANS), else_=None),
    scheme_id=ConsignmentTable.scheme_id,
    variant_id=ConsignmentLineTable.variant_id,
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
    scope: ConsignmentScope, filters: EventFilters, *, resumed: bool, ends: bool = False
) -> Statement[MovementEventRow]:
    """A page of events, oldest first. With `ends` it stops at the parameters `end_value` and `end_id`, included."""
    query = _restrict(_select_events(), scope, filters)
    if ends:
        query = query.where(
            or_(
                MovementTable.recorded_at < moment("end_value"),
                (MovementTable.recorded_at == moment("end_value")) & (MovementTable.id <= _uuid("end_id")),
            )
        )
    return Statement(keyset(query, OLDEST_EVENT, backward=False, resumed=resumed), MovementEventRow)


@cache
def page_end(scope: ConsignmentScope, filters: EventFilters, *, resumed: bool) -> Statement[PositionRow]:
    """The positions of the last event of a page and of the one behind it, after the parameter `skipped` events."""
    positions = select(*columns(MovementTable, PositionRow)).select_from(MovementTable)
    query = _restrict(positions, scope, filters)
    page = keyset(query, OLDEST_EVENT, backward=False, resumed=resumed)
    return Statement(page.offset(bindparam("skipped", type_=BigInteger(), required=True)), PositionRow)


def _select_events() -> Query:
    return (
        select(*_COLUMNS)
        .select_from(MovementTable)
        .join(ConsignmentLineTable, ConsignmentLineTable.id == MovementTable.line_id)
        .join(ConsignmentTable, ConsignmentTable.id == MovementTable.consignment_id)
        .join(VendorTable, VendorTable.id == MovementTable.vendor_id)
        .outerjoin(BatchTable, BatchTable.id == MovementTable.batch_id)
        .outerjoin(_SENDER, _SENDER.id == BatchTable.from_vendor_id)
        .outerjoin(_RECEIVER, _RECEIVER.id == BatchTable.to_vendor_id)
        .outerjoin(PackTable, PackTable.id == MovementTable.pack_id)
        .outerjoin(
            CouponReferenceTable,
            (CouponReferenceTable.scheme_id == ConsignmentTable.scheme_id)
            & (CouponReferenceTable.variant_id == ConsignmentLineTable.variant_id),
        )
        .outerjoin(EpcisEventMovementTable, EpcisEventMovementTable.movement_id == MovementTable.id)
        .outerjoin(EpcisEventTable, EpcisEventTable.id == EpcisEventMovementTable.event_id)
    )


def _restrict(query: Query, scope: ConsignmentScope, filters: EventFilters) -> Query:
    """The movements that the scope shows and the filters select; of a captured event only the one that leads."""
    follower = aliased(EpcisEventMovementTable)
    follows = exists().where(follower.movement_id == MovementTable.id, follower.leads.is_(False))
    chosen = [predicate() for name, predicate in _FILTERS.items() if getattr(filters, name)]
    return query.where(movement_visible(scope), ~follows.correlate(MovementTable), *chosen)


def _uuid(name: str) -> Any:
    return bindparam(name, type_=MovementTable.id.type, required=True)


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


def _of_serials() -> ColumnElement[bool]:
    """The movements that took one of these serials; parts are found by line and segment."""
    wanted = func.unnest(numbers("serials")).table_valued("serial", name="wanted").render_derived()
    line, part = aliased(ConsignmentLineTable), aliased(MovementPartTable)
    serial = cast(wanted.c.serial, BigInteger)
    moved = (
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
    return MovementTable.id.in_(moved)


_FILTERS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "kinds": _of_kinds,
        "consignments": _of_consignments,
        "batches": _of_batches,
        "serials": _of_serials,
        "recorded_from": lambda: MovementTable.recorded_at >= moment("recorded_from"),
        "recorded_before": lambda: MovementTable.recorded_at < moment("recorded_before"),
        "occurred_from": lambda: MovementTable.occurred_at >= moment("occurred_from"),
        "occurred_before": lambda: MovementTable.occurred_at < moment("occurred_before"),
    }
)
