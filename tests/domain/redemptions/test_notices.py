"""What a redemption for no points says (R22)."""

from domain.redemptions.notices import unpaid_notice


def test_a_coupon_without_base_points_does_not_blame_the_budget() -> None:
    assert unpaid_notice("Monsoon Care", has_base_points=False) == (
        "This coupon is redeemed, but it earned no points: “Monsoon Care” had none to pay for it."
    )
