"""Corrections and returns in the order in which they were recorded (N7)."""

from domain.simulations.arrivals import Return, Revision, list_arrivals
from domain.simulations.records import LineRecord

_NEVER = 2**63 - 1


def line(quantity: int, *, position: int = 0, variant: int = 0, sale: int = 1) -> LineRecord:
    """A line of a sale."""
    return LineRecord(
        ecp=1,
        sold_at=50,
        sale=sale,
        revision=1,
        recorded_at=100,
        position=position,
        variant=variant,
        quantity=quantity,
        price=0,
        is_coupon=0,
    )


def revision(*lines: LineRecord, since: int = 100, until: int = _NEVER, returns: tuple[Return, ...] = ()) -> Revision:
    """A revision of one sale."""
    return Revision(ecp=1, sold_at=50, sale=1, since=since, until=until, order=1, lines=list(lines), returns=returns)


def quantities(*revisions: Revision) -> list[tuple[int, list[int]]]:
    """When the sale changed, and the quantities of its lines from then on."""
    return [(one.at, [each.quantity for each in one.lines]) for one in list_arrivals(revisions)]


def test_a_correction_replaces_the_lines() -> None:
    first, second = revision(line(5), until=200), revision(line(3), line(1, position=1), since=200)
    assert quantities(first, second) == [(100, [5]), (200, [3, 1])]
    assert first.at_last == []


def test_a_correction_to_another_place_leaves_nothing() -> None:
    assert quantities(revision(line(5), until=200)) == [(100, [5]), (200, [])]


def test_a_return_comes_off_the_latest_line_of_its_variant() -> None:
    back = Return(variant=0, quantity=4, since=150, until=_NEVER)
    sold = revision(line(5), line(2, position=1), line(9, position=2, variant=1), returns=(back,))
    assert quantities(sold) == [(100, [5, 2, 9]), (150, [3, 0, 9])]
    assert [one.quantity for one in sold.at_last] == [3, 0, 9]


def test_a_corrected_return_gives_units_back() -> None:
    back = Return(variant=0, quantity=4, since=150, until=180)
    assert quantities(revision(line(5), returns=(back,))) == [(100, [5]), (150, [1]), (180, [5])]
