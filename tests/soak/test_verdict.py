"""The check of completeness and order finds every kind of fault that is planted."""

import pytest

from benchmarks.events.verdict import Verdict, judge

WRITTEN = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("got", "verdict"),
    [
        ("abcd", Verdict()),
        ("abacbd", Verdict(repeated=2)),
        ("abd", Verdict(lost=1)),
        ("", Verdict(lost=4)),
        ("acbd", Verdict(disordered=1)),
        ("dcba", Verdict(disordered=3)),
        ("abxcd", Verdict(strange=1)),
        ("bbax", Verdict(lost=2, strange=1, disordered=1, repeated=1)),
    ],
)
def test_what_came_is_compared_with_what_was_written(got: str, verdict: Verdict) -> None:
    found = judge(list(got), WRITTEN)
    assert found == verdict
    assert found.good == (got in {"abcd", "abacbd"})


def test_verdicts_add_up() -> None:
    assert Verdict(1, 2, 3, 4) + Verdict(10, 20, 30, 40) == Verdict(11, 22, 33, 44)
