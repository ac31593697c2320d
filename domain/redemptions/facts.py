"""The results of attempts to redeem a coupon, and the facts that decide about them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct


class AttemptResult(StrEnum):
    """What an attempt to redeem a coupon led to. The values are stored; never change them."""

    REDEEMED = "REDEEMED"
    MISTYPED = "MISTYPED"
    UNKNOWN = "UNKNOWN"
    INERT = "INERT"
    VOID = "VOID"
    UNRESOLVED = "UNRESOLVED"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    NOT_STARTED = "NOT_STARTED"
    EXPIRED = "EXPIRED"
    SCANNED_TOO_EARLY = "SCANNED_TOO_EARLY"
    NOT_ENROLLED = "NOT_ENROLLED"
    NOT_ACTIVE = "NOT_ACTIVE"
    NOT_EARNING = "NOT_EARNING"
    ALREADY_YOURS = "ALREADY_YOURS"
    ALREADY_REDEEMED = "ALREADY_REDEEMED"


ATTEMPT_LABELS: Final[Mapping[AttemptResult, str]] = MappingProxyType(
    {
        AttemptResult.REDEEMED: "Redeemed",
        AttemptResult.MISTYPED: "Typing error",
        AttemptResult.UNKNOWN: "Unknown code",
        AttemptResult.INERT: "Not commissioned",
        AttemptResult.VOID: "Void",
        AttemptResult.UNRESOLVED: "Missing",
        AttemptResult.LOST: "Lost",
        AttemptResult.DAMAGED: "Damaged",
        AttemptResult.NOT_STARTED: "Scheme not started",
        AttemptResult.EXPIRED: "Expired",
        AttemptResult.SCANNED_TOO_EARLY: "Scanned too early",
        AttemptResult.NOT_ENROLLED: "Not enrolled",
        AttemptResult.NOT_ACTIVE: "ECP not active",
        AttemptResult.NOT_EARNING: "Earns nothing",
        AttemptResult.ALREADY_YOURS: "Redeemed before by the same ECP",
        AttemptResult.ALREADY_REDEEMED: "Redeemed before by another ECP",
    }
)


class CouponFacts(Struct, frozen=True):
    """A coupon and the ECP that scans it, as they are behind the lock of the coupon.

    `condition` is that of custody. `commissioned_at` is None where the time of the scan was not given.
    """

    run_id: UUID
    serial: int
    scheme_id: UUID
    scheme: int
    title: str
    starts_on: date | None
    ends_on: date | None
    grace_days: int | None
    variant_id: UUID
    line_id: UUID
    condition: str
    commissioned_at: datetime | None
    ecp: int
    ecp_status: str
    suspended_reason: str | None
    locked_at: datetime | None
    enrollment_status: str | None
    first_enrolled_at: datetime | None
    redeemed_by: int | None
    redeemed_at: datetime | None
    redeemed_sale: int | None
    tokens: float | None
    refilled_at: datetime | None
