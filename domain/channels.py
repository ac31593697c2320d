"""The ways in which an ECP can earn points in a scheme."""

from enum import StrEnum


class EarningChannel(StrEnum):
    """How points come about: an ECP redeems the code found in a product, or a connected system reports a sale."""

    COUPON = "COUPON"
    SALE = "SALE"
