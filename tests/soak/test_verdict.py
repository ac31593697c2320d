"""The check of completeness and order finds every injected fault."""

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
def test_received_events_are_compared_with_written_ones(got: str, verdict: Verdict) -> None:
    found = judge(list(got), WRITTEN)
    assert found == verdict
    assert found.good == (got in {"abcd", "abacbd"})


def test_verdicts_add_up() -> None:
    assert Verdict(lost=1, strange=2, disordered=3, repeated=4) + Verdict(
        lost=10, strange=20, disordered=30, repeated=40
    ) == Verdict(lost=11, strange=22, disordered=33, repeated=44)
