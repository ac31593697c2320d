"""What comes of reported payouts: each line is reported once (R22)."""

from uuid import UUID

import pytest

from domain.settlements.facts import LineStatus, PayoutOutcome, PayoutResult
from domain.settlements.payouts import PayableLine, ReportedPayout, decide_payouts, payout_problems

ONE, TWO, OVER, UNKNOWN, BACK, LOST = (UUID(int=number) for number in range(1, 7))
LINES = {
    ONE: PayableLine(LineStatus.PENDING),
    TWO: PayableLine(LineStatus.PAID, "T-2"),
    BACK: PayableLine(LineStatus.RETURNED, "T-6", "R-6"),
    LOST: PayableLine(LineStatus.FAILED, "T-7"),
    OVER: PayableLine(LineStatus.CARRIED_OVER),
}
PAID, FAILED, RETURNED = PayoutOutcome


def decided(*payouts: tuple[UUID, PayoutOutcome, str]) -> list[tuple[str, str | None]]:
    """The results and their sentences."""
    reported = [ReportedPayout(line_id, outcome, reference) for line_id, outcome, reference in payouts]
    found = decide_payouts(reported, LINES)
    return [(decision.result.value, decision.problem) for decision in found]


def test_a_pending_line_is_recorded_once() -> None:
    """The same report again is a duplicate, also within one request; another one is a conflict."""
    paid = "This line was reported as paid with the reference “T-1”."
    assert decided((ONE, PAID, "T-1"), (ONE, PAID, "T-1"), (ONE, FAILED, "T-1"), (ONE, PAID, "T-9")) == [
        ("RECORDED", None),
        ("DUPLICATE", None),
        ("CONFLICT", f"{paid} If the bank sent the money back, report it as returned."),
        ("CONFLICT", f"{paid} A payout is reported once, and stays as it is."),
    ]


def test_a_reported_line_stays_as_it_is() -> None:
    conflict = (
        "This line was reported as failed with the reference “T-7”. A payout is reported once, and stays as it is."
    )
    assert decided((LOST, FAILED, "T-7"), (LOST, PAID, "T-7"), (LOST, RETURNED, "T-7")) == [
        ("DUPLICATE", None),
        ("CONFLICT", conflict),
        ("CONFLICT", conflict),
    ]


def test_a_paid_line_is_returned_once() -> None:
    """The payment that is reported again is known, too; another payment or another return is a conflict."""
    conflict = (
        "This line was reported as returned with the reference “{}”. A payout is reported once, and stays as it is."
    )
    assert decided((TWO, RETURNED, "R-2"), (TWO, RETURNED, "R-2"), (TWO, PAID, "T-2"), (TWO, RETURNED, "R-3")) == [
        ("RECORDED", None),
        ("DUPLICATE", None),
        ("DUPLICATE", None),
        ("CONFLICT", conflict.format("R-2")),
    ]
    assert decided((BACK, RETURNED, "R-6"), (BACK, PAID, "T-6"), (BACK, FAILED, "T-6"), (BACK, PAID, "T-9")) == [
        ("DUPLICATE", None),
        ("DUPLICATE", None),
        ("CONFLICT", conflict.format("R-6")),
        ("CONFLICT", conflict.format("R-6")),
    ]


def test_a_payment_and_its_return_may_be_in_one_report() -> None:
    """In this order; money of a line that was not reported as paid cannot come back."""
    missing = "This line was not reported as paid, so no money can come back. Report it as paid first, or as failed."
    assert decided((ONE, RETURNED, "R-1"), (ONE, PAID, "T-1"), (ONE, RETURNED, "R-1")) == [
        ("REJECTED", missing),
        ("RECORDED", None),
        ("RECORDED", None),
    ]


def test_lines_that_are_not_paid_are_rejected() -> None:
    """Carried-over lines, and lines that the settlement does not have."""
    assert decided((OVER, PAID, "T-3"), (UNKNOWN, PAID, "T-4")) == [
        ("REJECTED", "The points of this line are carried over, so nothing is paid for it."),
        ("REJECTED", "This settlement has no line with this ID. Take IDs from its lines, or from its payable file."),
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
    assert [outcome.status for outcome in PayoutOutcome] == [LineStatus.PAID, LineStatus.FAILED, LineStatus.RETURNED]
    assert len(PayoutResult) == 4
