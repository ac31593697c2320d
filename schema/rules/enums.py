"""Enums of bonus rules."""

from domain.channels import EarningChannel
from domain.rules.model import VolumeMeasure, VolumePeriod, Weekday
from schema.descriptions import described

described(
    EarningChannel,
    "A way in which ECPs earn.",
    {
        EarningChannel.COUPON: "An ECP redeems the code found in a product.",
        EarningChannel.SALE: "A connected system reports a sale.",
    },
)
described(
    VolumeMeasure,
    "What a volume is counted in.",
    {
        VolumeMeasure.UNITS: "Units sold.",
        VolumeMeasure.VALUE: "The value of what was sold, in whole units of its currency.",
        VolumeMeasure.COUPONS: "Coupons redeemed.",
    },
)
described(
    VolumePeriod,
    "Over which time a volume is counted, up to the sale that is valued.",
    {
        VolumePeriod.SCHEME: "Since the scheme started.",
        VolumePeriod.MONTH: "In the calendar month.",
        VolumePeriod.WEEK: "In the ISO week, from Monday.",
    },
)
described(
    Weekday,
    "A day of the week.",
    {day: f"Every {day.capitalize()}." for day in Weekday},
)

__all__ = ["EarningChannel", "VolumeMeasure", "VolumePeriod", "Weekday"]
