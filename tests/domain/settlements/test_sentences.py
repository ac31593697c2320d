"""What the lines of a settlement say to an ECP, and what is still open (R26)."""

from decimal import Decimal

import pytest

from domain.settlements.facts import CarryReason, LineStatus, OpenWork, SettlementStatus
from domain.settlements.failures import open_work_phrase
from domain.settlements.sentences import line_sentence


@pytest.mark.parametrize(
    ("status", "points", "settlement", "expected"),
    [
        (
            "PENDING",
            750,
            "PROPOSED",
            "750 points (187.50 INR) will be paid once the settlement is approved and posted.",
        ),
        ("PENDING", 750, "PAYING", "750 points (187.50 INR) are being paid."),
        ("PENDING", 750, "REJECTED", "750 points (187.50 INR) are not paid: the settlement was rejected."),
        ("PENDING", 1, "WITHDRAWN", "1 point (187.50 INR) is not paid: the settlement was withdrawn."),
        ("PAID", 1, "SETTLED", "1 point (187.50 INR) was paid."),
        (
            "FAILED",
            2,
            "SETTLED",
            "The payment of 2 points (187.50 INR) failed. The points are available again, and in the next settlement.",
        ),
        (
            "RETURNED",
            1,
            "SETTLED",
            (
                "The bank sent back the payment of 1 point (187.50 INR). The point is available again, and in the next "
                "settlement."
            ),
        ),
    ],
)
def test_a_line_with_an_amount(status: str, points: int, settlement: str, expected: str) -> None:
    found = line_sentence(
        LineStatus(status),
        points=points,
        carried_over=0,
        reason=None,
        amount=Decimal("187.50"),
        currency="INR",
        settlement=SettlementStatus(settlement),
    )
    assert found == expected


@pytest.mark.parametrize(
    ("reason", "points", "expected"),
    [
        (CarryReason.NEGATIVE, -20, "The balance is negative by 20 points, which later points offset."),
        (
            CarryReason.BELOW_MINIMUM,
            99,
            (
                "99 points are not paid now, because they are fewer than the minimum of the scheme. The next "
                "settlement counts them again."
            ),
        ),
        (CarryReason.CLOSED, 1, "1 point is not paid, because the ECP is closed."),
    ],
)
def test_a_line_that_is_carried_over(reason: CarryReason, points: int, expected: str) -> None:
    found = line_sentence(
        LineStatus.CARRIED_OVER,
        points=0,
        carried_over=points,
        reason=reason,
        amount=None,
        currency=None,
        settlement=SettlementStatus.PROPOSED,
    )
    assert found == expected


def test_open_work_is_counted_in_words() -> None:
    assert open_work_phrase(OpenWork()) == ""
    assert open_work_phrase(OpenWork(discrepancies=1, parked_sales=2)) == "1 open discrepancy and 2 parked sales"
    assert open_work_phrase(OpenWork(pending_adjustments=1, waiting_accounts=1)) == (
        "1 adjustment to decide and 1 ECP whose sales are being valued"
    )
