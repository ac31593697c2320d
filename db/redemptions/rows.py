"""Rows of redemptions and of attempts."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.redemptions.facts import CouponFacts


class WrongCodesRow(Struct, frozen=True):
    """The bucket and the wrong codes of an account."""

    tokens: float
    refilled_at: datetime
    count: int
    since: datetime


class AttemptRow(Struct, frozen=True):
    """An attempt of the ECP `ecp_id` to redeem a coupon."""

    id: UUID
    ecp_id: UUID
    at: datetime
    result: str
    device: str | None
    place: str | None


class StandingRow(NamedTuple):
    """Whether an account may try a code: since when it is locked, and its bucket, if it ever tried a wrong one."""

    locked_at: datetime | None
    tokens: float | None
    refilled_at: datetime | None


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
    grace_days: int | None
    redeemed_at: datetime | None
    redeemed_by: UUID | None


class ScannedCouponRow(CouponFacts, frozen=True):
    """The coupon of the scan at a place, from 1; `key_digest` is of the input that came with the key before."""

    place: int
    key_digest: bytes | None


class MissingCouponRow(Struct, frozen=True):
    """The discrepancy of a missing or lost coupon, and whether no ECP has scanned one of its coupons yet."""

    discrepancy_id: UUID
    consignment_id: UUID
    consignment: str
    scheme_id: UUID
    sku: str
    vendor_id: UUID
    batch_id: UUID | None
    is_first: bool


class EvidenceRow(Struct, frozen=True):
    """A scan of a missing or lost coupon of a discrepancy."""

    id: UUID
    discrepancy_id: UUID
    serial: int
    result: str
    scanned_at: datetime
    ecp_id: UUID
