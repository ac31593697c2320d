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
        name="Users of the app",
        condition=lambda _: ActivityClause("APP_INSTALLED"),
        reward=FlatPoints(100),
        limits=RuleLimits(times_per_ecp=1),
    ),
    "referral": RulePlan(
        name="Bring a colleague",
        condition=lambda _: ActivityClause("REFERRAL", within_days=90),
        reward=FlatPoints(250),
        limits=RuleLimits(times_per_ecp=4),
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
        name="Starters catch up",
        condition=lambda of: AllOf((TierClause(tier_ids=of.tiers("BRONZE", "SILVER")), EnrolledWithinClause(30))),
        reward=PercentOfBase(Decimal("12.5")),
        limits=RuleLimits(points_per_ecp=2_000),
    ),
    "welcome": RulePlan(
        name="Welcome gift",
        condition=lambda _: EnrolledWithinClause(14),
        reward=FlatPoints(200),
        limits=RuleLimits(times_per_ecp=1, points_in_total=500_000),
    ),
    "weekend": RulePlan(
        name="Weekend boost",
        condition=lambda _: PeriodClause(weekdays=(Weekday.SATURDAY, Weekday.SUNDAY)),
        reward=PercentOfBase(Decimal(25)),
        limits=RuleLimits(points_per_ecp_per_month=1_500),
        exclusive_group="Calendar",
    ),
    "happy_hours": RulePlan(
        name="Happy hours",
        condition=lambda _: PeriodClause(
            weekdays=(Weekday.TUESDAY, Weekday.THURSDAY), from_time=time(10, 0), to_time=time(13, 30)
        ),
        reward=MultiplyBase(Decimal("1.5")),
        limits=RuleLimits(points_per_ecp_per_month=1_000, points_per_ecp=4_000),
        priority=10,
        exclusive_group="Calendar",
    ),
    "opening": RulePlan(
        name="Opening fortnight counts double",
        condition=lambda of: PeriodClause(from_date=of.day(0), to_date=of.day(13)),
        reward=MultiplyBase(Decimal(2)),
        limits=RuleLimits(points_per_ecp=5_000, points_in_total=2_000_000),
        priority=20,
        exclusive_group="Calendar",
    ),
    "big_lines": RulePlan(
        "The more at once, the more for each",
        lambda _: QuantityClause(at_least=6),
        Slabs((Slab(6, 2), Slab(12, 4), Slab(48, 7))),
    ),
    "regulars": RulePlan(
        name="Regulars of the month",
        condition=lambda _: VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 120),
        reward=PointsPerUnit(3),
        limits=RuleLimits(points_per_ecp_per_month=2_400),
    ),
    "big_sellers": RulePlan(
        name="Big sellers of the scheme",
        condition=lambda of: AllOf(
            (
                VolumeClause(VolumeMeasure.VALUE, VolumePeriod.SCHEME, 250_000),
                Not(TierClause(tier_ids=(of.tier("BRONZE"),))),
            )
        ),
        reward=FlatPoints(50),
        limits=RuleLimits(times_per_ecp=40),
    ),
    "trained": RulePlan(
        name="Trained and tested",
        condition=lambda _: ActivityClause("TRAINING_COMPLETED", within_days=180),
        reward=PercentOfBase(Decimal(15)),
        limits=RuleLimits(points_per_ecp=3_000, points_in_total=1_500_000),
    ),
    "coupons_week": RulePlan(
        name="Twenty coupons a week",
        condition=lambda _: AllOf(
            (
                ChannelClause(EarningChannel.COUPON),
                VolumeClause(VolumeMeasure.COUPONS, VolumePeriod.WEEK, 20),
            )
        ),
        reward=FlatPoints(15),
        limits=RuleLimits(points_per_ecp_per_month=900),
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
        name="Four-liter cans of 5W-30",
        condition=lambda of: ProductClause(variant_ids=of.variants("AMB-5W30-4L", "AMB-5W30-3L5")),
        reward=PointsPerUnit(8),
        limits=RuleLimits(points_per_ecp=4_000),
    ),
    "fleet": RulePlan(
        name="Fleet workshops outside the big cities",
        condition=lambda of: AllOf(
            (
                ProductClause(category_ids=of.categories("Engine oils", "Transmission and brakes")),
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
        reward=Slabs((Slab(1, 1), Slab(20, 3), Slab(100, 5))),
        limits=RuleLimits(points_per_ecp=20_000, points_per_ecp_per_month=6_000, points_in_total=4_000_000),
        priority=5,
    ),
    "moto_pair": RulePlan(
        "Oil and grease go together",
        lambda of: AllOf(
            (
                ProductClause(product_ids=of.products("AMX-MP3")),
                VolumeClause(
                    measure=VolumeMeasure.UNITS,
                    period=VolumePeriod.MONTH,
                    at_least=24,
                    variant_ids=of.variants("AMB-20W50-1L", "AMB-20W50-500ML"),
                ),
            )
        ),
        MultiplyBase(Decimal("1.25")),
    ),
    # Car care.
    "detailing": RulePlan(
        name="Detailers who posted their work",
        condition=lambda of: AllOf(
            (
                ActivityClause("BEFORE_AFTER_PHOTO", times=3, within_days=30),
                AnyOf(
                    (
                        ProductClause(category_ids=of.categories("Car care")),
                        Not(PeriodClause(from_time=time(20, 0), to_time=time(8, 0))),
                    )
                ),
            )
        ),
        reward=FlatPoints(40),
        limits=RuleLimits(times_per_ecp=12),
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
        name="First hundred days with progressive lenses",
        condition=lambda of: AllOf((ProductClause(product_ids=of.products("VIS-PRO")), EnrolledWithinClause(100))),
        reward=MultiplyBase(Decimal("1.5")),
        limits=RuleLimits(points_per_ecp=6_000),
        exclusive_group="Lenses",
    ),
    "screening": RulePlan(
        name="Screening camps in smaller towns",
        condition=lambda of: AllOf(
            (
                ActivityClause("EYE_SCREENING_CAMP", times=1, within_days=60),
                GeographyClause(of.places("IN-UP", "IN-MP", "IN-RJ", "IN-WB", "NP")),
                Not(GeographyClause(of.places("IN-WB-KOL", "NP-BA-KAT"))),
            )
        ),
        reward=FlatPoints(150),
        limits=RuleLimits(times_per_ecp=6, points_in_total=300_000),
    ),
    # Such scanners are announced; no ECP has connected one yet.
    "scanner": RulePlan(
        "Practices with a connected lens scanner",
        lambda _: ActivityClause("LENS_SCANNER_CONNECTED"),
        PointsPerUnit(6),
    ),
    "refill": RulePlan(
        "Lens wearers come back",
        lambda of: VolumeClause(
            measure=VolumeMeasure.UNITS,
            period=VolumePeriod.MONTH,
            at_least=30,
            variant_ids=of.variants("VIS-DAY-30", "VIS-DAY-90"),
        ),
        PointsPerUnit(4),
    ),
}
