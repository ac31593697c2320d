"""What comes of reported payouts: each line is reported once (R22)."""

from uuid import UUID

import pytest

from domain.settlements.facts import LineStatus, PayoutOutcome, PayoutResult
from domain.settlements.payouts import PayableLine, ReportedPayout, decide_payouts, payout_problems

ONE, TWO, OVER, UNKNOWN = (UUID(int=number) for number in range(1, 5))
LINES = {
    ONE: PayableLine(LineStatus.PENDING),
    TWO: PayableLine(LineStatus.PAID, "T-2"),
    OVER: PayableLine(LineStatus.CARRIED_OVER),
}
PAID, FAILED = PayoutOutcome.PAID, PayoutOutcome.FAILED


def decided(*payouts: tuple[UUID, PayoutOutcome, str]) -> list[tuple[str, str | None]]:
    """The results and their sentences."""
    reported = [ReportedPayout(line_id, outcome, reference) for line_id, outcome, reference in payouts]
    found = decide_payouts(reported, LINES)
    return [(decision.result.value, decision.problem) for decision in found]


def test_a_pending_line_is_recorded_once() -> None:
    """The same report again is a duplicate, also within one request; another one is a conflict."""
    conflict = "This line was reported as paid with the reference “T-1”. A payout is reported once, and stays as it is."
    assert decided((ONE, PAID, "T-1"), (ONE, PAID, "T-1"), (ONE, FAILED, "T-1"), (ONE, PAID, "T-9")) == [
        ("RECORDED", None),
        ("DUPLICATE", None),
        ("CONFLICT", conflict),
        ("CONFLICT", conflict),
    ]


def test_a_reported_line_stays_as_it_is() -> None:
    conflict = "This line was reported as paid with the reference “T-2”. A payout is reported once, and stays as it is."
    assert decided((TWO, PAID, "T-2"), (TWO, FAILED, "T-2")) == [("DUPLICATE", None), ("CONFLICT", conflict)]


def test_lines_that_are_not_paid_are_rejected() -> None:
    """Carried-over lines, and lines that the settlement does not have."""
    assert decided((OVER, PAID, "T-3"), (UNKNOWN, PAID, "T-4")) == [
        ("REJECTED", "The points of this line are carried over, so nothing is paid for it."),
        ("REJECTED", "This settlement has no such line."),
    ]


@pytest.mark.parametrize(
    ("payouts", "problems"),
    [
        ([], [(("payouts",), "Report at least one payout.")]),
        (
            [ReportedPayout(ONE, PAID, "T")] * 1_001,
            [(("payouts",), "A report has at most 1,000 payouts, not 1,001. Send several reports.")],
        ),
        ([ReportedPayout(ONE, PAID, " ")], [(("payouts", "0", "reference"), "The reference is missing.")]),
        (
            [ReportedPayout(ONE, PAID, "T"), ReportedPayout(TWO, PAID, "x" * 201)],
            [(("payouts", "1", "reference"), "The reference has 201 characters; at most 200 are allowed.")],
        ),
        ([ReportedPayout(ONE, PAID, "T")] * 1_000, []),
    ],
    ids=["none", "too many", "blank reference", "long reference", "a thousand"],
)
def test_malformed_reports(payouts: list[ReportedPayout], problems: list[tuple[tuple[str, ...], str]]) -> None:
    assert [(problem.path, problem.message) for problem in payout_problems(payouts)] == problems


def test_outcomes_are_statuses_of_lines() -> None:
    assert [outcome.status for outcome in PayoutOutcome] == [LineStatus.PAID, LineStatus.FAILED]
    assert len(PayoutResult) == 4
