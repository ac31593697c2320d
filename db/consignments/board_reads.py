"""Statements of the tracking board: what is under way, what moved last, and which vendors must act."""

from datetime import datetime
from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BigInteger, ColumnElement, and_, any_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from db.catalog.reads import VENDOR_COLUMNS
from db.catalog.rows import VendorRow
from db.catalog.tables import VendorTable
from db.columns import columns
from db.consignments.custody_tables import CustodyPlaceTable, MovementTable
from db.consignments.movement_reads import MOVEMENT_COLUMNS, join_movement, movement_visible
from db.consignments.pages import SORTS, STATE_KEYS, unfinished
from db.consignments.reads import select_consignments, visible
from db.consignments.rows import ConsignmentRow
from db.consignments.tables import (
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
    ConsignmentTable,
)
from db.consignments.view_rows import MovementViewRow
from db.counting import counting
from db.statement import Statement, moment, number, uuid, uuids
from domain.consignments.facts import Condition, ConsignmentOrder, CustodyStatus
from domain.viewers import ConsignmentScope

# Consignments whose latest movements can be among the latest of all. They are found by the time of their last movement,
# which is stored to a second, so there are more of them than movements are shown.
_MOVED_LATELY: Final = 40


class BoardFilters(Struct, frozen=True):
    """The filters of a board; their values are the parameters of its statements."""

    scheme_ids: bool = False
    vendor_ids: bool = False
    stuck_since: bool = False


class WaitingVendorRow(Struct, frozen=True):
    """A vendor that must act: in how many consignments, on how many coupons, and since when the longest."""

    vendor: VendorRow
    consignments: int
    quantity: int
    since: datetime


@cache
def board_consignments(scope: ConsignmentScope, filters: BoardFilters) -> Statement[ConsignmentRow]:
    """The consignments that are neither delivered nor canceled, longest waiting first, at most `limit`."""
    oldest = SORTS[ConsignmentOrder.WAITING_SINCE_ASC]
    query = select_consignments(scope).where(unfinished(), *_predicates(filters))
    return Statement(query.order_by(*oldest.order_by(STATE_KEYS)).limit(number("limit")), ConsignmentRow)


@cache
def board_count(scope: ConsignmentScope, filters: BoardFilters) -> Statement[int]:
    """How many consignments the board is about."""
    return counting(select_consignments(scope).where(unfinished(), *_predicates(filters)))


@cache
def latest_movements(scope: ConsignmentScope, filters: BoardFilters) -> Statement[MovementViewRow]:
    """The latest movements, newest first, at most `limit`, whether their consignments are still under way or not."""
    # While nothing has moved, custody is ready, and the consignment has moved last when it became so: at its creation.
    state = ConsignmentStateTable
    has_moved = or_(state.custody_status != CustodyStatus.READY.value, state.moved_at > state.custody_since)
    lately = (
        select(ConsignmentTable.id)
        .join(ConsignmentStateTable, ConsignmentStateTable.consignment_id == ConsignmentTable.id)
        .where(visible(scope), has_moved, *_predicates(filters))
        .order_by(ConsignmentStateTable.moved_at.desc(), ConsignmentStateTable.consignment_id.desc())
        .limit(_MOVED_LATELY)
        .subquery("lately")
    )
    newest = (MovementTable.recorded_at.desc(), MovementTable.id.desc())
    of_each = (
        select(MovementTable.id)
        .where(
            # As a range, so that PostgreSQL does not look for them in the index of all movements by time.
            MovementTable.consignment_id >= lately.c.id,
            MovementTable.consignment_id <= lately.c.id,
            movement_visible(scope),
        )
        .order_by(MovementTable.consignment_id.desc(), *newest)
        .limit(number("limit"))
        .lateral("of_each")
    )
    latest = select(of_each.c.id).select_from(lately.join(of_each, true()))
    query = join_movement(select(*MOVEMENT_COLUMNS)).where(MovementTable.id.in_(latest))
    return Statement(query.order_by(*newest).limit(number("limit")), MovementViewRow)


@cache
def waiting_vendors(scope: ConsignmentScope, filters: BoardFilters) -> Statement[WaitingVendorRow]:
    """The vendors that must act, longest waiting first. A vendor sees itself only."""
    work = (
        select(func.coalesce(func.sum(CustodyPlaceTable.quantity), 0).label("quantity"))
        .select_from(ConsignmentLineTable)
        .join(CustodyPlaceTable, CustodyPlaceTable.line_id == ConsignmentLineTable.id)
        .where(ConsignmentLineTable.consignment_id == ConsignmentLegTable.consignment_id, _is_work())
        .correlate(ConsignmentLegTable)
        .lateral("work")
    )
    since = func.min(ConsignmentStateTable.waiting_since)
    query = (
        select(
            *columns(
                ConsignmentLegTable,
                WaitingVendorRow,
                vendor=VENDOR_COLUMNS,
                consignments=func.count(),
                quantity=func.sum(work.c.quantity).cast(BigInteger),
                since=since,
            )
        )
        .select_from(ConsignmentStateTable)
        .join(ConsignmentTable, ConsignmentTable.id == ConsignmentStateTable.consignment_id)
        .join(
            ConsignmentLegTable,
            and_(
                ConsignmentLegTable.consignment_id == ConsignmentTable.id,
                ConsignmentLegTable.position == any_(ConsignmentStateTable.waiting_legs),
            ),
        )
        .join(VendorTable, VendorTable.id == ConsignmentLegTable.vendor_id)
        .join(work, true())
        .where(unfinished(), _leg_visible(scope), *_predicates(filters))
        .group_by(VendorTable.id)
        .order_by(since, VendorTable.id)
    )
    return Statement(query, WaitingVendorRow)


def _is_work() -> ColumnElement[bool]:
    """What a leg must do something with: coupons to produce or on hand, and those on their way to it."""
    good = CustodyPlaceTable.condition == Condition.GOOD.value
    here = CustodyPlaceTable.leg == ConsignmentLegTable.position
    before = CustodyPlaceTable.leg == ConsignmentLegTable.position - 1
    on_hand, in_batch = CustodyPlaceTable.batch_id.is_(None), CustodyPlaceTable.batch_id.is_not(None)
    planned = CustodyPlaceTable.condition == Condition.PLANNED.value
    return or_(and_(here, on_hand, or_(planned, good)), and_(before, in_batch, good))


def _leg_visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    own = ConsignmentLegTable.vendor_id == uuid("viewer_vendor_id")
    return own if scope is ConsignmentScope.OWN else visible(scope)


def _predicates(filters: BoardFilters) -> list[Any]:
    chosen: list[Any] = []
    if filters.scheme_ids:
        chosen.append(ConsignmentTable.scheme_id == any_(uuids("scheme_ids")))
    if filters.vendor_ids:
        leg = aliased(ConsignmentLegTable)
        chosen.append(
            exists().where(leg.consignment_id == ConsignmentTable.id, leg.vendor_id == any_(uuids("vendor_ids")))
        )
    if filters.stuck_since:
        chosen.append(ConsignmentStateTable.waiting_since <= moment("stuck_since"))
    return chosen
