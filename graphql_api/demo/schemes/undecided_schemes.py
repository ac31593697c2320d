"""The undecided schemes of the demo data: drafts, and schemes that wait for approval."""

from typing import Final

from graphql_api.demo.accounts.people import Person
from graphql_api.demo.lines import Line
from graphql_api.demo.schemes.scenarios import Scenario
from graphql_api.demo.schemes.scheme_plan import BOTH, COUPON, Days, SchemePlan

# The formatter would put every value on a separate line; this way a scheme stays in view.
# fmt: off
UNDECIDED_SCHEMES: Final = (
    SchemePlan(
        title="Synthetic Upgrade Drive",
        description="Workshops that move their customers from mineral to synthetic oils.", line=Line.LUBRICANTS,
        scenario=Scenario.BASICS_PENDING, days_ago=2, days=Days(opens=20, closes=80, starts=30, ends=150),
        products=("AMB-5W30",), places=("IN",),
    ),
    SchemePlan(
        title="Studio Shine Challenge", description="Detailing studios earn with every bottle of shine they use.",
        line=Line.CAR_CARE, scenario=Scenario.BASICS_PENDING, days_ago=1,
        days=Days(opens=25, closes=70, starts=30, ends=120), products=("GLN-SHINE",), places=("IN",), channels=COUPON,
        manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Highway Diesel Days", description="Counters along the highways earn with diesel oils in pails.",
        line=Line.LUBRICANTS, scenario=Scenario.PRODUCTS_PENDING, days_ago=3,
        days=Days(opens=18, closes=60, starts=25, ends=115), products=("AMB-15W40",), places=("IN-RJ", "IN-GJ"),
        channels=COUPON,
    ),
    SchemePlan(
        title="Clear Sight Partners", description="Practices that recommend thin lenses to new wearers.",
        line=Line.EYE_CARE, scenario=Scenario.PRODUCTS_PENDING, days_ago=5,
        days=Days(opens=21, closes=75, starts=28, ends=148), products=("VIS-SV",), places=("IN-KL", "IN-TN"),
        manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Gearbox Specialists", description="Workshops that service gearboxes and report what they use.",
        line=Line.LUBRICANTS, scenario=Scenario.GEOGRAPHIES_PENDING, days_ago=4,
        days=Days(opens=16, closes=66, starts=24, ends=130), products=("AMG-80W90", "AMG-ATF6"), places=("IN",),
        channels=BOTH,
    ),
    SchemePlan(
        title="Moist Eyes Recommendation", description="Practices that recommend eye drops to people at screens.",
        line=Line.EYE_CARE, scenario=Scenario.GEOGRAPHIES_PENDING, days_ago=8,
        days=Days(opens=12, closes=50, starts=15, ends=105), products=("VIS-TEAR",), places=("IN",),
    ),
    SchemePlan(
        title="Grease Gun Club", description="Workshops that grease on time, pail by pail.", line=Line.LUBRICANTS,
        scenario=Scenario.VALUES_PENDING, days_ago=6, days=Days(opens=14, closes=60, starts=20, ends=140),
        products=("AMX-MP3",), places=("IN-PB", "IN-UP", "IN-MP"), channels=COUPON,
    ),
    SchemePlan(
        title="Windscreen Season", description="Glass care at every service, wipes included.", line=Line.CAR_CARE,
        scenario=Scenario.VALUES_PENDING, days_ago=9, days=Days(opens=15, closes=45, starts=18, ends=95),
        products=("GLN-GLASS",), places=("IN-WB", "IN-UP"), manager=Person.HEAD,
    ),
    SchemePlan(
        title="Two-Wheeler Mechanics' Circle", description="Mechanics of two-wheelers across the hills of Nepal.",
        line=Line.LUBRICANTS, scenario=Scenario.RULES_PENDING, days_ago=7,
        days=Days(opens=17, closes=70, starts=22, ends=160), products=("AMB-20W50", "AMX-MP3-500G"), places=("NP",),
        channels=BOTH, units=18_000,
    ),
    SchemePlan(
        title="Lens Care Companion", description="A bottle of solution with every box of contact lenses.",
        line=Line.EYE_CARE, scenario=Scenario.RULES_PENDING, days_ago=10,
        days=Days(opens=13, closes=55, starts=19, ends=110), products=("VIS-CARE", "VIS-DAY"),
        places=("IN-MH", "IN-KA"), manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="City Workshops 0W-20", description="Newer cars in the large cities get the thinnest oil.",
        line=Line.LUBRICANTS, scenario=Scenario.VARIANT_ADDED, days_ago=12,
        days=Days(opens=15, closes=60, starts=21, ends=130), products=("AMB-0W20-1L", "AMB-0W20-3L5"),
        places=("IN-MH-MUM", "IN-DL", "IN-KA-BEN"), rules=("gold", "weekend"), changed_sku="AMB-0W20-4L",
        colleague=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Four-Liter Fortnight", description="Cans of 5W-30 for the regular oil change.", line=Line.LUBRICANTS,
        scenario=Scenario.VARIANT_REMOVED, days_ago=14, days=Days(opens=10, closes=40, starts=14, ends=75),
        products=("AMB-5W30",), places=("IN-TN", "IN-KL", "IN-KA"), channels=COUPON,
        rules=("four_litre", "big_lines"), changed_sku="AMB-5W30-3L5",
    ),
    SchemePlan(
        title="Contact Lens Refill Reward", description="Wearers who come back for their next box.",
        line=Line.EYE_CARE, scenario=Scenario.VARIANT_REMOVED, days_ago=16,
        days=Days(opens=9, closes=50, starts=12, ends=100), products=("VIS-DAY", "VIS-CARE-300ML"),
        places=("IN-DL", "IN-UP"), rules=("refill", "welcome"), manager=Person.SECOND_MANAGER,
        changed_sku="VIS-DAY-90", colleague=Person.MANAGER,
    ),
    SchemePlan(
        title="Dashboard Days", description="Matt dashboards for taxi fleets.", line=Line.CAR_CARE,
        scenario=Scenario.VARIANTS_REMOVED, days_ago=11, days=Days(opens=22, closes=60, starts=26, ends=90),
        products=("GLN-DASH",), places=("IN-TS",), manager=Person.HEAD,
    ),
    SchemePlan(
        title="Coolant Before Summer", description="Coolant changes in the warm south.", line=Line.LUBRICANTS,
        scenario=Scenario.GEOGRAPHIES_REMOVED, days_ago=13, days=Days(opens=28, closes=75, starts=35, ends=140),
        products=("AMC-LONG",), places=("IN-TS", "IN-TN"),
    ),
    SchemePlan(
        title="Brake Safety Month", description="Brake fluid at every inspection.", line=Line.LUBRICANTS,
        scenario=Scenario.COUPONS_ADDED, days_ago=15, days=Days(opens=11, closes=45, starts=14, ends=60),
        products=("AMF-DOT4",), places=("IN-GJ", "IN-RJ"), rules=("trained", "reported"),
        colleague=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Progressive Lens Launch", description="Practices that fit their first progressive lenses.",
        line=Line.EYE_CARE, scenario=Scenario.REVIEW_PENDING, days_ago=9,
        days=Days(opens=8, closes=60, starts=15, ends=160), products=("VIS-PRO",), places=("IN",),
        rules=("progressive", "first_progressive", "trained", "scanner"),
    ),
    SchemePlan(
        title="Maharashtra Excellence Circle",
        description="The best workshops of Maharashtra; its rules are still to be checked for whom they reach.",
        line=Line.LUBRICANTS, scenario=Scenario.REVIEW_PENDING, days_ago=4,
        days=Days(opens=11, closes=70, starts=18, ends=200), products=("AMB-0W20", "AMB-5W30"), places=("IN-MH",),
        rules=("gold", "silver_mumbai", "gold_pune", "platinum_nagpur"), units=60_000,
    ),
    SchemePlan(
        title="Nepal Workshop Welcome", description="New workshops in Nepal start with a welcome gift.",
        line=Line.LUBRICANTS, scenario=Scenario.REVIEW_PENDING, days_ago=6,
        days=Days(opens=12, closes=80, starts=20, ends=170), products=("AMB-20W50", "AMB-10W40", "AMX-MP3"),
        places=("NP",), channels=COUPON, rules=("welcome", "moto_pair", "coupons_week"), units=15_000,
        manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Full Range Coupons",
        description="Every Amberlane pack carries a coupon, on a budget that is still being discussed.",
        line=Line.LUBRICANTS, scenario=Scenario.REVIEW_PENDING, days_ago=18,
        days=Days(opens=14, closes=90, starts=21, ends=200),
        products=("AMB-5W30", "AMB-10W40", "AMB-15W40", "AMG-80W90"), places=("IN",), channels=COUPON,
        rules=("fleet", "synthetics", "coupons_week"), units=120_000, budget_percent=75,
    ),
    SchemePlan(
        title="Spring Car Wash",
        description="Washing centers that use shampoo by the five liters; it waited in the drawer for too long.",
        line=Line.CAR_CARE, scenario=Scenario.REVIEW_PENDING, days_ago=75,
        days=Days(opens=-60, closes=-20, starts=-50, ends=20), products=("GLN-SHAM", "GLN-SHINE"),
        places=("IN-PB", "IN-DL"), rules=("shampoo", "weekend"),
    ),
    SchemePlan(
        title="Village Screening Camps", description="Opticians who bring eye tests to small towns.",
        line=Line.EYE_CARE, scenario=Scenario.EDITED_AFTER_SUBMISSION, days_ago=13,
        days=Days(opens=9, closes=70, starts=14, ends=180), products=("VIS-SV-150", "VIS-SV-160", "VIS-TEAR"),
        places=("IN-UP", "IN-MP", "IN-RJ", "IN-WB"), rules=("screening", "starters"),
    ),
    SchemePlan(
        title="Counter Staff Bonus", description="Oil counters whose staff finished the training.",
        line=Line.LUBRICANTS, scenario=Scenario.CHANGES_REQUESTED, days_ago=12,
        days=Days(opens=10, closes=55, starts=16, ends=120), products=("AMB-10W40", "AMB-20W50"),
        places=("IN-WB", "IN-UP"), rules=("trained", "regulars"),
        remark="The training counts for 180 days, the terms say nothing about that. Please add it.",
    ),
    SchemePlan(
        title="Glass and Gloss Bundle", description="Glass care and shine sold together.", line=Line.CAR_CARE,
        scenario=Scenario.CHANGES_REQUESTED, days_ago=16, days=Days(opens=7, closes=45, starts=10, ends=100),
        products=("GLN-GLASS", "GLN-SHINE"), places=("IN-MH", "IN-GJ"), channels=BOTH,
        rules=("detailing", "happy_hours"), manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Thin Lens Month", description="A month of index 1.67 and above.", line=Line.EYE_CARE,
        scenario=Scenario.CHANGES_REQUESTED, days_ago=20, days=Days(opens=6, closes=20, starts=8, ends=38),
        products=("VIS-PRO", "VIS-SV-167", "VIS-SV-174"), places=("IN-KA", "IN-TS"),
        rules=("progressive", "opening", "weekend"), approver=Person.HEAD,
        remark="Two rules of the group Calendar reach the same weekend. Is that meant?",
    ),
    SchemePlan(
        title="Workshop Loyalty Maharashtra",
        description="Workshops in Maharashtra that stay with the brand all year.", line=Line.LUBRICANTS,
        scenario=Scenario.SUBMITTED, days_ago=5, days=Days(opens=10, closes=60, starts=15, ends=330),
        products=("AMB-5W30", "AMB-10W40", "AMB-15W40"), places=("IN-MH",), channels=BOTH,
        rules=("gold", "fleet", "regulars"), units=60_000,
    ),
    SchemePlan(
        title="Evening Drops", description="Eye drops for people who work late.", line=Line.EYE_CARE,
        scenario=Scenario.SUBMITTED, days_ago=3, days=Days(opens=12, closes=50, starts=14, ends=110),
        products=("VIS-TEAR",), places=("IN-KA-BEN", "IN-TS-HYD", "IN-MH-PUN"), rules=("happy_hours", "starters"),
        manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Automatic Gearbox Pioneers", description="Workshops among the first to service automatic gearboxes.",
        line=Line.LUBRICANTS, scenario=Scenario.SUBMITTED, days_ago=7,
        days=Days(opens=8, closes=40, starts=12, ends=150), products=("AMG-ATF6",),
        places=("IN-DL", "IN-PB", "IN-UP-NOI"), channels=COUPON, rules=("trained", "big_lines"), manager=Person.HEAD,
    ),
    SchemePlan(
        title="Studio Grand Prix",
        description="Detailing studios compete over a season; its prizes outgrow the budget.", line=Line.CAR_CARE,
        scenario=Scenario.SUBMITTED, days_ago=9, days=Days(opens=7, closes=60, starts=14, ends=190),
        products=("GLN-SHAM", "GLN-SHINE", "GLN-DASH"), places=("IN",), channels=COUPON,
        rules=("detailing", "shampoo", "big_sellers"), units=90_000, budget_percent=80,
    ),
    SchemePlan(
        title="Family Eye Check", description="Lenses for a second family member in the same month.",
        line=Line.EYE_CARE, scenario=Scenario.RESUBMITTED, days_ago=14,
        days=Days(opens=6, closes=45, starts=10, ends=100), products=("VIS-SV",), places=("IN-GJ", "IN-MP"),
        rules=("welcome", "gold"), manager=Person.SECOND_MANAGER,
    ),
)
