"""The coupons of a variant, seen from one leg of a chain (R15)."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from domain.consignments.facts import Condition
from domain.consignments.state import Holding
from domain.consignments.tallies import measure_leg

LEGS = 4


def holding(leg: int, condition: str, quantity: int, *, in_batch: bool = False) -> Holding:
    return Holding(leg=leg, in_batch=in_batch, condition=Condition(condition), quantity=quantity)


# One thousand coupons: 100 are planned, 20 spoiled. Of 880 produced, 200 are on hand and 680 left in batches: 30 of
# them are on the road, 7 unresolved, 2 lost, 1 recalled on the road. At the second leg, 400 are on hand, 5 damaged, 15
# void, and 220 went on: 20 are on the road, 50 on hand at the third leg, and 150 commissioned there.
HOLDINGS = (
    holding(1, "PLANNED", 100),
    holding(1, "VOID", 20),
    holding(1, "GOOD", 200),
    holding(1, "GOOD", 30, in_batch=True),
    holding(1, "UNRESOLVED", 7, in_batch=True),
    holding(1, "LOST", 2, in_batch=True),
    holding(1, "VOID", 1, in_batch=True),
    holding(2, "GOOD", 400),
    holding(2, "DAMAGED", 5),
    holding(2, "VOID", 15),
    holding(2, "GOOD", 20, in_batch=True),
    holding(3, "GOOD", 50),
    holding(3, "COMMISSIONED", 150),
)


def test_each_leg_counts_what_it_has_and_what_left_it() -> None:
    """R15: what a batch lost counts where it was expected."""
    nothing = dict.fromkeys(asdict(measure_leg((), 1)), 0)
    first = {"pending": 100, "produced": 880, "held": 200, "dispatched": 680, "void": 20}
    second = {
        "pending": 330,
        "received": 640,
        "held": 400,
        "dispatched": 220,
        "in_transit": 30,
        "unresolved": 7,
        "damaged": 5,
        "lost": 2,
        "void": 16,
    }
    # What the second leg misses may be found, and come here.
    third = {"pending": 757, "received": 200, "held": 50, "in_transit": 20, "commissioned": 150}
    for position, expected in enumerate((first, second, third), 1):
        assert asdict(measure_leg(HOLDINGS, position)) == nothing | expected, position


@st.composite
def chains(draw: st.DrawFn) -> Sequence[Holding]:
    """Quantities at the places that custody allows in a chain."""
    found = [holding(1, "PLANNED", draw(st.integers(0, 50)))]
    for leg in range(1, LEGS + 1):
        on_hand = ["GOOD", "DAMAGED", "VOID", *(["COMMISSIONED"] if leg == LEGS else [])]
        found += [holding(leg, condition, draw(st.integers(0, 50))) for condition in on_hand]
        if leg < LEGS:
            in_batch = ("GOOD", "UNRESOLVED", "LOST", "VOID")
            found += [holding(leg, condition, draw(st.integers(0, 50)), in_batch=True) for condition in in_batch]
    return found


@given(chains())
def test_nothing_is_forgotten_and_nothing_counted_twice(holdings: Sequence[Holding]) -> None:
    """N3: every coupon is planned, held, on the road, unresolved, or settled at exactly one leg."""
    tallies = [measure_leg(holdings, position) for position in range(1, LEGS + 1)]
    places = ("held", "in_transit", "unresolved", "damaged", "lost", "void", "commissioned")
    total = sum(each.quantity for each in holdings)
    assert tallies[0].pending + sum(getattr(tally, name) for tally in tallies for name in places) == total
    for before, after in pairwise(tallies):
        assert before.dispatched >= after.received + after.in_transit + after.unresolved + after.lost
        assert after.pending >= before.held + after.in_transit
    assert tallies[-1].dispatched == 0
