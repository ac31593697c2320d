"""The schemes of the demo data that were rejected or approved, before they start to when they have ended."""

from typing import Final

from graphql_api.demo.accounts.people import Person
from graphql_api.demo.lines import Line
from graphql_api.demo.schemes.revision_scenario import RevisionScenario
from graphql_api.demo.schemes.scenarios import Scenario
from graphql_api.demo.schemes.scheme_plan import BOTH, COUPON, Days, PointTerms, RevisionPlan, SchemePlan

# The formatter would put every value on a separate line; this way a scheme stays in view.
# fmt: off
DECIDED_SCHEMES: Final = (
    SchemePlan(
        title="Lucky Draw Pails", description="Workshops win prizes by lot for every pail.", line=Line.LUBRICANTS,
        scenario=Scenario.REJECTED, days_ago=40, days=Days(opens=-10, closes=40, starts=0, ends=90),
        products=("AMB-15W40-20L", "AMB-10W40-20L"), places=("IN-PB",), channels=COUPON,
        remark="Prizes by lot need a license in Punjab. Please plan a scheme with points instead.",
    ),
    SchemePlan(
        title="Prescription Points", description="Points for each prescription that names a product.",
        line=Line.EYE_CARE, scenario=Scenario.REJECTED, days_ago=66,
        days=Days(opens=-30, closes=30, starts=-20, ends=60), products=("VIS-TEAR", "VIS-CARE"), places=("IN",),
        rules=("regulars",), approver=Person.HEAD,
        remark="Points must never depend on prescriptions. We do not run this scheme in any form.",
    ),
    SchemePlan(
        title="Scratch and Earn 5W-30", description="A coupon in every pack of 5W-30.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=25, days=Days(opens=5, closes=60, starts=15, ends=200),
        products=("AMB-5W30",), places=("IN",), channels=COUPON, rules=("four_litre", "synthetics", "coupons_week"),
        units=150_000, remark="Good to go; please order the coupons early.",
    ),
    SchemePlan(
        title="Diesel Pail Coupons", description="Coupons under the lids of pails for fleets.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=21, days=Days(opens=9, closes=70, starts=20, ends=220),
        products=("AMB-15W40", "AMG-80W90-20L"), places=("IN-RJ", "IN-GJ", "IN-MP"), channels=COUPON,
        rules=("fleet", "gold"), approver=Person.HEAD,
    ),
    SchemePlan(
        title="Shampoo Coupon Season", description="Coupons on shampoo for washing centers.", line=Line.CAR_CARE,
        scenario=Scenario.APPROVED_AFTER_CHANGES, days_ago=30, days=Days(opens=6, closes=50, starts=12, ends=130),
        products=("GLN-SHAM",), places=("IN-MH", "IN-GJ", "IN-DL"), channels=COUPON, rules=("shampoo", "weekend"),
        manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Himalaya Riders", description="Two-wheeler mechanics in Nepal collect coupons.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=34, days=Days(opens=-8, closes=30, starts=10, ends=150),
        products=("AMB-20W50", "AMX-MP3"), places=("NP",), channels=BOTH, rules=("moto_pair", "welcome", "reported"),
        units=20_000,
    ),
    SchemePlan(
        title="Amberlane Coupon Festival",
        description="The large coupon scheme of the year, all engine oils; the overrun was accepted.",
        line=Line.LUBRICANTS, scenario=Scenario.APPROVED, days_ago=62,
        days=Days(opens=-40, closes=20, starts=-25, ends=120),
        products=("AMB-0W20", "AMB-5W30", "AMB-10W40", "AMB-20W50"), places=("IN", "NP"), channels=COUPON,
        rules=("opening", "weekend", "happy_hours", "gold"), units=200_000, budget_percent=92,
        remark="The overrun is accepted: not every coupon comes back.",
    ),
    SchemePlan(
        title="Brake Fluid Coupon Drive", description="Coupons on brake fluid, with points for reported sales too.",
        line=Line.LUBRICANTS, scenario=Scenario.APPROVED, days_ago=80,
        days=Days(opens=-60, closes=-10, starts=-50, ends=60), products=("AMF-DOT4",),
        places=("IN-UP", "IN-WB", "IN-MP"), channels=BOTH, rules=("trained", "reported"), approver=Person.HEAD,
    ),
    SchemePlan(
        title="Glass Clear Coupons", description="Coupons on glass care, ended.", line=Line.CAR_CARE,
        scenario=Scenario.APPROVED, days_ago=190, days=Days(opens=-175, closes=-120, starts=-165, ends=-35),
        products=("GLN-GLASS",), places=("IN-KA", "IN-TN"), channels=COUPON, rules=("detailing",),
    ),
    SchemePlan(
        title="Optician Partner Program", description="Practices that recommend the whole Visarel range.",
        line=Line.EYE_CARE, scenario=Scenario.APPROVED, days_ago=18,
        days=Days(opens=7, closes=70, starts=21, ends=360), products=("VIS-SV", "VIS-PRO", "VIS-CARE", "VIS-TEAR"),
        places=("IN",), rules=("gold", "progressive", "screening"), manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Fleet Oil Contracts", description="Workshops with contracts for whole fleets.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=15, days=Days(opens=4, closes=35, starts=20, ends=200),
        products=("AMB-15W40", "AMG-80W90"), places=("IN-RJ", "IN-PB", "IN-UP"), rules=("fleet", "big_sellers"),
        manager=Person.HEAD,
    ),
    SchemePlan(
        title="Invited Studios",
        description="A few invited studios; enrollment is over and the scheme is about to start.", line=Line.CAR_CARE,
        scenario=Scenario.APPROVED, days_ago=45, days=Days(opens=-30, closes=-4, starts=9, ends=130),
        products=("GLN-SHAM-5L", "GLN-GLASS-5L"), places=("IN-MH-MUM", "IN-MH-PUN", "IN-DL"), rules=("shampoo",),
    ),
    SchemePlan(
        title="Contact Lens Starter Practices", description="Practices that fit contact lenses for the first time.",
        line=Line.EYE_CARE, scenario=Scenario.APPROVED, days_ago=32,
        days=Days(opens=-14, closes=30, starts=8, ends=150), products=("VIS-DAY", "VIS-CARE"),
        places=("IN-KL", "IN-TN", "IN-KA"), rules=("refill", "welcome"),
    ),
    SchemePlan(
        title="Thousand Oil Changes", description="Workshops that reach a thousand oil changes together.",
        line=Line.LUBRICANTS, scenario=Scenario.APPROVED_AFTER_CHANGES, days_ago=40,
        days=Days(opens=-18, closes=20, starts=5, ends=170), products=("AMB-5W30", "AMB-10W40"),
        places=("IN-GJ", "IN-MH"), rules=("regulars", "big_lines", "four_litre"), manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Everyday Workshop Points", description="The standing scheme of all workshops.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=150, days=Days(opens=-135, closes=90, starts=-120, ends=240),
        products=("AMB-0W20", "AMB-5W30", "AMB-10W40", "AMB-15W40", "AMB-20W50"), places=("IN",),
        rules=("gold", "synthetics", "fleet", "opening", "app"), units=300_000, remark="A solid base for the year.",
        terms=PointTerms(value="0.10", minimum=500, expire_after_days=60),
        revision=RevisionPlan(
            scenario=RevisionScenario.DRAFT, days_ago=6, takes_effect=21,
            rules=("gold_fifth", "synthetics", "fleet", "opening", "app", "trained"),
        ),
    ),
    SchemePlan(
        title="Everyday Optician Points", description="The standing scheme of all practices.", line=Line.EYE_CARE,
        scenario=Scenario.APPROVED, days_ago=140, days=Days(opens=-125, closes=60, starts=-110, ends=250),
        products=("VIS-SV", "VIS-PRO", "VIS-DAY", "VIS-CARE", "VIS-TEAR"), places=("IN", "NP"),
        rules=("progressive", "first_progressive", "screening", "refill", "referral"), units=80_000,
        manager=Person.SECOND_MANAGER,
    ),
    SchemePlan(
        title="Everyday Studio Points", description="The standing scheme of detailing studios.", line=Line.CAR_CARE,
        scenario=Scenario.APPROVED_AFTER_CHANGES, days_ago=145,
        days=Days(opens=-128, closes=45, starts=-115, ends=245),
        products=("GLN-SHAM", "GLN-SHINE", "GLN-GLASS", "GLN-DASH"), places=("IN",),
        rules=("detailing", "shampoo", "weekend", "happy_hours"), manager=Person.HEAD,
        revision=RevisionPlan(
            scenario=RevisionScenario.IN_FORCE, days_ago=62, takes_effect=-50,
            rules=("detailing", "shampoo", "weekend", "happy_hours", "big_lines"),
        ),
    ),
    SchemePlan(
        title="Southern Synthetic Push", description="Synthetic oils in the four southern states.",
        line=Line.LUBRICANTS, scenario=Scenario.APPROVED, days_ago=90,
        days=Days(opens=-72, closes=-10, starts=-60, ends=50), products=("AMB-0W20", "AMB-5W30"),
        places=("IN-KA", "IN-TN", "IN-KL", "IN-TS"), rules=("synthetics", "weekend", "big_lines"),
    ),
    SchemePlan(
        title="Screening Camp Fund", description="Practices that hold free screening camps.", line=Line.EYE_CARE,
        scenario=Scenario.APPROVED, days_ago=70, days=Days(opens=-52, closes=15, starts=-45, ends=100),
        products=("VIS-SV-150", "VIS-SV-160"), places=("IN-UP", "IN-MP", "IN-RJ", "NP"),
        rules=("screening", "welcome"), approver=Person.HEAD,
    ),
    SchemePlan(
        title="Monsoon Brake Check", description="Brake checks before and during the rains.", line=Line.LUBRICANTS,
        scenario=Scenario.APPROVED, days_ago=200, days=Days(opens=-185, closes=-130, starts=-175, ends=-60),
        products=("AMF-DOT4", "AMC-LONG"), places=("IN-MH", "IN-KL"), rules=("trained", "weekend"),
    ),
    SchemePlan(
        title="Spectacle Weeks", description="Eight weeks of single vision lenses.", line=Line.EYE_CARE,
        scenario=Scenario.APPROVED, days_ago=130, days=Days(opens=-110, closes=-70, starts=-100, ends=-44),
        products=("VIS-SV",), places=("IN-MH", "IN-DL", "IN-WB"), rules=("gold", "starters"), manager=Person.HEAD,
    ),
    SchemePlan(
        title="Dashboard Sprint", description="Six quick weeks for matt dashboards.", line=Line.CAR_CARE,
        scenario=Scenario.APPROVED_AFTER_CHANGES, days_ago=95, days=Days(opens=-80, closes=-50, starts=-72, ends=-9),
        products=("GLN-DASH", "GLN-SHINE-250ML"), places=("IN-TN-CHE", "IN-TN-COI", "IN-TS-HYD"),
        rules=("happy_hours", "big_lines"),
    ),
)
