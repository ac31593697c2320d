"""What is generated, allotted, void, and closed leaves to do (R11, R13, N3)."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.coupons.quantities import CouponQuantities

COUNTS = st.integers(0, 50)


@st.composite
def quantities(draw: st.DrawFn) -> CouponQuantities:
    """Quantities as they can be: what is void was allotted, and what is allotted was generated."""
    generated = draw(COUNTS)
    allotted = draw(st.integers(0, generated))
    return CouponQuantities(
        variant_id=UUID(int=0),
        sku="AMB-1L",
        planned=draw(COUNTS),
        generated=generated,
        closed=draw(COUNTS),
        allotted=allotted,
        void=draw(st.integers(0, allotted)),
    )


@given(quantities())
def test_quantities_add_up(each: CouponQuantities) -> None:
    needed = max(0, each.planned - each.closed)
    usable = each.generated - each.void
    assert each.pooled + each.allotted == each.generated
    assert each.pooled + each.allocated == usable
    assert each.shortfall == max(0, needed - usable)
    assert 0 <= each.available <= min(each.pending, each.pooled)


@given(quantities())
def test_what_is_generated_and_allotted_in_turn_ends(each: CouponQuantities) -> None:
    """Generating the shortfall and allotting what is available covers what is needed, and then nothing is left."""
    generated = CouponQuantities(
        variant_id=each.variant_id,
        sku=each.sku,
        planned=each.planned,
        generated=each.generated + each.shortfall,
        closed=each.closed,
        allotted=each.allotted,
        void=each.void,
    )
    assert generated.shortfall == 0
    assert generated.available == generated.pending
    assert generated.allocated + generated.available >= each.planned - each.closed


@given(quantities())
def test_closing_the_shortfall_ends_it(each: CouponQuantities) -> None:
    closed = CouponQuantities(
        variant_id=each.variant_id,
        sku=each.sku,
        planned=each.planned,
        generated=each.generated,
        closed=each.closed + each.shortfall,
        allotted=each.allotted,
        void=each.void,
    )
    assert closed.shortfall == 0
    assert closed.pending == closed.available
