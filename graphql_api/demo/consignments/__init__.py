"""Demo coupons and consignments: what became of the coupons of each scheme, on their way from vendor to vendor."""
