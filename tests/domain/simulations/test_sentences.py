"""What explains a simulation without points (R26)."""

from datetime import date
from uuid import UUID

import pytest

from domain.schemes.content import Basics, CouponValue, SchemeContent
from domain.simulations.results import SimulationResult
from domain.simulations.sentences import list_notices

PERIOD = (date(2026, 8, 1), date(2026, 11, 20))
RESULT = SimulationResult(
    lines=3,
    ecps=1,
    points=0,
    live_points=0,
    base_points=0,
    live_base_points=0,
    by_rule=(),
    by_month=(),
    budget_exhausted_on=None,
    gaining=0,
    losing=0,
    median_points=0,
    top_points=0,
    examples=(),
)
VALUE = CouponValue(variant_id=UUID(int=1), base_points=10, planned_quantity=0)
BASE = "The scheme has no bonus rules, so only base points are earned."
OUTSIDE = {
    "later": (date(2026, 12, 18), None, "The scheme begins on 18 December 2026, after this period."),
    "over": (date(2026, 1, 1), date(2026, 7, 31), "The scheme ended on 31 July 2026, before this period."),
    "now": (date(2026, 1, 1), date(2026, 12, 31), "Only sales of ECPs that were enrolled when they sold earn points."),
}


def content(starts_on: date | None = None, ends_on: date | None = None, *, values: bool = True) -> SchemeContent:
    """A scheme without rules."""
    basics = Basics(title="Monsoon Care", channels=(), starts_on=starts_on, ends_on=ends_on)
    return SchemeContent(basics=basics, coupon_values=(VALUE,) if values else ())


def test_what_a_draft_lacks_is_named() -> None:
    nothing = "The scheme has neither coupon values nor bonus rules yet, so no sale earns points."
    assert list(list_notices(content(values=False), RESULT, PERIOD, is_draft=True)) == [nothing]
    assert list(list_notices(content(), RESULT, PERIOD, is_draft=True)) == [BASE]


@pytest.mark.parametrize("case", OUTSIDE)
def test_an_approved_scheme_says_why_nothing_was_earned(case: str) -> None:
    starts_on, ends_on, sentence = OUTSIDE[case]
    assert list(list_notices(content(starts_on, ends_on), RESULT, PERIOD, is_draft=False)) == [BASE, sentence]
