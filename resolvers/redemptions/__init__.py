"""Redemptions: redeem coupons, keep attempts, and limit wrong codes."""
