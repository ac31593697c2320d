"""What a redemption says beside its points."""


def unpaid_notice(title: str, *, has_base_points: bool) -> str:
    """Say why a coupon of a scheme was redeemed for no points: only the budget takes base points away."""
    if has_base_points:
        return f"This coupon is redeemed, but it earned no points: the budget of “{title}” is used up."
    return f"This coupon is redeemed, but it earned no points: “{title}” had none to pay for it."
