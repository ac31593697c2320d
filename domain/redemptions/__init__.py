"""Redemption of coupons: scans, their results, and the limits of wrong codes."""
