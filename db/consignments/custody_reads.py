"""Statements that read custody: quantities by place, serials at places, allotments, and what moved last."""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Integer, Text, all_, and_, any_, cast, column, func, or_, select
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB
from sqlalchemy.orm import aliased

from db.advisory_locks import AdvisoryLock, taking
from db.columns import columns, scalar
from db.consignments.custody_tables import (
    CustodyPlaceTable,
    CustodySegmentTable,
    CustodyTable,
    MovementPartTable,
    MovementTable,
)
from db.consignments.rows import AllotmentRow, HoldingRow, MoveResultRow, OccurrenceRow, PlaceRow, PlaceSpansRow
from db.consignments.tables import AllotmentTable, ConsignmentLineTable
from db.coupons.tables import CouponRunTable
from db.statement import Statement, number, numbers, string, uuid, uuids
from domain.consignments.facts import Condition, MovementKind

_HOLDING: Final = (
    ConsignmentLineTable.consignment_id,
    CustodyPlaceTable.line_id,
    ConsignmentLineTable.variant_id,
    CustodyPlaceTable.leg,
    CustodyPlaceTable.batch_id.is_not(None).label("in_batch"),
    CustodyPlaceTable.condition,
)


def spans(name: str) -> Any:
    """A parameter that takes the text of a multirange."""
    return cast(string(name), INT8MULTIRANGE)


