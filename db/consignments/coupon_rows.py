"""Rows of single coupons."""

from typing import NamedTuple
from uuid import UUID


class MovementOfCouponRow(NamedTuple):
    """A movement that took a serial of a line."""

    line_id: UUID
    serial: int
    movement_id: UUID
