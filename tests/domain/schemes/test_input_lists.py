"""Validation of the steps with lists: products, geographies and coupon values, with a path for every problem."""

from uuid import UUID

import pytest

from domain.checks import choice_problems
from domain.failures import Problem, UserErrorCode
from domain.schemes.content import CouponValue
from domain.schemes.inputs import value_problems

V = tuple(UUID(int=number) for number in range(1, 4))
INVALID, DUPLICATE, LIMIT = UserErrorCode.INVALID, UserErrorCode.DUPLICATE, UserErrorCode.LIMIT_EXCEEDED


def test_chosen_things_exist_and_are_chosen_once() -> None:
    """R1: products and geographies."""
    found = list(choice_problems([V[0], V[2], V[0]], V[:2], "variantIds", "variant", 3))
    assert found == [
        Problem(UserErrorCode.NOT_FOUND, "This variant does not exist.", ("variantIds", "1")),
        Problem(DUPLICATE, "This variant is chosen twice.", ("variantIds", "2")),
    ]
    assert list(choice_problems(V, V, "variantIds", "variant", 3)) == []
    assert list(choice_problems([], (), "variantIds", "variant", 3)) == []


@pytest.mark.parametrize(
    ("noun", "message"),
    [
        ("variant", "501 variants are too many; choose at most 500."),
        ("geography", "501 geographies are too many; choose at most 500."),
    ],
)
def test_too_many_chosen_things_are_one_problem(noun: str, message: str) -> None:
    """R26: in plain words."""
    found = list(choice_problems([V[0]] * 501, V, "ids", noun, 500))
    assert found == [Problem(LIMIT, message, ("ids",))]


def test_values_are_for_variants_of_the_scheme_within_limits() -> None:
    """R1: each problem at its own field."""
    values = [CouponValue(V[0], -1, 0), CouponValue(V[1], 10**6 + 1, 10**8 + 1), CouponValue(V[2], 0, 1)]
    assert list(value_problems(values, V[:2], with_coupons=True)) == [
        Problem(INVALID, "Base points must be 0 or more, not -1.", ("values", "0", "basePoints")),
        Problem(INVALID, "The planned quantity must be 1 or more, not 0.", ("values", "0", "plannedQuantity")),
        Problem(INVALID, "Base points must be 1,000,000 or less, not 1,000,001.", ("values", "1", "basePoints")),
        Problem(
            INVALID,
            "The planned quantity must be 100,000,000 or less, not 100,000,001.",
            ("values", "1", "plannedQuantity"),
        ),
        Problem(
            UserErrorCode.NOT_FOUND,
            "This variant is not among the products of the scheme.",
            ("values", "2", "variantId"),
        ),
    ]


def test_values_on_the_limits_are_accepted() -> None:
    """R11: without coupons none need to be planned."""
    assert list(value_problems([CouponValue(V[0], 0, 1), CouponValue(V[1], 10**6, 10**8)], V, with_coupons=True)) == []
    assert list(value_problems([CouponValue(V[0], 0, 0)], V, with_coupons=False)) == []
    negative = list(value_problems([CouponValue(V[0], 0, -1)], V, with_coupons=False))
    message = "The planned quantity must be 0 or more, not -1."
    assert negative == [Problem(INVALID, message, ("values", "0", "plannedQuantity"))]


def test_a_variant_with_two_values_is_reported_at_both() -> None:
    """R1: either may be the wrong one."""
    found = list(value_problems([CouponValue(V[0], 1, 1), CouponValue(V[0], 2, 2)], V, with_coupons=True))
    message = "This variant has more than one value."
    assert found == [Problem(DUPLICATE, message, ("values", place, "variantId")) for place in ("0", "1")]


def test_all_coupons_together_have_serials() -> None:
    """R11: serials are 32-bit numbers."""
    many = [UUID(int=number) for number in range(21)]
    fitting = [CouponValue(variant, 1, 10**8) for variant in many[:20]]
    assert list(value_problems(fitting, many, with_coupons=True)) == []
    found = list(value_problems([*fitting, CouponValue(many[20], 1, 1)], many, with_coupons=True))
    message = "2,000,000,001 coupons in all are too many; plan at most 2,000,000,000."
    assert found == [Problem(LIMIT, message, ("values",))]
    crowd = list(value_problems([CouponValue(V[0], 1, 1)] * 501, V, with_coupons=True))
    assert crowd == [Problem(LIMIT, "501 coupon values are too many; give at most 500.", ("values",))]
