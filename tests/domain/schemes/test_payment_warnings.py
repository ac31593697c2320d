"""Warnings about the terms by which a scheme pays (R3)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.channels import EarningChannel
from domain.money import Money
from domain.schemes.content import Basics, SchemeContent, differences
from domain.schemes.definition import ReviewWarning
from domain.schemes.payment_warnings import payment_warnings

HALF = Money(Decimal("0.5"), "INR")


def content(**terms: Any) -> SchemeContent:
    stated = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 7, 31), **terms}
    return SchemeContent(Basics("Monsoon", tuple(EarningChannel), **stated))


def warnings(**terms: Any) -> list[ReviewWarning]:
    return list(payment_warnings(content(**terms)))


def test_plain_terms_have_no_warnings() -> None:
    """Also those of a draft without dates."""
    assert warnings() == []
    assert warnings(point_value=HALF, minimum_payout=500, budget=500, points_expire_after_days=122, grace_days=30) == []
    assert warnings(starts_on=None, ends_on=None, points_expire_after_days=1) == []


def test_a_minimum_above_the_budget_pays_no_ecp() -> None:
    message = "The minimum payout of 501 points is more than the budget of 500, so no ECP can be paid."
    found = warnings(point_value=HALF, minimum_payout=501, budget=500)
    assert found == [ReviewWarning("MINIMUM_ABOVE_BUDGET", message)]


def test_a_minimum_without_a_value_is_pointed_out() -> None:
    """Points may be paid in kind, so it needs no acknowledgment."""
    message = (
        "The scheme has a minimum payout of 1 point, but a point has no value: the settlement will state points and no "
        "amounts."
    )
    assert warnings(minimum_payout=1) == [ReviewWarning("MINIMUM_WITHOUT_POINT_VALUE", message, notice=True)]


def test_points_that_expire_before_they_can_be_paid_are_pointed_out() -> None:
    """From 1 May to 31 July and 30 days of grace: the first day that pays is the 122nd after the start."""
    message = (
        "Points expire 121 days after they are recorded, and the scheme can be settled from 31 August 2026 on: points "
        "of the first days expire before they can be paid."
    )
    assert warnings(points_expire_after_days=121) == [ReviewWarning("POINTS_EXPIRE_UNPAID", message)]
    assert warnings(points_expire_after_days=121, grace_days=29) == []


def test_coupons_without_grace_are_pointed_out() -> None:
    message = "The scheme has no grace period: coupons that are scanned after its last day pay nothing."
    assert warnings(grace_days=0) == [ReviewWarning("COUPONS_END_WITH_SCHEME", message, notice=True)]
    sales = SchemeContent(Basics("Monsoon", (EarningChannel.SALE,), grace_days=0))
    assert list(payment_warnings(sales)) == []


PAID_ALIKE = (
    "The settlement pays all points by the value and the minimum payout that are in force when the scheme ends, also "
    "those that ECPs earned before this revision."
)


@pytest.mark.parametrize(
    ("before", "after", "warned"),
    [
        ({"point_value": HALF}, {"point_value": Money(Decimal("0.4"), "INR")}, True),
        ({"point_value": HALF}, {}, True),
        ({}, {"point_value": HALF}, False),
        ({"point_value": HALF}, {"point_value": HALF, "minimum_payout": 5}, True),
        ({"point_value": HALF, "minimum_payout": 5}, {"point_value": HALF}, False),
        ({}, {"grace_days": 10}, False),
    ],
)
def test_a_revision_says_that_it_changes_what_earlier_points_pay(
    before: dict[str, Any], after: dict[str, Any], *, warned: bool
) -> None:
    """Giving points a value, and dropping the minimum, takes nothing from anybody."""
    revised = content(**after)
    found = list(payment_warnings(revised, differences(content(**before), revised)))
    assert found == ([ReviewWarning("EARLIER_POINTS_PAID_ALIKE", PAID_ALIKE)] if warned else [])


def test_a_revision_says_that_earlier_points_expire() -> None:
    message = (
        "Once this revision is in force, all points expire 365 days after they were recorded, also those that ECPs "
        "earned before it."
    )
    revised = content(points_expire_after_days=365)
    assert list(payment_warnings(revised, differences(content(), revised))) == [
        ReviewWarning("EARLIER_POINTS_EXPIRE", message)
    ]
    assert list(payment_warnings(content(), differences(revised, content()))) == []