HOLDINGS_BY_CONSIGNMENT = Statement(
    select(*_HOLDING, func.sum(CustodyPlaceTable.quantity).cast(BigInteger).label("quantity"))
    .select_from(CustodyPlaceTable)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == CustodyPlaceTable.line_id)
    .where(ConsignmentLineTable.consignment_id == any_(uuids("ids")), CustodyPlaceTable.quantity > 0)
    .group_by(*_HOLDING),
    HoldingRow,
)
PLACES_OF_BATCH = Statement(
    select(*columns(CustodyPlaceTable, PlaceRow)).where(CustodyPlaceTable.batch_id == uuid("batch_id")), PlaceRow
)
_PLACE_OF_CUSTODY: Final = {
    name: getattr(CustodyPlaceTable, name) for name in ("line_id", "leg", "batch_id", "condition")
}
# All serials at places, by segment.
SPANS_AT_PLACES = Statement(
    select(*columns(CustodyTable, PlaceSpansRow, text=cast(CustodyTable.spans, Text), **_PLACE_OF_CUSTODY))
    .select_from(CustodyTable)
    .join(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .where(CustodyTable.place_id == any_(numbers("place_ids")))
    .order_by(CustodyTable.place_id, CustodyTable.segment),
    PlaceSpansRow,
)
# Who holds these serials of these lines: the part of them at each place, by segment. The serials are cut by segment
# first, so that a long list of ranges is not compared with each of many places.
_ASKED: Final = select(spans("spans").label("spans")).cte("asked").prefix_with("MATERIALIZED")
_PIECES: Final = (
    select(
        CustodySegmentTable.line_id,
        CustodySegmentTable.segment,
        CustodySegmentTable.spans.op("*")(_ASKED.c.spans).label("spans"),
    )
    .select_from(CustodySegmentTable)
    .join(_ASKED, CustodySegmentTable.spans.op("&&")(_ASKED.c.spans))
    .where(CustodySegmentTable.line_id == any_(uuids("line_ids")))
    .cte("pieces")
    .prefix_with("MATERIALIZED")
)
HOLDERS_OF_SERIALS = Statement(
    select(
        *columns(
            CustodyTable,
            PlaceSpansRow,
            text=cast(CustodyTable.spans.op("*")(_PIECES.c.spans), Text),
            **_PLACE_OF_CUSTODY,
        )
    )
    .select_from(_PIECES)
    .join(
        CustodyTable,
        and_(
            CustodyTable.line_id == _PIECES.c.line_id,
            CustodyTable.segment == _PIECES.c.segment,
            CustodyTable.spans.op("&&")(_PIECES.c.spans),
        ),
    )
    .join(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .order_by(CustodyTable.line_id, CustodyTable.segment, CustodyTable.place_id),
    PlaceSpansRow,
)
_TAKEN, _EARLIER = aliased(MovementPartTable), aliased(MovementPartTable)
# When any of the serials of these movements moved last before them.
OCCURRENCE_BEFORE = Statement(
    select(func.max(MovementTable.occurred_at).label("at"))
    .select_from(_TAKEN)
    .join(_EARLIER, and_(_EARLIER.line_id == _TAKEN.line_id, _EARLIER.segment == _TAKEN.segment))
    .join(MovementTable, MovementTable.id == _EARLIER.movement_id)
    .where(
        _TAKEN.movement_id == any_(uuids("movement_ids")),
        _EARLIER.movement_id != all_(uuids("movement_ids")),
        _EARLIER.id < _TAKEN.id,
        _EARLIER.spans.op("&&")(_TAKEN.spans),
    ),
    OccurrenceRow,
)
# The serials that the movements of one request took.
PARTS_OF_MOVEMENTS = Statement(
    select(cast(MovementPartTable.spans, Text).label("text")).where(
        MovementPartTable.movement_id == any_(uuids("movement_ids"))
    ),
    scalar(str),
)
# The serials that a batch brought to a leg and that are still on hand there, by segment; not what it brought before its
# receipt was voided, because another batch may have brought that since.
_ARRIVED: Final = or_(
    MovementTable.kind == MovementKind.RECEIVED.value, MovementTable.kind == MovementKind.DISCREPANCY_RESOLVED.value
)
_VOIDING, _VOIDED = aliased(MovementTable), aliased(MovementPartTable)
_LAST_VOIDED: Final = (
    select(func.coalesce(func.max(_VOIDED.id), 0))
    .select_from(_VOIDING)
    .join(_VOIDED, _VOIDED.movement_id == _VOIDING.id)
    .where(_VOIDING.batch_id == uuid("batch_id"), _VOIDING.kind == MovementKind.RECEIPT_VOIDED.value)
    .scalar_subquery()
)
SERIALS_OF_BATCH_ON_HAND = Statement(
    select(
        *columns(
            CustodyTable,
            PlaceSpansRow,
            text=cast(CustodyTable.spans.op("*")(MovementPartTable.spans), Text),
            **_PLACE_OF_CUSTODY,
        )
    )
    .select_from(MovementTable)
    .join(MovementPartTable, MovementPartTable.movement_id == MovementTable.id)
    .join(
        CustodyPlaceTable,
        and_(
            CustodyPlaceTable.line_id == MovementTable.line_id,
            CustodyPlaceTable.leg == number("leg"),
            CustodyPlaceTable.batch_id.is_(None),
            CustodyPlaceTable.condition == Condition.GOOD.value,
        ),
    )
    .join(
        CustodyTable,
        and_(CustodyTable.place_id == CustodyPlaceTable.id, CustodyTable.segment == MovementPartTable.segment),
    )
    .where(
        MovementTable.batch_id == uuid("batch_id"),
        _ARRIVED,
        MovementTable.to_condition == Condition.GOOD.value,
        CustodyTable.spans.op("&&")(MovementPartTable.spans),
        MovementPartTable.id > _LAST_VOIDED,
    ),
    PlaceSpansRow,
)
MOVE = Statement(
    select(column("step"), column("moved"), column("crossed")).select_from(
        func.move_coupons(cast(string("steps"), JSONB))
        .table_valued(column("step", Integer), column("moved", BigInteger), column("crossed", Boolean))
        .alias("result")
    ),
    MoveResultRow,
)
RECALL = Statement(select(cast(func.recall_coupons(cast(string("steps"), JSONB)), Text).label("recalled")), scalar(str))
ALLOTMENTS_OF_SCHEME = Statement(
    select(
        *columns(
            AllotmentTable, AllotmentRow, variant_id=CouponRunTable.variant_id, text=cast(AllotmentTable.span, Text)
        )
    )
    .select_from(AllotmentTable)
    .join(CouponRunTable, CouponRunTable.id == AllotmentTable.run_id)
    .where(CouponRunTable.scheme_id == uuid("scheme_id"), AllotmentTable.released_at.is_(None)),
    AllotmentRow,
)
LOCK_SERIALS = taking(AdvisoryLock.NUMBERING_COUPONS)
