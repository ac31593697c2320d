"""An example of every kind of stored fact about consignments, with its exact sentence."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.consignments.stored_facts import (
    BatchSent,
    BatchTakenBack,
    ConsignmentAssigned,
    ConsignmentRerouted,
    ConsignmentRescheduled,
    ConsignmentStopped,
    ConsignmentWithdrawn,
    CouponsSuperseded,
    CouponsToDestroy,
    DiscrepancyOpened,
    MissingCouponScanned,
    RecalledPlace,
    ReceiptDiffers,
)
from domain.notifications.stored_facts import StoredNotification

_CONSIGNMENT: Final[Any] = {"consignment_id": UUID(int=10), "code": "CON-2026-000017"}
_BATCH: Final[Any] = {**_CONSIGNMENT, "batch_id": UUID(int=11), "batch": "BAT-2026-000004"}
_FIRST, _SECOND = "First Print", "Second Pack"

# What vendors and Operations are notified of. Every reader reads the same.
OF_CONSIGNMENTS: Final[tuple[tuple[StoredNotification, str], ...]] = (
    (
        ConsignmentAssigned(**_CONSIGNMENT, quantity=50_000, due_on=date(2026, 7, 1), sender=None),
        "You produce 50,000 coupons of the new consignment CON-2026-000017, due on 1 July 2026.",
    ),
    (
        ConsignmentAssigned(**_CONSIGNMENT, quantity=1, due_on=None, sender=_FIRST),
        "First Print will send you 1 coupon of the new consignment CON-2026-000017.",
    ),
    (
        ConsignmentRescheduled(**_CONSIGNMENT, due_on=date(2026, 7, 1)),
        "CON-2026-000017 is now due on 1 July 2026.",
    ),
    (ConsignmentRescheduled(**_CONSIGNMENT, due_on=None), "CON-2026-000017 no longer has a due date."),
    (
        ConsignmentRerouted(**_CONSIGNMENT, sender=_FIRST, receiver="Third Factory"),
        "The chain of CON-2026-000017 changed: First Print sends you its coupons, and you send them to Third Factory.",
    ),
    (
        ConsignmentRerouted(**_CONSIGNMENT, sender=None, receiver=None),
        "The chain of CON-2026-000017 changed: you produce its coupons, and you commission them.",
    ),
    (ConsignmentWithdrawn(**_CONSIGNMENT), "You no longer take part in CON-2026-000017."),
    (
        ConsignmentStopped(**_CONSIGNMENT, reason="The artwork is wrong"),
        "CON-2026-000017 was canceled: The artwork is wrong.",
    ),
    (
        BatchSent(**_BATCH, sender=_FIRST, quantity=50_000),
        "First Print sent you 50,000 coupons of CON-2026-000017 in BAT-2026-000004. Record what arrives.",
    ),
    (
        BatchTakenBack(**_BATCH, sender=_FIRST, reason="Wrong truck"),
        "First Print voided the dispatch of BAT-2026-000004 of CON-2026-000017 to you: Wrong truck.",
    ),
    (
        BatchTakenBack(**_BATCH, sender=_FIRST, reason=None),
        "First Print voided the dispatch of BAT-2026-000004 of CON-2026-000017 to you.",
    ),
    (
        ReceiptDiffers(**_BATCH, receiver=_SECOND, missing=12, not_sent=0),
        (
            "Second Pack received 12 fewer coupons than you sent in BAT-2026-000004 of CON-2026-000017. "
            "Operations will resolve the discrepancy."
        ),
    ),
    (
        ReceiptDiffers(**_BATCH, receiver=_SECOND, missing=0, not_sent=1),
        (
            "Second Pack received 1 coupon in BAT-2026-000004 of CON-2026-000017 that you did not send. "
            "Operations will resolve the discrepancy."
        ),
    ),
    (
        DiscrepancyOpened(**_BATCH, sender=_FIRST, receiver=_SECOND, missing=12, not_sent=3),
        (
            "Second Pack received 12 fewer coupons than First Print sent in BAT-2026-000004 of CON-2026-000017, "
            "and 3 coupons that First Print did not send. Resolve the discrepancy."
        ),
    ),
    (
        CouponsToDestroy(**_CONSIGNMENT, sku="AMB-1L", quantity=1_200, place=RecalledPlace.ON_HAND, reason="Misprint"),
        "Operations recalled 1,200 coupons of AMB-1L in CON-2026-000017 that you hold: Misprint. Destroy them.",
    ),
    (
        CouponsToDestroy(**_CONSIGNMENT, sku="AMB-1L", quantity=9, place=RecalledPlace.PLANNED, reason="Misprint"),
        (
            "Operations recalled 9 coupons of AMB-1L in CON-2026-000017 that you have not produced: Misprint. "
            "Do not produce them."
        ),
    ),
    (
        CouponsToDestroy(**_CONSIGNMENT, sku="AMB-1L", quantity=1, place=RecalledPlace.ON_THE_WAY, reason="Misprint."),
        (
            "Operations recalled 1 coupon of AMB-1L in CON-2026-000017 on the way to you: Misprint. "
            "Destroy them when they arrive."
        ),
    ),
    (
        CouponsSuperseded(sku="AMB-1L", version=2, codes=("CON-2026-000017",), held=300, commissioned=50),
        (
            "Version 2 of the artwork of AMB-1L superseded what coupons in CON-2026-000017 carry: 300 coupons are "
            "held. Accept or scrap them. 50 coupons are commissioned and stay active."
        ),
    ),
    (
        CouponsSuperseded(sku="AMB-1L", version=3, codes=("CON-1", "CON-2"), held=1, commissioned=0),
        (
            "Version 3 of the artwork of AMB-1L superseded what coupons in 2 consignments carry: 1 coupon is held. "
            "Accept or scrap it."
        ),
    ),
    (
        CouponsSuperseded(sku="AMB-1L", version=3, codes=("CON-1", "CON-2"), held=0, commissioned=1),
        (
            "Version 3 of the artwork of AMB-1L superseded what coupons in 2 consignments carry: 1 coupon is "
            "commissioned and stays active."
        ),
    ),
    (
        MissingCouponScanned(**_CONSIGNMENT, sku="AMB-1L", serial=101, lost=False),
        (
            "An ECP scanned the coupon 101 of AMB-1L in CON-2026-000017, which is missing. "
            "Find out how it came to the ECP; the discrepancy lists all such scans."
        ),
    ),
    (
        MissingCouponScanned(**_CONSIGNMENT, sku="AMB-1L", serial=101, lost=True),
        (
            "An ECP scanned the coupon 101 of AMB-1L in CON-2026-000017, which is lost. "
            "Find out how it came to the ECP; the discrepancy lists all such scans."
        ),
    ),
)
