"""Rows of single coupons."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct


class CouponRow(Struct, frozen=True):
    """A serial with its run, and where it is; the fields from `consignment_id` on are None if it is in none."""

    serial: int
    scheme_id: UUID
    variant_id: UUID
    key_id: int
    consignment_id: UUID | None
    line_id: UUID | None
    leg: int | None
    batch_id: UUID | None
    condition: str | None
    ends_on: date | None
    redeemed_at: datetime | None
    redeemed_by: UUID | None


class MovementOfCouponRow(NamedTuple):
    """A movement that took a serial of a line."""

    line_id: UUID
    serial: int
    movement_id: UUID
