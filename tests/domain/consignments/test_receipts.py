"""A receipt says of every serial that was on its way what became of it, and guesses nothing (R15, N3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.consignments.receipts import Receipt, ReceiptRejected, StatedReceipt, assess_receipt
from domain.failures import Problem, UserErrorCode
from domain.spans import Span, Spans

UNCLEAR = (
    "2 of 5 coupons of AMB-1L are neither accepted nor damaged. Name the serials that you received: which ones are "
    "missing decides which coupons can be redeemed."
)
SERIALS = st.sets(st.integers(0, 30))


def spans(serials: set[int]) -> Spans:
    return Spans.of(Span(serial, serial) for serial in serials)


def assess(stated: StatedReceipt, good: Spans, void: Spans | None = None) -> Receipt | Problem:
    """The receipt, or what is wrong with the statement."""
    try:
        return assess_receipt(stated, good, void or Spans(), sku="AMB-1L", path=("lines", "0"))
    except ReceiptRejected as rejected:
        return rejected.problem


@given(sent=SERIALS, void=SERIALS, accepted=SERIALS, damaged=SERIALS, final=st.booleans())
def test_every_serial_is_in_one_set(
    sent: set[int], void: set[int], accepted: set[int], damaged: set[int], *, final: bool
) -> None:
    """Of those on their way: accepted, damaged, recalled and here, missing, or still on their way."""
    good, accepted = sent - void, accepted - damaged
    stated = StatedReceipt(accepted_serials=spans(accepted), damaged_serials=spans(damaged), final=final)
    receipt = assess(stated, spans(good), spans(void))
    assert isinstance(receipt, Receipt)
    assert receipt.accepted == spans(accepted & good)
    assert receipt.damaged == spans(damaged & good)
    assert receipt.void == spans((accepted | damaged) & void)
    assert receipt.missing == spans(good - accepted - damaged if final else set())
    assert receipt.not_sent == spans((accepted | damaged) - good - void)
    moved = [receipt.accepted, receipt.damaged, receipt.missing]
    assert sum(each.quantity for each in moved) == Spans.of(span for each in moved for span in each).quantity


@given(good=SERIALS.filter(bool), void=SERIALS, damaged=SERIALS, count=st.integers(1, 40))
def test_a_count_is_enough_only_where_it_leaves_no_choice(
    good: set[int], void: set[int], damaged: set[int], count: int
) -> None:
    """Whatever is accepted by count is everything that is not damaged: no other serials could be meant."""
    void, damaged = void - good, damaged & good
    receipt = assess(StatedReceipt(accepted=count, damaged_serials=spans(damaged)), spans(good), spans(void))
    whole = {len(good - damaged), len(good - damaged) + len(void)}
    if isinstance(receipt, Problem):
        assert receipt.code is UserErrorCode.REQUIRED
        assert receipt.path == ("lines", "0", "acceptedSerials")
        assert count not in whole
    else:
        assert count in whole
        nothing = Spans()
        assert receipt == Receipt(
            accepted=spans(good - damaged),
            damaged=spans(damaged),
            void=spans(void),
            missing=nothing,
            not_sent=nothing,
        )


def test_nothing_arrived() -> None:
    """Zero is a count that leaves no choice, too."""
    good = Spans((Span(5, 9),))
    nothing = Receipt(accepted=Spans(), damaged=Spans(), void=Spans(), missing=Spans(), not_sent=Spans())
    assert assess(StatedReceipt(accepted=0), good) == replace(nothing, missing=good)
    assert assess(StatedReceipt(accepted=0, final=False), good) == nothing


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (
            StatedReceipt(accepted=3),
            UNCLEAR,
        ),
        (
            StatedReceipt(accepted=7),
            "5 coupons of AMB-1L are on the way, and you accept 7. Name the serials that you received.",
        ),
        (
            StatedReceipt(accepted=4, accepted_serials=Spans((Span(5, 7),))),
            "You accept 4 coupons of AMB-1L, but name 3 serials.",
        ),
    ],
)
def test_an_unclear_receipt_is_rejected(stated: StatedReceipt, message: str) -> None:
    problem = assess(stated, Spans((Span(5, 9),)))
    assert isinstance(problem, Problem)
    assert problem.message == message
