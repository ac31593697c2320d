"""Labels and sentences about consignments, for managers (R15, R26)."""

import pytest

from domain.consignments.facts import BatchStatus, Condition, ConsignmentStatus, DiscrepancyKind, MovementKind
from domain.consignments.sentences import (
    BATCH_LABELS,
    CONSIGNMENT_LABELS,
    MOVEMENT_LABELS,
    DiscrepancyWords,
    MovementWords,
    discrepancy_sentence,
    movement_sentence,
    waiting_label,
)

SENTENCES = {
    "PRODUCED": "First Print produced 1,200 coupons of AMB-1L.",
    "SPOILED": "First Print spoiled 1,200 coupons of AMB-1L in production.",
    "PACKED": "First Print packed 1,200 coupons of AMB-1L as pack 340123450000000017.",
    "UNPACKED": "First Print opened pack 340123450000000017 with 1,200 coupons of AMB-1L in BAT-1.",
    "DISPATCHED": "First Print dispatched 1,200 coupons of AMB-1L in BAT-1.",
    "DISPATCH_VOIDED": "First Print voided the dispatch of 1,200 coupons of AMB-1L in BAT-1.",
    "RECEIVED": "First Print received 1,200 coupons of AMB-1L in BAT-1.",
    "RECEIPT_VOIDED": "First Print voided the receipt of 1,200 coupons of AMB-1L in BAT-1.",
    "DAMAGED": "First Print reported damage to 1,200 coupons of AMB-1L in BAT-1.",
    "SHORT": "First Print did not receive 1,200 coupons of AMB-1L in BAT-1.",
    "COMMISSIONED": "First Print commissioned 1,200 coupons of AMB-1L.",
    "DISCREPANCY_RESOLVED": "Operations resolved a discrepancy: 1,200 coupons of AMB-1L in BAT-1 are found.",
    "VOIDED": "Operations voided 1,200 coupons of AMB-1L at First Print.",
}
WITHOUT_BATCH = {"PRODUCED", "SPOILED", "PACKED", "COMMISSIONED", "VOIDED"}


@pytest.mark.parametrize("kind", MovementKind)
def test_a_movement_is_a_sentence(kind: MovementKind) -> None:
    """R15: it names who did what to how many coupons."""
    words = MovementWords(
        kind=kind,
        origin=Condition.GOOD,
        outcome=Condition.GOOD,
        quantity=1200,
        sku="AMB-1L",
        vendor="First Print",
        batch=None if kind.value in WITHOUT_BATCH else "BAT-1",
        sscc="340123450000000017",
    )
    assert movement_sentence(words) == SENTENCES[kind.value]


@pytest.mark.parametrize(
    ("kind", "outcome", "batch", "sentence"),
    [
        ("DAMAGED", "DAMAGED", None, "Second Pack reported damage to 1 coupon of AMB-1L."),
        ("COMMISSIONED", "COMMISSIONED", "BAT-1", "Second Pack commissioned 1 coupon of AMB-1L in BAT-1."),
        ("VOIDED", "VOID", "BAT-1", "Operations voided 1 coupon of AMB-1L in BAT-1."),
        (
            "DISCREPANCY_RESOLVED",
            "LOST",
            "BAT-1",
            "Operations resolved a discrepancy: 1 coupon of AMB-1L in BAT-1 is lost.",
        ),
        (
            "DISCREPANCY_RESOLVED",
            "VOID",
            "BAT-1",
            "Operations resolved a discrepancy: 1 coupon of AMB-1L in BAT-1 is scrapped.",
        ),
    ],
)
def test_a_movement_of_one_coupon(kind: str, outcome: str, batch: str | None, sentence: str) -> None:
    """R15."""
    words = MovementWords(
        kind=MovementKind(kind),
        origin=Condition.GOOD,
        outcome=Condition(outcome),
        quantity=1,
        sku="AMB-1L",
        vendor="Second Pack",
        batch=batch,
    )
    assert movement_sentence(words) == sentence


@pytest.mark.parametrize(
    ("kind", "origin", "sentence"),
    [
        ("RECEIVED", "VOID", "Second Pack received 12 void coupons of AMB-1L in BAT-1."),
        ("DISPATCH_VOIDED", "VOID", "Second Pack voided the dispatch of 12 void coupons of AMB-1L in BAT-1."),
        ("RECEIPT_VOIDED", "VOID", "Second Pack voided the receipt of 12 void coupons of AMB-1L in BAT-1."),
        ("RECEIPT_VOIDED", "DAMAGED", "Second Pack voided the report of damage to 12 coupons of AMB-1L in BAT-1."),
        (
            "RECEIPT_VOIDED",
            "UNRESOLVED",
            "Second Pack voided the report that 12 coupons of AMB-1L in BAT-1 did not arrive.",
        ),
    ],
)
def test_a_movement_of_coupons_that_are_not_good(kind: str, origin: str, sentence: str) -> None:
    """R15: void, damaged, and missing coupons do not read like good ones."""
    words = MovementWords(
        kind=MovementKind(kind),
        origin=Condition(origin),
        outcome=Condition(origin),
        quantity=12,
        sku="AMB-1L",
        vendor="Second Pack",
        batch="BAT-1",
    )
    assert movement_sentence(words) == sentence


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("SHORT", "12 short of 50,000 coupons of AMB-1L in BAT-1."),
        ("OVER_SENT", "12 coupons of AMB-1L arrived with BAT-1 although it did not list them."),
    ],
)
def test_a_discrepancy_is_a_sentence(kind: str, sentence: str) -> None:
    """R15."""
    words = DiscrepancyWords(kind=DiscrepancyKind(kind), quantity=12, sent=50_000, sku="AMB-1L", batch="BAT-1")
    assert discrepancy_sentence(words) == sentence


@pytest.mark.parametrize(
    ("quantity", "printed", "sentence"),
    [
        (300, (1,), "300 coupons of AMB-1L carry version 1 of the artwork, which version 3 superseded."),
        (1, (1, 2), "1 coupon of AMB-1L carries versions 1 and 2 of the artwork, which version 3 superseded."),
    ],
)
def test_superseded_artwork_is_a_sentence(quantity: int, printed: tuple[int, ...], sentence: str) -> None:
    """R16."""
    kind = DiscrepancyKind.ARTWORK_SUPERSEDED
    words = DiscrepancyWords(kind=kind, quantity=quantity, sku="AMB-1L", printed=printed, version=3)
    assert discrepancy_sentence(words) == sentence


def test_who_must_act_is_a_label() -> None:
    """R15: Operations must act while a discrepancy is open."""
    assert waiting_label([], discrepancy=False) is None
    assert waiting_label([], discrepancy=True) == "Operations"
    assert waiting_label(["First Print"], discrepancy=False) == "First Print"
    both = ["First Print", "Second Pack"]
    assert waiting_label(both, discrepancy=False) == "First Print and Second Pack"
    assert waiting_label(both, discrepancy=True) == "First Print, Second Pack and Operations"


def test_every_member_has_a_label() -> None:
    """R26: labels are words, capitalized once."""
    assert set(CONSIGNMENT_LABELS) == set(ConsignmentStatus)
    assert set(BATCH_LABELS) == set(BatchStatus)
    assert set(MOVEMENT_LABELS) == set(MovementKind)
    for label in (*CONSIGNMENT_LABELS.values(), *BATCH_LABELS.values(), *MOVEMENT_LABELS.values()):
        assert label == label.capitalize()
