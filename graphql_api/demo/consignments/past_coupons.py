"""Demo coupons that have arrived: every consignment of these schemes is delivered or was canceled."""

from collections.abc import Iterator, Sequence
from typing import Final

from graphql_api.demo.consignments.consignment_plan import (
    ConsignmentPlan,
    CouponPlan,
    Move,
    cancel,
    commission,
    damage,
    produce,
    recall,
    receive,
    regular_way,
    resolve,
    send,
    spoil,
    take_back,
    undo_receipt,
)

WEST: Final = ("PRN-01", "PKG-01", "FAC-01")
SOUTH: Final = ("PRN-02", "PKG-02", "FAC-02")
NORTH: Final = ("PRN-03", "PKG-03", "FAC-03")
EAST: Final = ("PRN-04", "PKG-04", "FAC-04")
CHAINS: Final = (WEST, SOUTH, NORTH, EAST)

# A voided dispatch, a receipt that was counted wrongly, and a short one whose serials were found in part.
_WITH_CORRECTIONS: Final = (
    produce(),
    send(1, "wrong truck"),
    take_back(1, "wrong truck"),
    send(1, "to packager"),
    receive(2, "to packager", missing=90),
    undo_receipt(2, "to packager"),
    receive(2, "to packager", days=0, missing=40),
    resolve("to packager", found=25),
    send(2, "to factory"),
    receive(3, "to factory", damaged=30),
    commission(3, "to factory"),
)
_IN_TWO_BATCHES: Final = (
    produce(percent=60),
    send(1, "first"),
    produce(days=2),
    send(1, "second"),
    receive(2, "first"),
    receive(2, "second", days=1),
    damage(2, 20),
    send(2, "all"),
    receive(3, "all", percent=50),
    receive(3, "all", days=1),
    commission(3, "all"),
)
_OVER_SENT: Final = (
    produce(),
    send(1, "too full", percent=70),
    receive(2, "too full", extra=60),
    resolve("too full", found=60),
    send(1, "rest", days=0),
    receive(2, "rest", days=1),
    send(2, "all"),
    receive(3, "all"),
    commission(3, "all"),
)


def _in_a_row(
    count: int, *, first: int, every: int, percent: int, ways: Sequence[tuple[Move, ...]] = ()
) -> Iterator[ConsignmentPlan]:
    """Yield consignments through the chains in turns: first those that go these ways, then those without incident."""
    for number in range(count):
        moves = ways[number] if number < len(ways) else regular_way(3)
        days_ago = first - number * every
        yield ConsignmentPlan(
            days_ago=days_ago,
            chain=CHAINS[number % len(CHAINS)],
            moves=moves,
            percent=percent,
            due=30 - days_ago,
        )


PAST_COUPONS: Final = (
    CouponPlan(
        scheme="Monsoon Coupon Rush",
        generated=(366,),
        consignments=(
            *_in_a_row(9, first=364, every=3, percent=10, ways=(_WITH_CORRECTIONS, _IN_TWO_BATCHES)),
            ConsignmentPlan(days_ago=336, chain=WEST, moves=(*regular_way(3), recall(80)), due=-300),
        ),
        shortfall_closed=300,
    ),
    CouponPlan(
        scheme="Autumn Gear Coupons",
        # The second run replaces what was spoiled.
        generated=(295, 280),
        consignments=(
            *_in_a_row(
                9, first=293, every=4, percent=10, ways=((produce(percent=30), spoil(120), *regular_way(3)[1:]),)
            ),
            ConsignmentPlan(days_ago=290, chain=EAST, moves=(cancel(),), due=-250),
            ConsignmentPlan(days_ago=255, chain=("PRN-01", "FAC-03"), moves=regular_way(2), percent=None, due=-220),
        ),
    ),
    CouponPlan(
        scheme="Winter Grease Coupons",
        generated=(203,),
        consignments=(*_in_a_row(10, first=200, every=3, percent=10, ways=(_OVER_SENT, _IN_TWO_BATCHES)),),
    ),
    CouponPlan(
        scheme="Glass Clear Coupons",
        generated=(185,),
        consignments=(*_in_a_row(5, first=184, every=1, percent=20),),
    ),
    CouponPlan(
        scheme="Liquid Shine Coupons",
        generated=(67,),
        consignments=(*_in_a_row(5, first=64, every=4, percent=20, ways=(_WITH_CORRECTIONS,)),),
    ),
)
