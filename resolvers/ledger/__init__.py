"""The ledger together with what its entries come from: sales, redeemed coupons, and adjustments."""
