"""Rows of redemptions and of attempts."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct


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
