"""Predicates that join coupons, given by their serials, with their runs, consignments, custody, and redemptions."""

from sqlalchemy import ColumnElement, Integer, and_, func
from sqlalchemy.dialects.postgresql import INT8RANGE

from db.consignments.custody_tables import CustodyTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable
from db.coupons.tables import CouponRunTable
from db.redemptions.tables import RedemptionTable


def segment_of(serial: ColumnElement[int]) -> ColumnElement[int]:
    """The segment of custody that a serial is in."""
    return serial.op(">>")(ConsignmentLineTable.segment_bits).cast(Integer)


def of_run(serial: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a run has a serial."""
    # As a range, because the index of runs serves ranges.
    return CouponRunTable.span.op("@>")(func.int8range(serial, serial, "[]", type_=INT8RANGE()))


def allotted(serial: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an allotment of the run has a serial now."""
    return and_(
        AllotmentTable.run_id == CouponRunTable.id,
        AllotmentTable.span.op("@>")(serial),
        AllotmentTable.released_at.is_(None),
    )


def in_custody(serial: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a row of the custody of the line has a serial."""
    return and_(
        CustodyTable.line_id == ConsignmentLineTable.id,
        CustodyTable.segment == segment_of(serial),
        CustodyTable.spans.op("@>")(serial),
    )


def redeemed(serial: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a redemption is that of a serial of the run."""
    return and_(RedemptionTable.run_id == CouponRunTable.id, RedemptionTable.serial == serial)
