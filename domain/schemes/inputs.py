"""Validates each wizard step when it is saved: limits and messages. A rejected step changes nothing.

Whether a step is *complete* is a different question, which `domain.schemes.definition` answers.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from domain.checks import number_problems, text_problems
from domain.failures import Problem, UserErrorCode
from domain.money import Money, is_currency
from domain.schemes.content import Basics, CouponValue, Material

TITLE_LENGTH: Final = (3, 120)
DESCRIPTION_LENGTH: Final = (0, 2_000)
TERMS_LENGTH: Final = (1, 50_000)
MATERIAL_TITLE_LENGTH: Final = (1, 120)
URL_LENGTH: Final = 2_000
MATERIALS_LIMIT: Final = 20
VARIANTS_LIMIT: Final = 500
GEOGRAPHIES_LIMIT: Final = 500
BASE_POINTS_LIMIT: Final = 1_000_000
PLANNED_QUANTITY_LIMIT: Final = 100_000_000
# Coupon serials are 32-bit numbers; half of them leave room for reprints.
TOTAL_QUANTITY_LIMIT: Final = 2_000_000_000
BUDGET_LIMIT: Final = 1_000_000_000_000
# Of a point value.
DECIMALS_LIMIT: Final = 6
POINT_VALUE_LIMIT: Final = Decimal(1_000_000)
EXPIRY_LIMIT: Final = 3_660
GRACE_LIMIT: Final = 366
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)


def creation_problems(title: str, channels: Sequence[str]) -> Iterator[Problem]:
    """Problems of the title and channels of a new scheme."""
    yield from text_problems(title, ("title",), "The title", TITLE_LENGTH)
    yield from _channel_problems(channels)


def basics_problems(basics: Basics) -> Iterator[Problem]:
    """Problems of the first step: texts, dates out of order, the budget and the marketing materials."""
    yield from creation_problems(basics.title, basics.channels)
    yield from text_problems(
        basics.description, ("description",), "The description", DESCRIPTION_LENGTH, multiline=True
    )
    yield from text_problems(basics.terms_markdown, ("termsMarkdown",), "The terms text", TERMS_LENGTH, multiline=True)
    yield from _date_problems(basics)
    if basics.budget is not None:
        yield from number_problems(basics.budget, ("budget",), "The budget", lowest=1, highest=BUDGET_LIMIT)
    yield from _payment_problems(basics)
    yield from _material_problems(basics.materials)


def value_problems(values: Sequence[CouponValue], chosen: Collection[UUID], *, with_coupons: bool) -> Iterator[Problem]:
    """Problems of coupon values: variants outside the scheme or listed twice, and numbers out of range."""
    if len(values) > VARIANTS_LIMIT:
        message = f"{len(values):,} coupon values are too many; give at most {VARIANTS_LIMIT:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("values",))
        return
    repeated = {variant for variant, times in Counter(value.variant_id for value in values).items() if times > 1}
    for index, value in enumerate(values):
        path = ("values", str(index))
        if value.variant_id not in chosen:
            message = "This variant is not among the products of the scheme."
            yield Problem(UserErrorCode.NOT_FOUND, message, (*path, "variantId"))
        elif value.variant_id in repeated:
            yield Problem(UserErrorCode.DUPLICATE, "This variant has more than one value.", (*path, "variantId"))
        yield from number_problems(
            value.base_points, (*path, "basePoints"), "Base points", lowest=0, highest=BASE_POINTS_LIMIT
        )
        yield from number_problems(
            value.planned_quantity,
            (*path, "plannedQuantity"),
            "The planned quantity",
            lowest=1 if with_coupons else 0,
            highest=PLANNED_QUANTITY_LIMIT,
        )
    total = sum(max(value.planned_quantity, 0) for value in values)
    if total > TOTAL_QUANTITY_LIMIT:
        message = f"{total:,} coupons in all are too many; plan at most {TOTAL_QUANTITY_LIMIT:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("values",))


def _channel_problems(channels: Sequence[str]) -> Iterator[Problem]:
    path = ("earningChannels",)
    if not channels:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one earning channel.", path)
    elif len(set(channels)) < len(channels):
        yield Problem(UserErrorCode.DUPLICATE, "An earning channel is chosen twice.", path)


def _date_problems(basics: Basics) -> Iterator[Problem]:
    days = {
        "enrollmentOpensOn": basics.enrollment_opens_on,
        "enrollmentClosesOn": basics.enrollment_closes_on,
        "startsOn": basics.starts_on,
        "endsOn": basics.ends_on,
    }
    for name, day in days.items():
        if day is None:
            yield Problem(UserErrorCode.REQUIRED, "This date is missing.", (name,))
        elif not FIRST_DAY <= day <= LAST_DAY:
            message = f"Dates must lie between {FIRST_DAY.year} and {LAST_DAY.year}."
            yield Problem(UserErrorCode.INVALID, message, (name,))
    orders = (
        ("enrollmentOpensOn", "enrollmentClosesOn", "Enrollment cannot close before it opens."),
        ("startsOn", "endsOn", "The scheme cannot end before it starts."),
        ("enrollmentOpensOn", "endsOn", "The scheme cannot end before enrollment opens."),
        ("enrollmentClosesOn", "endsOn", "Enrollment cannot close after the scheme has ended."),
    )
    for first, last, message in orders:
        earlier, later = days[first], days[last]
        if earlier is not None and later is not None and later < earlier:
            path = "enrollmentClosesOn" if first == "enrollmentClosesOn" else last
            yield Problem(UserErrorCode.INVALID, message, (path,))


def _payment_problems(basics: Basics) -> Iterator[Problem]:
    if basics.point_value is not None:
        yield from _point_value_problems(basics.point_value)
    numbers = (
        (basics.minimum_payout, "minimumPayout", "The minimum payout", 1, BUDGET_LIMIT),
        (basics.points_expire_after_days, "pointsExpireAfterDays", "The days until points expire", 1, EXPIRY_LIMIT),
        (basics.grace_days, "graceDays", "The grace period in days", 0, GRACE_LIMIT),
    )
    for value, name, noun, lowest, highest in numbers:
        if value is not None:
            yield from number_problems(value, (name,), noun, lowest=lowest, highest=highest)


def _point_value_problems(value: Money) -> Iterator[Problem]:
    path = ("pointValue", "amount")
    if not 0 < value.amount <= POINT_VALUE_LIMIT:
        message = f"The value of a point must be more than 0 and at most {POINT_VALUE_LIMIT:,}."
        yield Problem(UserErrorCode.INVALID, message, path)
    elif value.plain.amount.as_tuple().exponent < -DECIMALS_LIMIT:  # type: ignore[operator] # it is a number
        yield Problem(UserErrorCode.INVALID, f"The value of a point has at most {DECIMALS_LIMIT} decimals.", path)
    if not is_currency(value.currency):
        message = f"“{value.currency[:20]}” is not a currency of ISO 4217. Write it like EUR or INR."
        yield Problem(UserErrorCode.INVALID, message, ("pointValue", "currency"))


def _material_problems(materials: Sequence[Material]) -> Iterator[Problem]:
    if len(materials) > MATERIALS_LIMIT:
        message = f"{len(materials)} marketing materials are too many; give at most {MATERIALS_LIMIT}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("materials",))
        return
    for index, material in enumerate(materials):
        path = ("materials", str(index))
        yield from text_problems(material.title, (*path, "title"), "The title of the material", MATERIAL_TITLE_LENGTH)
        if (material.url is None) == (material.file_id is None):
            message = "Give the material either an address or an upload."
            yield Problem(UserErrorCode.INVALID, message, (*path, "url"))
        elif material.url is not None and not _is_web_address(material.url):
            message = "The address of the material must start with https:// and name a host."
            yield Problem(UserErrorCode.INVALID, message, (*path, "url"))


def _is_web_address(url: str) -> bool:
    if len(url) > URL_LENGTH or any(mark.isspace() or not mark.isprintable() for mark in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
