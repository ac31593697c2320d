"""The totals of pieces add up to a result (N7)."""

from datetime import date
from uuid import UUID

from domain.calendar import UTC_CALENDAR
from domain.rules.model import BonusRule, FlatPoints, QuantityClause
from domain.simulations.explaining import ExampleLine
from domain.simulations.results import MonthPoints, RulePoints, decode_result, encode_result, merge_totals
from domain.simulations.tally import Candidate, Totals, best_candidates, decode_totals, encode_totals

FIRST, GONE = UUID(int=1), UUID(int=2)
VARIANT = UUID(int=9)
DECEMBER = 2025 * 12 + 12


def candidate(points: int, live_points: int, sale: int) -> Candidate:
    """A line whose value changes."""
    return Candidate(
        ecp=1,
        sold_at=0,
        sale=sale,
        position=0,
        points=points,
        live_points=live_points,
        base=points,
        paid=(),
        cuts=(),
    )


def example(one: Candidate) -> ExampleLine:
    """The line with the facts of both valuations."""
    return ExampleLine(
        ecp=one.ecp,
        sold_at=one.sold_at,
        sale=one.sale,
        position=one.position,
        variant=0,
        points=one.points,
        live_points=one.live_points,
        base=one.base,
        facts=b"1",
        live_revision=1,
        live_base=one.live_points,
        live_facts=b"2",
    )


def totals(points: int, live_points: int, sale: int, *, exhausted_at: int | None = None) -> Totals:
    """One ECP with one line in December."""
    return Totals(
        lines=1,
        base=(points, live_points),
        rules=[(FIRST, 3, 1), (GONE, 0, 4)],
        months=[(DECEMBER, points, live_points)],
        ecps=[(1, points, live_points)],
        candidates=[candidate(points, live_points, sale)],
        budget_exhausted_at=exhausted_at,
    )


def test_pieces_add_up() -> None:
    gone = BonusRule(id=GONE, name="Gone", condition=QuantityClause(1), reward=FlatPoints(1))
    parts = [totals(10, 4, 1), totals(0, 9, 2), totals(7, 7, 3, exhausted_at=86_400_000_000)]
    parts = list(map(decode_totals, map(encode_totals, parts)))
    examples = map(example, best_candidates(parts))
    found = merge_totals(parts, examples, [VARIANT], [gone], calendar=UTC_CALENDAR)
    assert (found.lines, found.ecps, found.points, found.live_points) == (3, 3, 17, 20)
    assert (found.base_points, found.live_base_points) == (17, 20)
    assert (found.gaining, found.losing, found.median_points, found.top_points) == (1, 1, 7, 10)
    assert found.by_rule == (RulePoints(FIRST, 9, 3), RulePoints(GONE, 0, 12))
    assert found.by_month == (MonthPoints(date(2025, 12, 1), 17, 20),)
    assert found.removed_rules == (gone,)
    assert found.budget_exhausted_on == date(2000, 1, 2)
    # That which changes most comes first, then the older sale.
    assert [one.sale for one in found.examples] == [2, 1, 3]
    assert decode_result(encode_result(found)) == found
