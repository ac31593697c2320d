"""Coupons: generating runs of serials, and closing shortfalls."""
