"""The bonus rules of the demo data; together they use every kind of clause, reward and limit."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Final

from domain.channels import EarningChannel
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    ChannelClause,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from graphql_api.demo.rules.rule_plan import RulePlan

RULES: Final[Mapping[str, RulePlan]] = {
    # Any scheme.
    "gold": RulePlan(
        "Gold and above earn a tenth more",
        lambda of: TierClause(at_least=of.tier("GOLD")),
        PercentOfBase(Decimal(10)),
    ),
    "gold_fifth": RulePlan(
        "Gold and above earn a fifth more",
        lambda of: TierClause(at_least=of.tier("GOLD")),
        PercentOfBase(Decimal(20)),
        replaces="gold",
    ),
    "app": RulePlan(
        "Users of the app",
        lambda _: ActivityClause("APP_INSTALLED"),
        FlatPoints(100),
        RuleLimits(times_per_ecp=1),
    ),
    "referral": RulePlan(
        "Bring a colleague",
        lambda _: ActivityClause("REFERRAL", within_days=90),
        FlatPoints(250),
        RuleLimits(times_per_ecp=4),
    ),
    # No ECP is Gold in Pune, and few are Platinum in Nagpur. The first of these rules overlaps with “gold”.
    "silver_mumbai": RulePlan(
        "Silver and above in Mumbai and Thane",
        lambda of: AllOf(
            (TierClause(at_least=of.tier("SILVER")), GeographyClause(of.places("IN-MH-MUM", "IN-MH-THA")))
        ),
        PercentOfBase(Decimal(5)),
    ),
    "gold_pune": RulePlan(
        "Gold in Pune",
        lambda of: AllOf((TierClause(tier_ids=(of.tier("GOLD"),)), GeographyClause(of.places("IN-MH-PUN")))),
        FlatPoints(50),
    ),
    "platinum_nagpur": RulePlan(
        "Platinum in Nagpur",
        lambda of: AllOf((TierClause(tier_ids=(of.tier("PLATINUM"),)), GeographyClause(of.places("IN-MH-NAG")))),
        PointsPerUnit(6),
    ),
    "starters": RulePlan(
        "Starters catch up",
        lambda of: AllOf((TierClause(tier_ids=of.tiers("BRONZE", "SILVER")), EnrolledWithinClause(30))),
        PercentOfBase(Decimal("12.5")),
        RuleLimits(points_per_ecp=2_000),
    ),
    "welcome": RulePlan(
        "Welcome gift",
        lambda _: EnrolledWithinClause(14),
        FlatPoints(200),
        RuleLimits(times_per_ecp=1, points_in_total=500_000),
    ),
    "weekend": RulePlan(
        "Weekend boost",
        lambda _: PeriodClause(weekdays=(Weekday.SATURDAY, Weekday.SUNDAY)),
        PercentOfBase(Decimal(25)),
        RuleLimits(points_per_ecp_per_month=1_500),
        exclusive_group="Calendar",
    ),
    "happy_hours": RulePlan(
        "Happy hours",
        lambda _: PeriodClause(
            weekdays=(Weekday.TUESDAY, Weekday.THURSDAY), from_time=time(10, 0), to_time=time(13, 30)
        ),
        MultiplyBase(Decimal("1.5")),
        RuleLimits(points_per_ecp_per_month=1_000, points_per_ecp=4_000),
        priority=10,
        exclusive_group="Calendar",
    ),
    "opening": RulePlan(
        "Opening fortnight counts double",
        lambda of: PeriodClause(from_date=of.day(0), to_date=of.day(13)),
        MultiplyBase(Decimal(2)),
        RuleLimits(points_per_ecp=5_000, points_in_total=2_000_000),
        priority=20,
        exclusive_group="Calendar",
    ),
    "big_lines": RulePlan(
        "The more at once, the more for each",
        lambda _: QuantityClause(at_least=6),
        Slabs((Slab(6, 2), Slab(12, 4), Slab(48, 7))),
    ),
    "regulars": RulePlan(
        "Regulars of the month",
        lambda _: VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 120),
        PointsPerUnit(3),
        RuleLimits(points_per_ecp_per_month=2_400),
    ),
    "big_sellers": RulePlan(
        "Big sellers of the scheme",
        lambda of: AllOf(
            (
                VolumeClause(VolumeMeasure.VALUE, VolumePeriod.SCHEME, 250_000),
                Not(TierClause(tier_ids=(of.tier("BRONZE"),))),
            )
        ),
        FlatPoints(50),
        RuleLimits(times_per_ecp=40),
    ),
    "trained": RulePlan(
        "Trained and tested",
        lambda _: ActivityClause("TRAINING_COMPLETED", within_days=180),
        PercentOfBase(Decimal(15)),
        RuleLimits(points_per_ecp=3_000, points_in_total=1_500_000),
    ),
    "coupons_week": RulePlan(
        "Twenty coupons a week",
        lambda _: AllOf(
            (
                ChannelClause(EarningChannel.COUPON),
                VolumeClause(VolumeMeasure.COUPONS, VolumePeriod.WEEK, 20),
            )
        ),
        FlatPoints(15),
        RuleLimits(points_per_ecp_per_month=900),
    ),
    "reported": RulePlan(
        "Reported sales of small lots",
        lambda _: AllOf((ChannelClause(EarningChannel.SALE), QuantityClause(at_most=5))),
        PointsPerUnit(1),
    ),
    # Lubricants.
    "synthetics": RulePlan(
        "Synthetic oils of the west and the south",
        lambda of: AllOf(
            (
                ProductClause(product_ids=of.products("AMB-5W30", "AMB-0W20")),
                AnyOf(
                    (
                        GeographyClause(of.places("IN-MH", "IN-GJ", "IN-KA", "IN-TN")),
                        TierClause(at_least=of.tier("PLATINUM")),
                    )
                ),
            )
        ),
        PointsPerUnit(5),
    ),
    "four_litre": RulePlan(
        "Four-liter cans of 5W-30",
        lambda of: ProductClause(variant_ids=of.variants("AMB-5W30-4L", "AMB-5W30-3L5")),
        PointsPerUnit(8),
        RuleLimits(points_per_ecp=4_000),
    ),
    "fleet": RulePlan(
        "Fleet workshops outside the big cities",
        lambda of: AllOf(
            (
                ProductClause(categories=("Engine oils", "Transmission and brakes")),
                Not(GeographyClause(of.places("IN-MH-MUM", "IN-DL", "IN-KA-BEN", "IN-TN-CHE"))),
                AnyOf(
                    (
                        QuantityClause(at_least=20, at_most=400),
                        AllOf(
                            (
                                VolumeClause(VolumeMeasure.UNITS, VolumePeriod.SCHEME, 500),
                                ActivityClause("FLEET_VISIT_LOGGED", times=2, within_days=90),
                            )
                        ),
                    )
                ),
            )
        ),
        Slabs((Slab(1, 1), Slab(20, 3), Slab(100, 5))),
        RuleLimits(points_per_ecp=20_000, points_per_ecp_per_month=6_000, points_in_total=4_000_000),
        priority=5,
    ),
    "moto_pair": RulePlan(
        "Oil and grease go together",
        lambda of: AllOf(
            (
                ProductClause(product_ids=of.products("AMX-MP3")),
                VolumeClause(
                    VolumeMeasure.UNITS, VolumePeriod.MONTH, 24, of.variants("AMB-20W50-1L", "AMB-20W50-500ML")
                ),
            )
        ),
        MultiplyBase(Decimal("1.25")),
    ),
    # Car care.
    "detailing": RulePlan(
        "Detailers who posted their work",
        lambda _: AllOf(
            (
                ActivityClause("BEFORE_AFTER_PHOTO", times=3, within_days=30),
                AnyOf(
                    (
                        ProductClause(categories=("Car care",)),
                        Not(PeriodClause(from_time=time(20, 0), to_time=time(8, 0))),
                    )
                ),
            )
        ),
        FlatPoints(40),
        RuleLimits(times_per_ecp=12),
    ),
    "shampoo": RulePlan(
        "Shampoo by the five liters",
        lambda of: AllOf((ProductClause(variant_ids=of.variants("GLN-SHAM-5L")), QuantityClause(at_least=2))),
        PointsPerUnit(12),
    ),
    # Eye care.
    "progressive": RulePlan(
        "Thin progressive lenses",
        lambda of: ProductClause(variant_ids=of.variants("VIS-PRO-167", "VIS-PRO-174")),
        PercentOfBase(Decimal(30)),
        exclusive_group="Lenses",
    ),
    "first_progressive": RulePlan(
        "First hundred days with progressive lenses",
        lambda of: AllOf((ProductClause(product_ids=of.products("VIS-PRO")), EnrolledWithinClause(100))),
        MultiplyBase(Decimal("1.5")),
        RuleLimits(points_per_ecp=6_000),
        exclusive_group="Lenses",
    ),
    "screening": RulePlan(
        "Screening camps in smaller towns",
        lambda of: AllOf(
            (
                ActivityClause("EYE_SCREENING_CAMP", times=1, within_days=60),
                GeographyClause(of.places("IN-UP", "IN-MP", "IN-RJ", "IN-WB", "NP")),
                Not(GeographyClause(of.places("IN-WB-KOL", "NP-BA-KAT"))),
            )
        ),
        FlatPoints(150),
        RuleLimits(times_per_ecp=6, points_in_total=300_000),
    ),
    # Such scanners are announced; no ECP has connected one yet.
    "scanner": RulePlan(
        "Practices with a connected lens scanner",
        lambda _: ActivityClause("LENS_SCANNER_CONNECTED"),
        PointsPerUnit(6),
    ),
    "refill": RulePlan(
        "Lens wearers come back",
        lambda of: VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 30, of.variants("VIS-DAY-30", "VIS-DAY-90")),
        PointsPerUnit(4),
    ),
}
