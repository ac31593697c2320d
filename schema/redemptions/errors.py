"""The errors of redemptions that carry data."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from domain.coupons.failures import CodeFault, InvalidCode
from domain.redemptions import failures
from resolvers.schemes.loaders import schemes_by_id
from schema.descriptions import described
from schema.ecps.enums import EcpStatus
from schema.errors import UserError, error_type
from schema.fields import batched, leaf
from schema.scalars import SafeInt

described(
    CodeFault,
    "What is wrong with a code.",
    {
        CodeFault.CHARACTER: "The code contains a character that no code has.",
        CodeFault.LENGTH: "The code is too short or too long.",
        CodeFault.CHECK: "The check character does not fit: a character is wrong, or two are swapped.",
        CodeFault.UNKNOWN: "The code is written correctly, and no coupon has it.",
    },
)


@error_type(InvalidCode, "The text is not the code of a coupon.", name="InvalidCode")
class InvalidCodeError(UserError):
    fault: CodeFault = leaf("What is wrong with it.")


@error_type(failures.CouponExpired, "The coupon was scanned after the grace period of its scheme.")
class CouponExpired(UserError):
    redeemable_until: datetime = leaf("When the coupon stopped paying.")


@error_type(failures.SchemeNotStarted, "The coupon was scanned before its scheme started.")
class SchemeNotStarted(UserError):
    starts_on: date = leaf("The first day of the scheme.")


@error_type(failures.NotEnrolled, "The ECP was not enrolled in the scheme of the coupon.")
class NotEnrolled(UserError):
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - schemes stand above
        schemes_by_id, key="scheme_id", description="The scheme of the coupon."
    )


@error_type(failures.EcpNotActive, "The ECP is not verified, suspended, or closed.")
class EcpNotActive(UserError):
    status: EcpStatus = leaf("The status of the ECP.")


@error_type(failures.AlreadyYours, "The viewer redeemed the coupon before.")
class AlreadyYours(UserError):
    redeemed_at: datetime = leaf("When the coupon was scanned.")
    points: SafeInt | None = leaf("The points that it is worth now. Null while they are being computed.")


@error_type(failures.TooManyWrongCodes, "There were too many wrong codes in a short time.")
class TooManyWrongCodes(UserError):
    retry_at: datetime = leaf("When the next attempt is possible.")


@error_type(failures.RedemptionLocked, "There were too many wrong codes, so a program manager must unlock the ECP.")
class RedemptionLocked(UserError):
    locked_at: datetime = leaf("Since when the ECP is locked.")
