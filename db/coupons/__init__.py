"""Runs of coupons and closed shortfalls: tables, rows, and the statements that read and change them."""
