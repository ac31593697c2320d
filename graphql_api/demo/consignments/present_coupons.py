"""Demo coupons that are on their way, from schemes without vendors to the last batches on the road."""

from typing import Final

from graphql_api.demo.consignments.consignment_plan import (
    ConsignmentPlan,
    CouponPlan,
    cancel,
    commission,
    damage,
    postpone,
    produce,
    recall,
    receive,
    regular_way,
    resolve,
    send,
    spoil,
    take_back,
)
from graphql_api.demo.consignments.past_coupons import EAST, NORTH, SOUTH, WEST

# Blank labels come from one printer, and the other prints the codes over them.
_TWO_PRINTERS: Final = ("PRN-02", "PRN-01", "PKG-01", "FAC-01")
_AT_FACTORY: Final = regular_way(3)[:-1]

# The formatter would put every value on a separate line; this way a consignment stays in view.
# fmt: off
_FESTIVAL: Final = CouponPlan(
    scheme="Amberlane Coupon Festival",
    generated=(57,),
    consignments=(
        ConsignmentPlan(days_ago=55, chain=WEST, moves=regular_way(3), products=("AMB-0W20",), percent=40, due=-30),
        ConsignmentPlan(days_ago=54, chain=SOUTH, moves=regular_way(3), products=("AMB-5W30",), percent=30, due=-30),
        ConsignmentPlan(
            days_ago=50, chain=NORTH, products=("AMB-10W40",), percent=30, due=-20,
            moves=(produce(), send(1, "short", packs=500), receive(2, "short", missing=120), resolve("short", found=70),
                   send(2, "rest"), receive(3, "rest", missing=45)),
        ),
        ConsignmentPlan(
            days_ago=45, chain=EAST, products=("AMB-20W50",), percent=50, due=-12,
            moves=(produce(), send(1, "too full", percent=60), receive(2, "too full", extra=200), send(2, "on")),
        ),
        ConsignmentPlan(
            days_ago=30, chain=WEST, products=("AMB-5W30",), percent=40, due=-3,
            moves=(produce(), send(1, "first", percent=50), send(1, "second", days=3), receive(2, "first"),
                   damage(2, 60), send(2, "third", percent=80), receive(3, "third", percent=50),
                   recall(150)),
        ),
        ConsignmentPlan(
            days_ago=24, chain=SOUTH, products=("AMB-10W40",), percent=40, due=6,
            moves=(produce(percent=70), send(1, "early"), produce(days=4), send(1, "late", days=2, packs=250),
                   receive(2, "early", days=3)),
        ),
        ConsignmentPlan(
            days_ago=20, chain=_TWO_PRINTERS, products=("AMB-0W20",), percent=30, due=10,
            moves=(produce(), send(1, "blank", percent=40), receive(2, "blank"), send(1, "more blank", days=4)),
        ),
        ConsignmentPlan(
            days_ago=14, chain=WEST, products=("AMB-10W40",), percent=20, due=4, moves=(produce(percent=55), spoil(90)),
        ),
        ConsignmentPlan(
            days_ago=12, chain=NORTH, products=("AMB-5W30",), percent=20, due=20,
            moves=(produce(percent=50), send(1, "one"), take_back(1, "one"), send(1, "two", days=2)),
        ),
        ConsignmentPlan(days_ago=6, chain=EAST, products=("AMB-20W50",), percent=30, due=25),
        ConsignmentPlan(days_ago=3, chain=WEST, products=("AMB-20W50",), percent=10, due=28),
    ),
)

PRESENT_COUPONS: Final = (
    CouponPlan(scheme="Scratch and Earn 5W-30", generated=(20,)),
    CouponPlan(
        scheme="Himalaya Riders",
        generated=(28,),
        revision_asked=(7, "PRN-01"),
        consignments=(
            ConsignmentPlan(days_ago=26, chain=EAST, moves=(cancel(days=1),), percent=50, due=20),
            ConsignmentPlan(days_ago=22, chain=EAST, percent=40, due=-2),
            ConsignmentPlan(days_ago=9, chain=WEST, products=("AMX-MP3",), percent=20, due=12),
        ),
    ),
    CouponPlan(
        scheme="Shampoo Coupon Season",
        generated=(23,),
        consignments=(
            ConsignmentPlan(days_ago=21, chain=WEST, percent=25, due=-1),
            ConsignmentPlan(days_ago=17, chain=SOUTH, moves=(postpone(5),), percent=25, due=-2),
            ConsignmentPlan(days_ago=10, chain=NORTH, percent=25, due=9),
            ConsignmentPlan(days_ago=5, chain=EAST, percent=25, reviewed=False),
        ),
    ),
    CouponPlan(
        scheme="Brake Fluid Coupon Drive",
        generated=(73,),
        artwork_revised=2,
        consignments=(
            ConsignmentPlan(days_ago=70, chain=NORTH, moves=regular_way(3), percent=30, due=-45),
            ConsignmentPlan(days_ago=66, chain=SOUTH, moves=regular_way(3), percent=30, due=-40),
            ConsignmentPlan(days_ago=60, chain=WEST, moves=(*_AT_FACTORY, damage(3, 25)), percent=20, due=-35),
            # What was spoiled is still missing.
            ConsignmentPlan(days_ago=11, chain=EAST, moves=(produce(percent=60), spoil(350)), percent=20, due=7),
        ),
    ),
    _FESTIVAL,
    CouponPlan(
        scheme="Dashboard Coupon Weeks",
        generated=(54,),
        consignments=(
            ConsignmentPlan(days_ago=50, chain=WEST, moves=regular_way(3), percent=30, due=-20),
            ConsignmentPlan(days_ago=46, chain=SOUTH, moves=regular_way(3), percent=30, due=-16),
            ConsignmentPlan(
                days_ago=30, chain=EAST, percent=20, due=-5,
                moves=(produce(), send(1, "all", packs=500), receive(2, "all"), send(2, "on"),
                       receive(3, "on", percent=40), commission(3, "on")),
            ),
            ConsignmentPlan(days_ago=16, chain=NORTH, moves=regular_way(3)[:3], percent=20, due=3),
        ),
    ),
)
