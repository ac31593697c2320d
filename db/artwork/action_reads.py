"""The statement that reads what artwork lets a vendor do with its consignments."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, and_, any_, exists, func, literal, literal_column, select
from sqlalchemy.orm import aliased

from db.artwork.hold_reads import IS_OPEN_HOLD
from db.artwork.reads import COUNTING_REVIEW, IS_REQUEST
from db.artwork.tables import ArtworkReviewTable, ArtworkTable
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable
from db.consignments.tables import ConsignmentLegTable, ConsignmentLineTable, ConsignmentTable, DiscrepancyTable
from db.statement import Statement, uuid, uuids
from domain.consignments.facts import Condition


class ArtworkActionsRow(NamedTuple):
    """Whether the vendor can produce, dispatch, and commission at least one line, as far as artwork goes."""

    id: UUID
    may_produce: bool
    may_dispatch: bool
    may_commission: bool


def _place(condition: Condition) -> Any:
    place = aliased(CustodyPlaceTable)
    return place, and_(
        place.line_id == ConsignmentLineTable.id,
        place.leg == ConsignmentLegTable.position,
        place.batch_id.is_(None),
        place.condition == condition.value,
        place.quantity > 0,
    )


def _reviewed(*predicates: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a counting review of the current version is so."""
    return exists(select(ArtworkReviewTable.version).where(COUNTING_REVIEW, *predicates).correlate(ArtworkTable))


def _held(place: Any) -> Any:
    """How many of the serials at a place are held."""
    size = func.spans_size(CustodyTable.spans.op("*")(DiscrepancyTable.open_spans))
    return (
        select(func.coalesce(func.sum(size), 0).cast(BigInteger))
        .select_from(DiscrepancyTable)
        .join(CustodyTable, CustodyTable.spans.bool_op("&&")(DiscrepancyTable.open_spans))
        .where(DiscrepancyTable.line_id == place.line_id, IS_OPEN_HOLD, CustodyTable.place_id == place.id)
        .correlate(place)
        .scalar_subquery()
    )


_PLANNED, _IS_PLANNED = _place(Condition.PLANNED)
_GOOD, _IS_GOOD = _place(Condition.GOOD)
_IS_REQUESTED: Final = _reviewed(IS_REQUEST)
_APPROVED: Final = literal_column("'APPROVED'", Text)
_IS_APPROVED: Final = _reviewed(
    ArtworkReviewTable.vendor_id == uuid("viewer_vendor_id"), ArtworkReviewTable.state == _APPROVED
)
_IS_FREE: Final = _GOOD.quantity > _held(_GOOD)


def _any(*predicates: ColumnElement[bool]) -> Any:
    return func.coalesce(func.bool_or(and_(*predicates)), literal(False))  # noqa: FBT003 - a value of SQL


# For the vendor of the parameter `viewer_vendor_id`, in the consignments of its chains.
ARTWORK_ACTIONS = Statement(
    select(
        ConsignmentTable.id,
        _any(_PLANNED.id.is_not(None), _IS_APPROVED, ~_IS_REQUESTED).label("may_produce"),
        _any(_GOOD.id.is_not(None), ~_IS_REQUESTED, _IS_FREE).label("may_dispatch"),
        _any(_GOOD.id.is_not(None), _IS_FREE).label("may_commission"),
    )
    .select_from(ConsignmentTable)
    .join(ConsignmentLegTable, ConsignmentLegTable.consignment_id == ConsignmentTable.id)
    .join(ConsignmentLineTable, ConsignmentLineTable.consignment_id == ConsignmentTable.id)
    .join(
        ArtworkTable,
        and_(
            ArtworkTable.scheme_id == ConsignmentTable.scheme_id,
            ArtworkTable.variant_id == ConsignmentLineTable.variant_id,
        ),
    )
    .outerjoin(_PLANNED, _IS_PLANNED)
    .outerjoin(_GOOD, _IS_GOOD)
    .where(ConsignmentTable.id == any_(uuids("ids")), ConsignmentLegTable.vendor_id == uuid("viewer_vendor_id"))
    .group_by(ConsignmentTable.id),
    ArtworkActionsRow,
)
