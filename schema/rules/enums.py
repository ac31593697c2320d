"""Enums of bonus rules."""

from domain.channels import EarningChannel
from domain.rules.model import VolumeMeasure, VolumePeriod, Weekday
from schema.descriptions import described

described(
    EarningChannel,
    "A channel through which ECPs earn points.",
    {
        EarningChannel.COUPON: "An ECP redeems the coupon found in a product.",
        EarningChannel.SALE: "A connected system reports a sale.",
    },
)
described(
    VolumeMeasure,
    "The unit in which a volume is measured.",
    {
        VolumeMeasure.UNITS: "Units sold.",
        VolumeMeasure.VALUE: "The value of the goods sold, in whole units of currency.",
        VolumeMeasure.COUPONS: "Coupons redeemed.",
    },
)
described(
    VolumePeriod,
    "The period over which a volume is added up, until the sale being evaluated.",
    {
        VolumePeriod.SCHEME: "Since the start of the scheme.",
        VolumePeriod.MONTH: "In the calendar month of the sale.",
        VolumePeriod.WEEK: "In the ISO week of the sale, which starts on Monday.",
    },
)
described(
    Weekday,
    "A day of the week.",
    {day: f"Every {day.capitalize()}." for day in Weekday},
)

__all__ = ["EarningChannel", "VolumeMeasure", "VolumePeriod", "Weekday"]
