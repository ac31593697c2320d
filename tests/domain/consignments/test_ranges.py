"""Ranges that clients send are checked, and a long list of them in little time (N3)."""

from datetime import datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consignments.ranges import (
    MOST_RANGES,
    is_earlier,
    merge,
    overlap_problems,
    quantity_problems,
    range_problems,
)
from domain.failures import Problem, UserErrorCode
from domain.spans import LAST_SERIAL, Span

PATH = ("lines", "0", "serials")
EDGES = st.sampled_from((-(2**63), -1, 0, 1, 7, LAST_SERIAL - 1, LAST_SERIAL, LAST_SERIAL + 1, 2**63 - 1))
RANGES = st.lists(st.builds(Span, EDGES | st.integers(0, 40), EDGES | st.integers(0, 40)), max_size=6)


@given(RANGES)
def test_ranges_without_problems_are_serials_each_once(spans: list[Span]) -> None:
    """At the edges of 32 and of 64 bits as everywhere."""
    sound = bool(spans) and all(0 <= span.first <= span.last <= LAST_SERIAL for span in spans)
    total = sum(max(0, span.quantity) for span in spans)
    problems = list(range_problems(spans, PATH))
    assert (not problems) is (sound and merge(spans).quantity == total)


@given(st.lists(RANGES, min_size=1, max_size=3))
def test_overlaps_between_lists_are_found(lists: list[list[Span]]) -> None:
    every = [span for spans in lists for span in spans if span.first <= span.last]
    problems = list(overlap_problems([(spans, (str(index),)) for index, spans in enumerate(lists)]))
    assert len(problems) == (merge(every).quantity < sum(span.quantity for span in every))


@pytest.mark.parametrize(
    ("spans", "code", "message"),
    [
        ([], UserErrorCode.REQUIRED, "Name at least one range of serials."),
        ([Span(9, 5)], UserErrorCode.INVALID, "This range ends at 5, before it begins at 9."),
        (
            [Span(0, LAST_SERIAL + 1)],
            UserErrorCode.INVALID,
            "Serials are from 0 to 4,294,967,295, and this range is 0 to 4,294,967,296.",
        ),
        ([Span(5, 9), Span(0, 5)], UserErrorCode.DUPLICATE, "The ranges 0 to 5 and 5 to 9 overlap."),
        (
            [Span(number, number) for number in range(MOST_RANGES + 1)],
            UserErrorCode.LIMIT_EXCEEDED,
            "Name at most 10,000 ranges at once, not 10,001.",
        ),
    ],
)
def test_problems_of_ranges(spans: list[Span], code: UserErrorCode, message: str) -> None:
    problems = list(range_problems(spans, PATH))
    assert [(problem.code, problem.message) for problem in problems] == [(code, message)]


def test_many_ranges_take_little_time() -> None:
    """As many as one list may have, in the worst order."""
    spans = [Span(3 * number, 3 * number + 1) for number in reversed(range(MOST_RANGES))]
    began = process_time()
    assert list(range_problems(spans, PATH)) == []
    assert merge(spans).quantity == 2 * MOST_RANGES
    assert process_time() - began < 1


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        (-(2**63), "The quantity must be 1 or more, not -9,223,372,036,854,775,808."),
        (0, "The quantity must be 1 or more, not 0."),
        (2**32 + 1, "The quantity can be at most 4,294,967,296, not 4,294,967,297."),
    ],
)
def test_problems_of_quantities(quantity: int, message: str) -> None:
    (problem,) = quantity_problems(quantity, ("quantity",))
    assert problem == Problem(problem.code, message, ("quantity",))
    assert not list(quantity_problems(1, ()))
    assert not list(quantity_problems(2**32, ()))


@pytest.mark.parametrize(
    ("stated", "last", "earlier"),
    [
        ("09:00:01", "09:00:01.999999", False),
        ("09:00:00", "09:00:01.000001", True),
        ("09:00:01.500", "09:00:01.500999", False),
        ("09:00:01.499", "09:00:01.500999", True),
        ("09:00:01.500998", "09:00:01.500999", True),
        ("09:00:01.500999", "09:00:01.500999", False),
    ],
)
def test_times_are_compared_at_the_precision_of_the_stated_one(stated: str, last: str, *, earlier: bool) -> None:
    day = "2026-03-10T"
    assert is_earlier(datetime.fromisoformat(day + stated), datetime.fromisoformat(day + last)) is earlier
