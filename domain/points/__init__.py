"""Points: whether a sale or a redeemed coupon can earn points."""
