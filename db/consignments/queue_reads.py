"""The predicates of work queues of consignments, batches, and discrepancies; counts and lists use the same ones."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, any_, literal_column, or_, select, true

from db.consignments.custody_tables import CustodyPlaceTable
from db.consignments.tables import (
    BatchTable,
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
    ConsignmentTable,
    DiscrepancyTable,
)
from db.statement import uuid
from domain.consignments.facts import BatchStatus, Condition, ConsignmentStatus, CustodyStatus
from domain.work.queues import ConsignmentTask


def waits_for_vendor(task: ConsignmentTask) -> ColumnElement[bool]:
    """The predicate of consignments with a task for the vendor in the parameter `vendor_id`.

    It needs the rows of `ConsignmentTable` with their `ConsignmentStateTable`.
    """
    leg = ConsignmentLegTable
    own = (
        select(true())
        .select_from(leg)
        .where(leg.consignment_id == ConsignmentTable.id, leg.vendor_id == uuid("vendor_id"))
    )
    return and_(*_STATUSES[task](), _TASKS[task](own).exists())


def on_the_road() -> ColumnElement[bool]:
    """The predicate of batches that the vendor in the parameter `vendor_id` must receive."""
    # Constants, so that PostgreSQL can use the partial index.
    open_statuses = [_constant(BatchStatus.IN_TRANSIT), _constant(BatchStatus.PARTLY_RECEIVED)]
    return and_(BatchTable.to_vendor_id == uuid("vendor_id"), BatchTable.status.in_(open_statuses))


def is_open() -> ColumnElement[bool]:
    """The predicate of discrepancies that are not resolved."""
    return DiscrepancyTable.resolved_at.is_(None)


def _has_coupons_to_move(own: Any) -> Any:
    """The legs of the vendor that hold good coupons, or planned ones of a production that has begun."""
    place, line = CustodyPlaceTable, ConsignmentLineTable
    began = ConsignmentStateTable.custody_status != _constant(CustodyStatus.READY)
    return (
        own.join(line, line.consignment_id == ConsignmentLegTable.consignment_id)
        .join(place, and_(place.line_id == line.id, place.leg == ConsignmentLegTable.position))
        .where(
            place.batch_id.is_(None),
            place.quantity > 0,
            # What a request for a revision of the artwork holds does not wait for the vendor.
            or_(
                ConsignmentStateTable.status != _constant(ConsignmentStatus.ARTWORK_BLOCKED),
                ConsignmentLegTable.position == any_(ConsignmentStateTable.waiting_legs),
            ),
            or_(
                place.condition == _constant(Condition.GOOD),
                and_(place.condition == _constant(Condition.PLANNED), began),
            ),
        )
    )


def _constant(value: str) -> Any:
    return literal_column(f"'{value}'", Text)


_TASKS: Final[Mapping[ConsignmentTask, Callable[[Any], Any]]] = MappingProxyType(
    {
        ConsignmentTask.START: lambda own: own.where(ConsignmentLegTable.position == literal_column("1")),
        ConsignmentTask.MOVE_ON: _has_coupons_to_move,
    }
)
_STATUSES: Final[Mapping[ConsignmentTask, Callable[[], list[ColumnElement[bool]]]]] = MappingProxyType(
    {
        # Nothing is produced, what is planned is not all void, and the vendor has approved the artwork.
        ConsignmentTask.START: lambda: [ConsignmentStateTable.status == _constant(ConsignmentStatus.READY)],
        ConsignmentTask.MOVE_ON: lambda: [
            ConsignmentStateTable.status.not_in(
                [_constant(ConsignmentStatus.DELIVERED), _constant(ConsignmentStatus.CANCELED)]
            ),
        ],
    }
)
