"""Each stored fact about settlements, with its sentence for the ECP concerned and for everybody else."""

from typing import Any, Final
from uuid import UUID

from domain.settlements.stored_facts import (
    PaymentsReturned,
    PayoutFailed,
    PayoutReturned,
    PointsPaid,
    SettlementApproved,
    SettlementProposed,
    SettlementRejected,
    SettlementSettled,
    SettlementWithdrawn,
    StoredSettlementFact,
)

_SETTLEMENT: Final[Any] = {"settlement_id": UUID(int=40), "title": "Diwali", "number": 2}
_PAYOUT: Final[Any] = {"ecp_id": UUID(int=8), "title": "Diwali"}

OF_SETTLEMENTS: Final[tuple[tuple[StoredSettlementFact, str, str], ...]] = (
    *(
        (fact, sentence, sentence)
        for fact, sentence in (
            (
                SettlementProposed(**_SETTLEMENT, points=12_000, lines=3),
                "Settlement 2 of “Diwali” waits for the approval of a second person: 12,000 points in 3 lines.",
            ),
            (
                SettlementApproved(**_SETTLEMENT, points=1),
                "Settlement 2 of “Diwali” was approved: 1 point will be paid.",
            ),
            (
                SettlementApproved(**_SETTLEMENT, points=2, carried_over=1_000),
                "Settlement 2 of “Diwali” was approved: 2 points will be paid. 1,000 points are carried over.",
            ),
            (
                SettlementRejected(**_SETTLEMENT, points=12_000),
                "Settlement 2 of “Diwali” was rejected. Nothing was posted.",
            ),
            (
                SettlementWithdrawn(**_SETTLEMENT, points=12_000),
                "The maker withdrew settlement 2 of “Diwali”. Nobody needs to decide.",
            ),
            (
                SettlementSettled(**_SETTLEMENT, points=11_000, failed_lines=1),
                (
                    "Settlement 2 of “Diwali” is settled: 11,000 points were paid. 1 payment failed. Settle the scheme "
                    "again to pay what is available again."
                ),
            ),
            (
                SettlementSettled(**_SETTLEMENT, points=1, failed_lines=0),
                "Settlement 2 of “Diwali” is settled: 1 point was paid.",
            ),
            (
                SettlementSettled(**_SETTLEMENT, points=10_000, failed_lines=1, returned_lines=2),
                (
                    "Settlement 2 of “Diwali” is settled: 10,000 points were paid. 1 payment failed. 2 payments came "
                    "back. Settle the scheme again to pay what is available again."
                ),
            ),
            (
                PaymentsReturned(**_SETTLEMENT, points=750, lines=2),
                (
                    "2 payments of settlement 2 of “Diwali” came back: 750 points are available again. Settle the "
                    "scheme again to pay them."
                ),
            ),
            (
                PaymentsReturned(**_SETTLEMENT, points=1, lines=1),
                (
                    "1 payment of settlement 2 of “Diwali” came back: 1 point is available again. Settle the scheme "
                    "again to pay them."
                ),
            ),
        )
    ),
    (
        PointsPaid(**_PAYOUT, points=750),
        "750 points of yours in “Diwali” were paid.",
        "750 points in “Diwali” were paid.",
    ),
    *(
        (PayoutFailed(**_PAYOUT, points=points), sentence, sentence)
        for points, sentence in (
            (
                400,
                "The payment of 400 points in “Diwali” failed. They are available again, and in the next settlement.",
            ),
            (1, "The payment of 1 point in “Diwali” failed. It is available again, and in the next settlement."),
        )
    ),
    *(
        (PayoutReturned(**_PAYOUT, points=points), sentence, sentence)
        for points, sentence in (
            (
                400,
                (
                    "The bank sent back the payment of 400 points in “Diwali”. They are available again, and in the "
                    "next settlement."
                ),
            ),
        )
    ),
)
