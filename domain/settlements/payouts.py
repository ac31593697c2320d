"""Decides what comes of each reported payout: a line is reported once, and a report that is sent again changes nothing.

A result other than RECORDED and DUPLICATE has a sentence that says why.
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
    """A line of the settlement as it is: its status, and what was reported about it."""

    status: LineStatus
    reference: str | None = None


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
        decision = _decide(payout, known.get(payout.line_id))
        if decision is _RECORDED:
            known[payout.line_id] = PayableLine(payout.outcome.status, payout.reference)
        decisions.append(decision)
    return decisions


def _decide(payout: ReportedPayout, line: PayableLine | None) -> PayoutDecision:
    if line is None:
        return PayoutDecision(PayoutResult.REJECTED, "This settlement has no such line.")
    if line.status is LineStatus.PENDING:
        return _RECORDED
    if line.status is LineStatus.CARRIED_OVER:
        return PayoutDecision(
            PayoutResult.REJECTED, "The points of this line are carried over, so nothing is paid for it."
        )
    if line == PayableLine(payout.outcome.status, payout.reference):
        return _DUPLICATE
    before = f"{line.status.lower()} with the reference {quote(line.reference or '')}"
    return PayoutDecision(
        PayoutResult.CONFLICT, f"This line was reported as {before}. A payout is reported once, and stays as it is."
    )
