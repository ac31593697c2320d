"""What a receipt of one line of a batch says about the serials that were on their way (`custody.md`, receipts)."""

from msgspec import Struct

from domain.failures import Path, Problem, UserErrorCode
from domain.spans import Spans
from domain.text import format_count


class StatedReceipt(Struct, frozen=True):
    """What the receiver states: a count, serials, or both. With `final`, what is not stated did not arrive."""

    accepted: int | None = None
    accepted_serials: Spans | None = None
    damaged_serials: Spans = Spans()
    final: bool = True


class Receipt(Struct, frozen=True):
    """The serials of a line of a batch by what became of them.

    `void` were recalled on the road and stay void. `missing` did not arrive. `not_sent` were not in the batch.
    """

    accepted: Spans
    damaged: Spans
    void: Spans
    missing: Spans
    not_sent: Spans


class ReceiptRejected(Exception):
    """The statement does not say which serials arrived; `problem` says what is wrong."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def assess_receipt(stated: StatedReceipt, good: Spans, void: Spans, *, sku: str, path: Path) -> Receipt:
    """Assess a statement about the serials on their way: those that are good, and those that were recalled.

    Which serials arrived is never guessed: a count alone is enough where it is everything, or everything but the
    damaged serials, or zero. Recalled serials may be counted or not. Raises ReceiptRejected.
    """
    if stated.accepted_serials is not None:
        accepted = stated.accepted_serials
        if stated.accepted is not None and stated.accepted != accepted.quantity:
            message = f"You accept {stated.accepted:,} coupons of {sku}, but name {accepted.quantity:,} serials."
            raise ReceiptRejected(Problem(UserErrorCode.CONFLICT, message, (*path, "accepted")))
    else:
        accepted = _by_count(stated, good, void, sku=sku, path=path)
    sent, damaged = good | void, stated.damaged_serials
    return Receipt(
        accepted=accepted & good,
        damaged=damaged & good,
        void=(accepted | damaged) & void,
        missing=good - accepted - damaged if stated.final else Spans(),
        not_sent=(accepted | damaged) - sent,
    )


def _by_count(stated: StatedReceipt, good: Spans, void: Spans, *, sku: str, path: Path) -> Spans:
    """The accepted serials of a statement that counts them."""
    count = stated.accepted or 0
    sent, damaged = good | void, stated.damaged_serials & (good | void)
    whole = {good.quantity - (damaged & good).quantity, sent.quantity - damaged.quantity}
    if count == 0:
        return Spans()
    if count in whole:
        return sent - damaged
    if count > max(whole):
        message = (
            f"{format_count(sent.quantity, 'coupon')} of {sku} are on the way, and you accept {count:,}. "
            "Name the serials that you received."
        )
    else:
        missing = max(whole) - count
        message = (
            f"{missing:,} of {format_count(sent.quantity, 'coupon')} of {sku} are neither accepted nor damaged. "
            "Name the serials that you received: which ones are missing decides which coupons can be redeemed."
        )
    raise ReceiptRejected(Problem(UserErrorCode.REQUIRED, message, (*path, "acceptedSerials")))
