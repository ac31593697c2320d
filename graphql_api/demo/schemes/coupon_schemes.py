"""The schemes of the demo data that exist for their coupons: over a year, from ended ones to those about to start."""

from typing import Final

from graphql_api.demo.accounts.people import Person
from graphql_api.demo.lines import Line
from graphql_api.demo.schemes.scenarios import Scenario
from graphql_api.demo.schemes.scheme_plan import COUPON, Days, PointTerms, SchemePlan

# The formatter would put every value on a separate line; this way a scheme stays in view.
# fmt: off
COUPON_SCHEMES: Final = (
    SchemePlan(
        title="Monsoon Coupon Rush", description="Coupons on coolant before the rains, ended.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=372, days=Days(opens=-350, closes=-200, starts=-330, ends=-180),
        products=("AMC-LONG",), places=("IN",), channels=COUPON, rules=("trained",), units=20_000,
        terms=PointTerms(value="0.25", minimum=23),
    ),
    SchemePlan(
        title="Autumn Gear Coupons", description="Coupons on gear oils, ended.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=300, days=Days(opens=-270, closes=-160, starts=-250, ends=-70),
        products=("AMG-ATF6",), places=("IN-PB", "IN-DL"), channels=COUPON, rules=("big_lines",), units=24_000,
        manager=Person.SECOND_MANAGER, terms=PointTerms(value="0.30", minimum=20),
    ),
    SchemePlan(
        title="Winter Grease Coupons", description="Coupons in every tub of grease through the winter.",
        line=Line.LUBRICANTS, scenario=Scenario.APPROVED, days_ago=210,
        days=Days(opens=-190, closes=-90, starts=-150, ends=60), products=("AMX-MP3",), places=("IN-PB", "IN-RJ"),
        channels=COUPON, rules=("regulars",), units=16_000, approver=Person.HEAD,
    ),
    SchemePlan(
        title="Dashboard Coupon Weeks", description="Coupons on dashboard care; its last boxes are on the road.",
        line=Line.CAR_CARE, scenario=Scenario.APPROVED, days_ago=60,
        days=Days(opens=12, closes=60, starts=20, ends=150), products=("GLN-DASH",), places=("IN-WB", "IN-UP"),
        channels=COUPON, rules=("detailing",), units=12_000,
    ),
    SchemePlan(
        title="Liquid Shine Coupons", description="Coupons on liquid shine; all of them are in the bottles.",
        line=Line.CAR_CARE, scenario=Scenario.APPROVED, days_ago=75,
        days=Days(opens=8, closes=60, starts=16, ends=140), products=("GLN-SHINE",), places=("IN-GJ", "IN-MH"),
        channels=COUPON, rules=("happy_hours",), units=12_000, manager=Person.SECOND_MANAGER,
    ),
)
