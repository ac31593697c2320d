"""The status, the legs that must act, and the progress of a consignment follow from its custody (R8, R9, R15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.consignments.facts import SETTLED_CONDITIONS, TRANSITIONS, Condition, ConsignmentStatus, CustodyStatus
from domain.consignments.state import DerivedState, Holding, LineArtwork, Progress, derive_state, measure_progress

LEGS = 4
GOOD, PLANNED, VOID = Condition.GOOD, Condition.PLANNED, Condition.VOID


def _is_place(holding: Holding) -> bool:
    """Whether serials can be there: see the constraints of the table custody_place."""
    in_batch, condition = holding.in_batch, holding.condition
    return not (
        (condition is PLANNED and (holding.leg > 1 or in_batch))
        or (condition is Condition.UNRESOLVED and not in_batch)
        or (condition is Condition.COMMISSIONED and (in_batch or holding.leg < LEGS))
        or (in_batch and holding.leg == LEGS)
    )


PLACES = [
    place
    for leg in range(1, LEGS + 1)
    for in_batch in (False, True)
    for condition in Condition
    if _is_place(place := Holding(leg=leg, in_batch=in_batch, condition=condition, quantity=0))
]
HOLDINGS = st.lists(
    st.builds(lambda place, quantity: replace(place, quantity=quantity), st.sampled_from(PLACES), st.integers(0, 9)),
    max_size=8,
)


def _state(status: ConsignmentStatus, legs: tuple[int, ...]) -> DerivedState:
    """The state of a consignment whose artwork is approved."""
    return DerivedState(status, CustodyStatus(status), legs)


@given(HOLDINGS)
def test_all_is_done_when_all_is_settled(holdings: list[Holding]) -> None:
    """100 percent, DELIVERED, and no leg to act are the same, but for coupons that are only unresolved."""
    present = [holding for holding in holdings if holding.quantity]
    settled = all(holding.condition in SETTLED_CONDITIONS for holding in present)
    progress, state = measure_progress(holdings, legs=LEGS), derive_state(holdings, canceled=False)
    assert (progress.percent == 100) is (settled and bool(present))
    assert (state.status is ConsignmentStatus.DELIVERED) is settled
    waits = any(holding.condition in {PLANNED, GOOD} for holding in present)
    assert bool(state.waiting_legs) is waits
    assert derive_state(holdings, canceled=True) == _state(ConsignmentStatus.CANCELED, ())


@given(HOLDINGS)
def test_every_coupon_is_counted_once(holdings: list[Holding]) -> None:
    progress = measure_progress(holdings, legs=LEGS)
    assert progress.planned == sum(holding.quantity for holding in holdings)
    unproduced = sum(
        holding.quantity
        for holding in holdings
        if holding.condition is PLANNED or (holding.condition is VOID and holding.leg == 1 and not holding.in_batch)
    )
    assert progress.produced == progress.planned - unproduced
    assert 0 <= progress.percent <= 100
    for condition in (Condition.COMMISSIONED, Condition.DAMAGED, Condition.LOST, Condition.UNRESOLVED, VOID):
        counted = sum(holding.quantity for holding in holdings if holding.condition is condition)
        assert getattr(progress, condition.value.lower()) == counted


# Ways forward; what is taken back leads backwards, on purpose. Serials that are found or damaged come to the next leg.
BACK = {"DISPATCH_VOIDED", "RECEIPT_VOIDED"}
AHEAD = {"RECEIVED", "DISCREPANCY_RESOLVED"}


def forward() -> list[tuple[Holding, Holding]]:
    """The places that movements lead from and to, without those that take something back."""
    ways = []
    for source in PLACES:
        for target in PLACES:
            ahead = target.leg - source.leg
            for kind, taken, given_to in TRANSITIONS:
                if kind.value in BACK or (source.condition, target.condition) != (taken, given_to):
                    continue
                same = ahead == 0 and source.in_batch == target.in_batch and kind.value not in {"DISPATCHED", *AHEAD}
                sent = kind.value == "DISPATCHED" and ahead == 0 and not source.in_batch and target.in_batch
                arrived = source.in_batch and not target.in_batch and ahead == 1
                lost = kind.value == "DISCREPANCY_RESOLVED" and target.condition is Condition.LOST and ahead == 0
                found = kind.value == "DISCREPANCY_RESOLVED" and not source.in_batch and ahead == 1
                if same or sent or (arrived and kind.value in {"DAMAGED", *AHEAD}) or lost or found:
                    ways.append((source, target))
    return ways


FORWARD = forward()


@given(st.lists(st.tuples(st.sampled_from(FORWARD), st.integers(1, 9)), min_size=1, max_size=6), st.integers(0, 5))
def test_progress_never_decreases(moves: list[tuple[tuple[Holding, Holding], int]], others: int) -> None:
    """Every movement forward leaves the percentage as it is or raises it."""
    rest = Holding(leg=1, in_batch=False, condition=PLANNED, quantity=others)
    for (source, target), quantity in moves:
        before, after = replace(source, quantity=quantity), replace(target, quantity=quantity)
        percents = [measure_progress([rest, each], legs=LEGS).percent for each in (before, after)]
        assert percents == sorted(percents)


def test_ways_forward_are_known() -> None:
    """Every kind of movement that does not take something back leads somewhere."""
    assert len(FORWARD) > 40


def test_progress_in_numbers() -> None:
    """Two of four hops for 10 of 20, none for the others: 25 percent."""
    holdings = [
        Holding(leg=1, in_batch=False, condition=PLANNED, quantity=8),
        Holding(leg=1, in_batch=True, condition=GOOD, quantity=4),
        Holding(leg=3, in_batch=False, condition=GOOD, quantity=5),
        Holding(leg=1, in_batch=False, condition=VOID, quantity=3),
    ]
    assert measure_progress(holdings, legs=3) == Progress(
        planned=20,
        produced=9,
        in_transit=4,
        received=5,
        commissioned=0,
        damaged=0,
        lost=0,
        unresolved=0,
        void=3,
        percent=100 * (4 + 15 + 12) // 80,
    )
    assert measure_progress([], legs=3).percent == 0


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([(1, False, PLANNED)], _state(ConsignmentStatus.READY, (1,))),
        ([(1, False, PLANNED), (1, False, VOID)], _state(ConsignmentStatus.READY, (1,))),
        ([(1, False, PLANNED), (1, False, GOOD)], _state(ConsignmentStatus.IN_PRODUCTION, (1,))),
        ([(1, False, GOOD), (1, True, GOOD)], _state(ConsignmentStatus.IN_PRODUCTION, (1, 2))),
        ([(1, True, GOOD), (2, True, GOOD)], _state(ConsignmentStatus.IN_TRANSIT, (2, 3))),
        ([(1, True, Condition.UNRESOLVED)], _state(ConsignmentStatus.IN_TRANSIT, ())),
        ([(4, False, Condition.COMMISSIONED)], _state(ConsignmentStatus.DELIVERED, ())),
        ([(1, True, Condition.LOST), (1, False, VOID)], _state(ConsignmentStatus.DELIVERED, ())),
    ],
)
def test_states(places: list[tuple[int, bool, Condition]], expected: DerivedState) -> None:
    holdings = [Holding(leg=leg, in_batch=batch, condition=each, quantity=1) for leg, batch, each in places]
    assert derive_state(holdings, canceled=False) == expected


MISSING, UNREVIEWED = LineArtwork(uploaded=False, approved=False), LineArtwork(approved=False)
BLOCKED, APPROVED = LineArtwork(approved=False, blocked=True), LineArtwork()


@pytest.mark.parametrize(
    ("places", "status", "custody", "legs"),
    [
        # The first vendor can act once a version is there: it reviews it.
        ([(1, False, PLANNED, MISSING)], "AWAITING_ARTWORK", "READY", ()),
        ([(1, False, PLANNED, UNREVIEWED)], "AWAITING_ARTWORK", "READY", (1,)),
        ([(1, False, PLANNED, UNREVIEWED), (1, False, PLANNED, APPROVED)], "READY", "READY", (1,)),
        ([(1, False, PLANNED, MISSING), (1, False, PLANNED, UNREVIEWED)], "AWAITING_ARTWORK", "READY", (1,)),
        # What is produced was approved once; a version that nobody has reviewed yet holds nothing.
        ([(1, False, PLANNED, UNREVIEWED), (1, False, GOOD, UNREVIEWED)], "IN_PRODUCTION", "IN_PRODUCTION", (1,)),
        ([(1, False, PLANNED, BLOCKED)], "ARTWORK_BLOCKED", "READY", ()),
        ([(1, False, PLANNED, BLOCKED), (1, False, PLANNED, APPROVED)], "ARTWORK_BLOCKED", "READY", (1,)),
        # What is on the road can still be received.
        ([(1, True, GOOD, BLOCKED), (2, False, GOOD, BLOCKED)], "ARTWORK_BLOCKED", "IN_PRODUCTION", (2,)),
        ([(1, True, GOOD, BLOCKED)], "ARTWORK_BLOCKED", "IN_TRANSIT", (2,)),
        # Settled coupons are held by nothing.
        ([(4, False, Condition.COMMISSIONED, BLOCKED)], "DELIVERED", "DELIVERED", ()),
        ([(1, False, VOID, BLOCKED), (1, False, GOOD, APPROVED)], "IN_PRODUCTION", "IN_PRODUCTION", (1,)),
        ([(1, True, Condition.UNRESOLVED, BLOCKED)], "ARTWORK_BLOCKED", "IN_TRANSIT", ()),
    ],
)
def test_artwork_decides_too(
    places: list[tuple[int, bool, Condition, LineArtwork]], status: str, custody: str, legs: tuple[int, ...]
) -> None:
    """R16: a request for a revision holds everything that is not settled."""
    holdings = [
        Holding(leg=leg, in_batch=batch, condition=each, quantity=1, artwork=artwork)
        for leg, batch, each, artwork in places
    ]
    expected = DerivedState(ConsignmentStatus(status), CustodyStatus(custody), legs)
    assert derive_state(holdings, canceled=False) == expected
    canceled = DerivedState(ConsignmentStatus.CANCELED, CustodyStatus.CANCELED, ())
    assert derive_state(holdings, canceled=True) == canceled
