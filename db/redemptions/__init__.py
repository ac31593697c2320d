"""Redemptions of coupons in SQL."""
