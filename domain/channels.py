"""The channels through which ECPs earn points in a scheme."""

from enum import StrEnum


class EarningChannel(StrEnum):
    """How points are earned: an ECP redeems the coupon found in a product, or a connected system reports a sale."""

    COUPON = "COUPON"
    SALE = "SALE"
