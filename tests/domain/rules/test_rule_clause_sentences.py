"""The exact words of every kind of clause, as it stands and negated."""

from datetime import date, time
from uuid import UUID

import pytest

from domain.channels import EarningChannel
from domain.rules.model import (
    ActivityClause,
    BonusRule,
    ChannelClause,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    Not,
    PeriodClause,
    ProductClause,
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.rules.phrases import DisplayNames
from domain.rules.sentences import qualifying_sentence

CEMENT = UUID(int=42)
SILVER, GOLD, PLATINUM = UUID(int=1), UUID(int=2), UUID(int=3)
PUNE, MUMBAI, DELHI = UUID(int=11), UUID(int=12), UUID(int=13)
ONE_LITER, TWO_LITER = UUID(int=21), UUID(int=22)
AMBER = UUID(int=31)
GONE, GONE_TOO = UUID(int=98), UUID(int=99)
NAMES = DisplayNames(
    tiers={SILVER: "Silver", GOLD: "Gold", PLATINUM: "Platinum"},
    geographies={PUNE: "Pune", MUMBAI: "Mumbai", DELHI: "Delhi"},
    variants={ONE_LITER: "AMB-1L", TWO_LITER: "AMB-2L"},
    products={AMBER: "Amber"},
    categories={CEMENT: "Cement"},
)

IS_GOLD = TierClause((GOLD,))
IN_PUNE = GeographyClause((PUNE,))
NEW = EnrolledWithinClause(30)
TRAINED = ActivityClause("TRAINING_COMPLETED")
SELLS = ProductClause((ONE_LITER,))
MANY = QuantityClause(at_least=10)
COUPON = ChannelClause(EarningChannel.COUPON)
SATURDAY = PeriodClause(weekdays=(Weekday.SATURDAY,))
MARCH = PeriodClause(date(2026, 3, 1), date(2026, 3, 31))
LAUNCH_SALES = PeriodClause(
    from_date=date(2026, 3, 1),
    to_date=date(2026, 3, 31),
    weekdays=(Weekday.SUNDAY, Weekday.SATURDAY),
    from_time=time(9),
    to_time=time(17, 30),
)
UNITS, VALUE, COUPONS = VolumeMeasure.UNITS, VolumeMeasure.VALUE, VolumeMeasure.COUPONS
SCHEME, MONTH, WEEK = VolumePeriod.SCHEME, VolumePeriod.MONTH, VolumePeriod.WEEK


def sentence(condition: Condition) -> str:
    return qualifying_sentence(
        BonusRule(id=UUID(int=1000), name="A rule", condition=condition, reward=FlatPoints(200)), NAMES
    )


# The clause, what it asks, and what its negation asks.
CLAUSES: list[tuple[Condition, str, str]] = [
    (TierClause((GOLD,)), "are Gold", "are not Gold"),
    (TierClause((SILVER, GOLD)), "are Silver or Gold", "are neither Silver nor Gold"),
    (
        TierClause((SILVER, GOLD, PLATINUM)),
        "are Silver, Gold or Platinum",
        "are neither Silver, Gold nor Platinum",
    ),
    (TierClause(at_least=GOLD), "are Gold or above", "are below Gold"),
    (
        TierClause((SILVER,), PLATINUM),
        "are Silver or Platinum or above",
        "are neither Silver nor Platinum or above",
    ),
    (TierClause((GONE,)), "are a tier that no longer exists", "are not a tier that no longer exists"),
    (
        TierClause(at_least=GONE),
        "are a tier that no longer exists or above",
        "are below a tier that no longer exists",
    ),
    (TierClause(), "are of a tier that is not chosen yet", "are not of a tier that is not chosen yet"),
    (GeographyClause((PUNE,)), "work in Pune", "do not work in Pune"),
    (GeographyClause((PUNE, MUMBAI)), "work in Pune or Mumbai", "work neither in Pune nor in Mumbai"),
    (
        GeographyClause((PUNE, MUMBAI, DELHI)),
        "work in Pune, Mumbai or Delhi",
        "work neither in Pune, in Mumbai nor in Delhi",
    ),
    (
        GeographyClause((GONE, GONE_TOO)),
        "work in a place that no longer exists",
        "do not work in a place that no longer exists",
    ),
    (GeographyClause(()), "work in a place that is not chosen yet", "do not work in a place that is not chosen yet"),
    (ProductClause((ONE_LITER,)), "sell AMB-1L", "sell anything except AMB-1L"),
    (
        ProductClause((ONE_LITER, TWO_LITER)),
        "sell AMB-1L or AMB-2L",
        "sell anything except AMB-1L or AMB-2L",
    ),
    (
        ProductClause((ONE_LITER,), (AMBER,), (CEMENT,)),
        "sell AMB-1L, any variant of Amber or anything in the category “Cement”",
        "sell anything except AMB-1L, any variant of Amber or anything in the category “Cement”",
    ),
    (
        ProductClause((GONE,), (GONE,)),
        "sell a variant that no longer exists or any variant of a product that no longer exists",
        "sell anything except a variant that no longer exists or any variant of a product that no longer exists",
    ),
    (ProductClause(), "sell a product that is not chosen yet", "sell anything except a product that is not chosen yet"),
    (
        ChannelClause(EarningChannel.COUPON),
        "earn points through a coupon",
        "earn points, but not through a coupon",
    ),
    (ChannelClause(EarningChannel.SALE), "earn points through a sale", "earn points, but not through a sale"),
    (
        QuantityClause(at_least=1_000),
        "sell 1,000 or more units on one sale",
        "sell fewer than 1,000 units on one sale",
    ),
    (QuantityClause(at_least=1), "sell 1 or more units on one sale", "sell fewer than 1 unit on one sale"),
    (QuantityClause(at_most=1), "sell at most 1 unit on one sale", "sell more than 1 unit on one sale"),
    (QuantityClause(at_most=20), "sell at most 20 units on one sale", "sell more than 20 units on one sale"),
    (
        QuantityClause(10, 20),
        "sell 10 to 20 units on one sale",
        "sell fewer than 10 or more than 20 units on one sale",
    ),
    (QuantityClause(1, 1), "sell exactly 1 unit on one sale", "sell any number of units except 1 on one sale"),
    (
        VolumeClause(UNITS, SCHEME, 10_000),
        "have sold 10,000 or more units so far in this scheme",
        "have sold fewer than 10,000 units so far in this scheme",
    ),
    (
        VolumeClause(measure=UNITS, period=MONTH, at_least=1, variant_ids=(ONE_LITER, TWO_LITER)),
        "have sold 1 or more units of AMB-1L and AMB-2L together so far this month",
        "have sold fewer than 1 unit of AMB-1L and AMB-2L together so far this month",
    ),
    (
        VolumeClause(measure=VALUE, period=MONTH, at_least=5_000, variant_ids=(ONE_LITER,)),
        "have sold 5,000 or more in value of AMB-1L so far this month",
        "have sold less than 5,000 in value of AMB-1L so far this month",
    ),
    (
        VolumeClause(COUPONS, WEEK, 10),
        "have redeemed 10 or more coupons so far this week",
        "have redeemed fewer than 10 coupons so far this week",
    ),
    (
        VolumeClause(COUPONS, WEEK, 1),
        "have redeemed 1 or more coupons so far this week",
        "have redeemed fewer than 1 coupon so far this week",
    ),
    (
        ActivityClause("TRAINING_COMPLETED", 2, 90),
        "have completed the activity “Training completed” at least 2 times in the last 90 days",
        "have completed the activity “Training completed” fewer than 2 times in the last 90 days",
    ),
    (
        ActivityClause("APP_INSTALLED"),
        "have completed the activity “App installed” at least once",
        "have not completed the activity “App installed”",
    ),
    (
        ActivityClause("REFERRAL", within_days=1),
        "have completed the activity “Referral” at least once in the last day",
        "have not completed the activity “Referral” in the last day",
    ),
    (
        EnrolledWithinClause(30),
        "enrolled in the scheme in the last 30 days",
        "enrolled in the scheme more than 30 days ago",
    ),
    (EnrolledWithinClause(1), "enrolled in the scheme in the last day", "enrolled in the scheme more than 1 day ago"),
    (
        MARCH,
        "earn points from 1 March 2026 to 31 March 2026",
        "earn points at any time except from 1 March 2026 to 31 March 2026",
    ),
    (PeriodClause(date(2026, 3, 1)), "earn points on or after 1 March 2026", "earn points before 1 March 2026"),
    (
        PeriodClause(to_date=date(2026, 12, 31)),
        "earn points on or before 31 December 2026",
        "earn points after 31 December 2026",
    ),
    (
        PeriodClause(date(2026, 3, 1), date(2026, 3, 1)),
        "earn points on 1 March 2026",
        "earn points at any time except on 1 March 2026",
    ),
    (
        PeriodClause(weekdays=(Weekday.SUNDAY, Weekday.FRIDAY, Weekday.SATURDAY)),
        "earn points on a Friday, Saturday or Sunday",
        "earn points at any time except on a Friday, Saturday or Sunday",
    ),
    (
        PeriodClause(from_time=time(9), to_time=time(17, 5)),
        "earn points between 09:00 and 17:05",
        "earn points at any time except between 09:00 and 17:05",
    ),
    (
        PeriodClause(from_time=time(22), to_time=time(6)),
        "earn points between 22:00 and 06:00 the next day",
        "earn points at any time except between 22:00 and 06:00 the next day",
    ),
    (
        LAUNCH_SALES,
        "earn points between 09:00 and 17:30 on a Saturday or Sunday from 1 March 2026 to 31 March 2026",
        (
            "earn points at any time except between 09:00 and 17:30 on a Saturday or Sunday "
            "from 1 March 2026 to 31 March 2026"
        ),
    ),
]


@pytest.mark.parametrize(("clause", "positive", "negative"), CLAUSES)
def test_a_clause_reads_as_it_stands_and_negated(clause: Condition, positive: str, negative: str) -> None:
    assert sentence(clause) == f"ECPs who {positive}."
    assert sentence(Not(clause)) == f"ECPs who {negative}."
