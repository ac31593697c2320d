"""Sets of serials behave like Python's sets, and stay sorted ranges that neither overlap nor touch (N3)."""

from collections.abc import Iterable
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spans import LAST_SERIAL, Span, Spans

PIECES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=8).map(
    lambda pairs: [Span(first, first + more) for first, more in pairs]
)
SETS = PIECES.map(Spans.of)


def serials(spans: Iterable[Span]) -> set[int]:
    return {serial for span in spans for serial in range(span.first, span.last + 1)}


@given(PIECES)
def test_the_union_of_ranges_is_in_order(pieces: list[Span]) -> None:
    union = Spans.of(pieces)
    assert serials(union) == serials(pieces)
    assert all(span.first <= span.last for span in union)
    assert all(before.last + 1 < after.first for before, after in pairwise(union))
    assert union.quantity == len(serials(pieces))
    assert bool(union) is bool(pieces)


@given(SETS, SETS)
def test_operations_are_those_of_sets(one: Spans, two: Spans) -> None:
    """Each result is in the one form that a set has, so equality needs no order."""
    for result, expected in (
        (one | two, serials(one) | serials(two)),
        (one & two, serials(one) & serials(two)),
        (one - two, serials(one) - serials(two)),
    ):
        assert serials(result) == expected
        assert result == Spans.of(result)
    assert (one == two) is (serials(one) == serials(two))


@given(SETS, st.integers(0, 70))
def test_a_serial_is_in_a_set_or_not(spans: Spans, serial: int) -> None:
    assert (serial in spans) is (serial in serials(spans))


@given(SETS, st.integers(-1, 90))
def test_the_lowest_serials(spans: Spans, quantity: int) -> None:
    assert serials(spans.lowest(quantity)) == set(sorted(serials(spans))[: max(0, quantity)])


@given(SETS)
def test_the_text_is_that_of_postgresql(spans: Spans) -> None:
    assert Spans.parse(spans.text) == spans


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(5, 9)], "5 to 9"),
        ([(12, 12)], "12"),
        ([(0, 0), (1200, 1300)], "0 and 1200 to 1300"),
        ([(1, 2), (4, 5), (7, 8)], "1 to 2, 4 to 5 and 7 to 8"),
        ([(1, 2), (4, 5), (7, 8), (10, 10)], "1 to 2, 4 to 5, 7 to 8 and 1 more range"),
        ([(number, number) for number in range(0, 12, 2)], "0, 2, 4 and 3 more ranges"),
    ],
)
def test_ranges_in_words(pairs: list[tuple[int, int]], words: str) -> None:
    assert Spans.of(Span(first, last) for first, last in pairs).describe() == words


def test_the_edges_of_serials() -> None:
    everything = Spans((Span(0, LAST_SERIAL),))
    assert everything.quantity == 2**32
    assert everything - Spans((Span(0, 0), Span(LAST_SERIAL, LAST_SERIAL))) == Spans((Span(1, LAST_SERIAL - 1),))
    assert Spans.parse(everything.text) == everything
    assert Spans.parse("{}") == Spans()


def test_time_is_linear_in_the_number_of_ranges() -> None:
    """Comparing each range with each other would take minutes."""
    even = Spans(tuple(Span(4 * number, 4 * number) for number in range(100_000)))
    odd = Spans(tuple(Span(4 * number + 2, 4 * number + 2) for number in range(100_000)))
    began = process_time()
    assert (even | odd).quantity == 200_000
    assert not even & odd
    assert even - odd == even
    assert (even | odd) - odd == even
    assert process_time() - began < 5
