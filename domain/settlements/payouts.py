"""Decides what comes of each reported payout: a line is reported once, and a report that is sent again changes nothing.

One report may follow another, once: the bank returned the money of a payment that was reported as paid. A result other
than RECORDED and DUPLICATE has a sentence that says why.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from domain.checks import text_problems
from domain.failures import Problem, UserErrorCode
from domain.settlements.facts import MAX_PAYOUTS, REFERENCE_LENGTH, LineStatus, PayoutOutcome, PayoutResult
from domain.text import quote


class ReportedPayout(Struct, frozen=True):
    """What a payment system reports about the payment of a line, with its own reference."""

    line_id: UUID
    outcome: PayoutOutcome
    reference: str


class PayableLine(Struct, frozen=True):
    """A line of the settlement as it is: its status, and what was reported about it.

    `reference` is that of the payment, and `return_reference` that of its return.
    """

    status: LineStatus
    reference: str | None = None
    return_reference: str | None = None

    def after(self, payout: ReportedPayout) -> "PayableLine":
        """The line after a payout of it is recorded."""
        if payout.outcome is PayoutOutcome.RETURNED:
            return PayableLine(payout.outcome.status, self.reference, payout.reference)
        return PayableLine(payout.outcome.status, payout.reference)

    def knows(self, payout: ReportedPayout) -> bool:
        """Whether this payout was recorded: the last one, or the payment whose money came back later."""
        if payout.outcome is PayoutOutcome.RETURNED:
            return self.status is LineStatus.RETURNED and self.return_reference == payout.reference
        reported = LineStatus.PAID if self.status is LineStatus.RETURNED else self.status
        return (reported, self.reference) == (payout.outcome.status, payout.reference)


class PayoutDecision(Struct, frozen=True):
    """What comes of one reported payout; `problem` says why it changes nothing, unless it is a duplicate."""

    result: PayoutResult
    problem: str | None = None


_RECORDED = PayoutDecision(PayoutResult.RECORDED)
_DUPLICATE = PayoutDecision(PayoutResult.DUPLICATE)


def payout_problems(payouts: Sequence[ReportedPayout]) -> Iterator[Problem]:
    """Problems of a report: no payouts, too many, or references that cannot be stored."""
    if not payouts:
        yield Problem(UserErrorCode.REQUIRED, "Report at least one payout.", ("payouts",))
    if len(payouts) > MAX_PAYOUTS:
        message = f"A report has at most {MAX_PAYOUTS:,} payouts, not {len(payouts):,}. Send several reports."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("payouts",))
        return
    for index, payout in enumerate(payouts):
        path = ("payouts", str(index), "reference")
        yield from text_problems(payout.reference, path, "The reference", REFERENCE_LENGTH)


def decide_payouts(payouts: Sequence[ReportedPayout], lines: Mapping[UUID, PayableLine]) -> list[PayoutDecision]:
    """Decide each payout in order; `lines` are those of the settlement. A line that is reported twice counts once."""
    known = dict(lines)
    decisions: list[PayoutDecision] = []
    for payout in payouts:
        line = known.get(payout.line_id)
        decision = _decide(payout, line)
        if decision is _RECORDED and line is not None:
            known[payout.line_id] = line.after(payout)
        decisions.append(decision)
    return decisions


def _decide(payout: ReportedPayout, line: PayableLine | None) -> PayoutDecision:
    if line is None:
        missing = "This settlement has no line with this ID. Take IDs from its lines, or from its payable file."
        return PayoutDecision(PayoutResult.REJECTED, missing)
    if line.status is LineStatus.CARRIED_OVER:
        return PayoutDecision(
            PayoutResult.REJECTED, "The points of this line are carried over, so nothing is paid for it."
        )
    is_return = payout.outcome is PayoutOutcome.RETURNED
    if line.status is LineStatus.PENDING and is_return:
        return PayoutDecision(
            PayoutResult.REJECTED,
            "This line was not reported as paid, so no money can come back. Report it as paid first, or as failed.",
        )
    if line.status is (LineStatus.PAID if is_return else LineStatus.PENDING):
        return _RECORDED
    return _DUPLICATE if line.knows(payout) else _conflict(payout, line)


def _conflict(payout: ReportedPayout, line: PayableLine) -> PayoutDecision:
    reference = line.return_reference if line.status is LineStatus.RETURNED else line.reference
    before = f"This line was reported as {line.status.lower()} with the reference {quote(reference or '')}."
    after = "A payout is reported once, and stays as it is."
    if line.status is LineStatus.PAID and payout.outcome is PayoutOutcome.FAILED:
        after = "If the bank sent the money back, report it as returned."
    return PayoutDecision(PayoutResult.CONFLICT, f"{before} {after}")
