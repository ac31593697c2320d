"""Coupons: their codes, the runs of serials, and shortfalls."""
