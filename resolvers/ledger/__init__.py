"""The ledger together with what its entries come from: sales, redeemed coupons, and adjustments."""
"""Verifies the ledgers of points against all rows that they follow from."""
